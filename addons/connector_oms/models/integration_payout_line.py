from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.documents import BalanceTransaction

KINDS = [
    ("charge", "Payment"),
    ("refund", "Refund"),
    ("dispute", "Dispute"),
    ("fee", "Fee"),
    ("adjustment", "Adjustment"),
    ("reserve", "Reserve"),
]
STATES = [
    ("open", "New"),
    ("matched", "Matched"),
    ("difference", "Differs"),
    ("unmatched", "Not found"),
    ("accepted", "Accepted"),
]
CAUSES = [
    ("unknown", "Odoo knows no such payment"),
    ("taken", "The payment is settled already"),
    ("currency", "Another currency"),
    ("amount", "Another amount"),
    ("kind", "A payment against a refund"),
]


class IntegrationPayoutLine(models.Model):
    """One movement at the payment provider, and the payment that it settles."""

    _name = "integration.payout.line"
    _description = "Transaction of a payout"
    _order = "at, id"
    _rec_name = "external_id"

    payout_id = fields.Many2one("integration.payout", required=True, index=True, ondelete="cascade")
    backend_id = fields.Many2one(related="payout_id.backend_id", store=True, index=True)
    company_id = fields.Many2one(related="payout_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="payout_id.currency_id")
    external_id = fields.Char("Channel's ID", required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    type = fields.Char("At the channel", readonly=True)
    at = fields.Datetime("On", readonly=True)
    amount = fields.Monetary(readonly=True)
    fee = fields.Monetary(readonly=True)
    net = fields.Monetary(readonly=True)
    currency = fields.Char(readonly=True)
    payment_external_id = fields.Char("Payment at the channel", index="btree_not_null", readonly=True)
    order_external_id = fields.Char("Order at the channel", readonly=True)
    document = fields.Json(readonly=True)
    state = fields.Selection(STATES, required=True, default="open", index=True, readonly=True)
    cause = fields.Selection(CAUSES, "Why not", readonly=True)
    off = fields.Monetary("Difference", readonly=True)
    is_open = fields.Boolean("To be looked at", compute="_compute_is_open")
    payment_id = fields.Many2one("integration.order.payment", index="btree_not_null", readonly=True)
    order_id = fields.Many2one(related="payment_id.order_id", string="Order")
    reason = fields.Char("Accepted because", readonly=True)
    user_id = fields.Many2one("res.users", "Accepted by", readonly=True)

    _transaction_uniq = models.Constraint("UNIQUE (backend_id, external_id)", "This transaction is known already.")

    @api.depends("state")
    def _compute_is_open(self):
        for line in self:
            line.is_open = line.state not in ("matched", "accepted")

    def _document(self):
        return BalanceTransaction.model_validate(self.document)

    def action_accept(self):
        """Button “Accept”: ask for the reason."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accept"),
            "res_model": "integration.payout.accept",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_ids": self.ids},
        }

    def _accept(self, reason, payment=None):
        """Settle these by a person's decision.

        :param reason: why, for the record
        :param payment: integration.order.payment that it stands for, for one line only
        :raises UserError: no reason, or booked already
        :raises AccessError: above what the user may accept
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why."))
        self.check_access("write")
        if any(line.payout_id.move_id for line in self):
            raise UserError(self.env._("The payout is booked already."))
        for line in self.filtered("is_open"):
            at_stake = abs(line.off if line.cause == "amount" else line.amount)
            company = line.company_id
            line.backend_id._check_difference(
                line.currency_id._convert(at_stake, company.currency_id, company, line.at or fields.Date.today())
            )
            self.env["integration.audit"]._record(
                line, "payout.accept", reason, {"state": line.state, "cause": line.cause}, {"state": "accepted"}
            )
            line.write(
                {
                    "state": "accepted",
                    "reason": reason.strip(),
                    "user_id": self.env.user.id,
                    **({"payment_id": payment.id} if payment else {}),
                }
            )
        self.payout_id._report_or_heal()
