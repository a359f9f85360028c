from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.connector_base.lib.errors import ConnectorError

from ..lib.documents import RefundRequest, RefundRequestLine


class IntegrationRefundStart(models.TransientModel):
    """Pays a customer back through the channel, with the amount that the channel reckons.

    Who may make invoices has access to it, and nobody else.
    """

    _name = "integration.refund.start"
    _description = "Refund a customer"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    return_id = fields.Many2one("integration.return", readonly=True)
    line_ids = fields.One2many("integration.refund.start.line", "start_id", "Goods")
    shipping = fields.Boolean("With shipping", help="What is left of the shipping that was charged.")
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount = fields.Monetary(readonly=True)
    asked = fields.Char(readonly=True, export_string_translation=False, help="What the amount was reckoned for.")
    note = fields.Char("Reason", help="Kept with the refund at the channel.")

    @api.model
    def default_get(self, names):
        """What came back with the return; nothing of an order without one."""
        values = super().default_get(names)
        order = self.env["sale.order"].browse(values.get("order_id"))
        entry = self.env["integration.return"].browse(values.get("return_id"))
        back = {line.order_line_id: line.received or line.quantity for line in entry.line_ids}
        values["line_ids"] = [
            fields.Command.create(
                {
                    "order_line_id": line.id,
                    "product_id": line.product_id.id,
                    "ordered": int(line.product_uom_qty),
                    "quantity": int(back.get(line, 0)),
                }
            )
            for line in order.order_line.filtered("integration_external_id")
            if line.product_uom_qty > 0 and not line.integration_external_id.startswith("charge/")
        ]
        return values

    def action_reckon(self):
        """Button “Reckon”: ask the channel what it comes to."""
        self.ensure_one()
        self.order_id.check_access("read")
        self.write({"amount": self._reckoned(), "asked": self._question()})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("Refund %s", self.order_id.integration_number or self.order_id.name),
        }

    def action_refund(self):
        """Button “Refund”: have the channel pay back what was reckoned."""
        self.ensure_one()
        self.order_id.check_access("read")
        if self.asked != self._question() or not self.amount:
            raise UserError(self.env._("Press Reckon first: the amount does not belong to what is entered now."))
        request = self.env["integration.refund.request"]._ask(
            self.order_id,
            {
                "return_id": self.return_id.id,
                "lines": [line.model_dump(mode="json") for line in self._request_lines()],
                "shipping": self.shipping,
                "amount": self.amount,
                "note": self.note,
            },
        )
        self.env["integration.audit"]._record(
            self.order_id, "order.refund", after={"amount": request.amount, "reference": request.reference}
        )
        self.order_id.sudo()._integration_note(
            self.env._(
                "%(user)s refunds %(amount)s through the channel (%(reference)s).",
                user=self.env.user.name,
                amount=self.currency_id.format(request.amount),
                reference=request.reference,
            )
        )
        return {"type": "ir.actions.act_window_close"}

    def _request_lines(self):
        return [
            RefundRequestLine(line_id=line.order_line_id.integration_external_id, quantity=line.quantity)
            for line in self.line_ids
            if line.quantity > 0
        ]

    def _question(self):
        units = sorted((line.order_line_id.id, line.quantity) for line in self.line_ids if line.quantity > 0)
        return f"{units}/{self.shipping}"

    def _reckoned(self):
        lines = self._request_lines()
        if any(line.quantity < 0 for line in self.line_ids) or not (lines or self.shipping):
            raise UserError(self.env._("Say of what and how many units the customer is paid back."))
        backend = self.order_id.integration_backend_id.sudo()
        document = RefundRequest(
            reference="reckon",
            key="reckon",
            order_id=self.order_id.integration_external_id,
            lines=tuple(lines),
            shipping=self.shipping,
            amount=0,
        )
        try:
            return float(backend._get_adapter().reckon_refund(document))
        except ConnectorError as error:
            raise UserError(self.env._("%(channel)s does not say: %(why)s", channel=backend.name, why=error)) from error


class IntegrationRefundStartLine(models.TransientModel):
    """A product of the order, and how much of it is paid back."""

    _name = "integration.refund.start.line"
    _description = "Goods to be refunded"

    start_id = fields.Many2one("integration.refund.start", required=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", required=True)
    product_id = fields.Many2one("product.product", readonly=True)
    ordered = fields.Integer(readonly=True)
    quantity = fields.Integer("Paid back")
