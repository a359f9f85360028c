from odoo import fields, models
from odoo.exceptions import UserError


class IntegrationFixCustomer(models.TransientModel):
    """Says which contact a channel's customer is; the order follows, and those to come."""

    _name = "integration.fix.customer"
    _description = "Choose the customer"
    _inherit = ["integration.fix"]

    company_id = fields.Many2one(related="exception_id.company_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        domain="[('company_id', 'in', (False, company_id)), ('type', 'not in', ('delivery', 'invoice', 'other'))]",
    )

    def _decide(self, exceptions):
        if not self.partner_id:
            raise UserError(self.env._("Please choose the customer."))
        self.partner_id.check_access("read")

    def _mend_one(self, exception):
        order, chosen = exception._orders(), self.partner_id.sudo()
        old = order.partner_id
        self.env["integration.partner.binding"].sudo().search(
            [("backend_id", "=", exception.sudo().backend_id.id), ("record_id", "=", old.id)]
        ).write({"record_id": chosen.id})
        if any(invoice.state == "posted" for invoice in order.invoice_ids):
            reason = self.env._("Kept on the order, which is invoiced; the next ones go to the customer chosen.")
        else:
            order.write(self._order_values(order, old, chosen))
            reason = self.env._("The customer was chosen.")
        exception._resolve(reason, "fixed")

    @staticmethod
    def _order_values(order, old, chosen):
        """The customer, and everything Odoo would otherwise compute anew from it as it was."""
        kept = ("partner_invoice_id", "partner_shipping_id")
        values = {name: (chosen if order[name] == old else order[name]).id for name in kept}
        same = ["payment_term_id", "fiscal_position_id", "user_id", "team_id"]
        same += ["pricelist_id"] if order.state in ("draft", "sent") else []
        return {"partner_id": chosen.id, **values, **{name: order[name].id for name in same}}
