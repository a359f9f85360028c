import uuid

from odoo import fields, models

STATES = [("waiting", "Asked for"), ("done", "Refunded"), ("refused", "Refused")]


class IntegrationRefundRequest(models.Model):
    """Money that a person has decided to give back to a customer through the channel: once.

    ``key`` is the idempotency key, made with the row and sent with every try.
    """

    _name = "integration.refund.request"
    _description = "Refund to be made at a channel"
    _order = "id desc"
    _rec_name = "reference"

    backend_id = fields.Many2one("integration.backend", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    order_id = fields.Many2one("sale.order", required=True, index=True, readonly=True, ondelete="cascade")
    return_id = fields.Many2one("integration.return", index="btree_not_null", readonly=True)
    reference = fields.Char(required=True, readonly=True)
    key = fields.Char(required=True, readonly=True, groups="base.group_system")
    lines = fields.Json(readonly=True, help="Units by the channel's order line.")
    shipping = fields.Boolean("With shipping", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    note = fields.Char(readonly=True)
    state = fields.Selection(STATES, required=True, default="waiting", readonly=True)
    external_id = fields.Char("Refund at the channel", readonly=True, index="btree_not_null")
    user_id = fields.Many2one("res.users", "Decided by", readonly=True)

    _reference_uniq = models.Constraint("UNIQUE (reference)", "This reference is taken.")
    _key_uniq = models.Constraint("UNIQUE (key)", "This key is taken.")
    _external_uniq = models.Constraint("UNIQUE (backend_id, external_id)", "This refund is known already.")

    def _ask(self, order, values):
        """Keep a decision, and queue it in the same transaction.

        Earlier ones that came to nothing are over: whoever tries their messages again pays nothing.
        """
        self._give_up_stuck(order)
        request = self.sudo().create(
            {
                "backend_id": order.integration_backend_id.id,
                "order_id": order.id,
                "currency_id": order.currency_id.id,
                "reference": f"RF-{uuid.uuid4().hex[:10]}",
                "key": str(uuid.uuid4()),
                "user_id": self.env.uid,
                **values,
            }
        )
        self.env["integration.message"].sudo()._emit(
            request.backend_id._flow("return.out"),
            request,
            key=request.reference,
        )
        return request

    def _give_up_stuck(self, order):
        waiting = self.sudo().search([("order_id", "=", order.id), ("state", "=", "waiting")])
        messages = self.env["integration.message"].sudo()
        stuck = messages.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", waiting.ids),
                ("state", "in", ("blocked", "dead", "cancelled")),
            ]
        )
        waiting.filtered(lambda request: request.id in stuck.mapped("res_id")).state = "refused"
