from odoo import fields, models


class IntegrationOrderReleaseWizard(models.TransientModel):
    """Asks why an order that is held may go on."""

    _name = "integration.order.release.wizard"
    _description = "Release held orders"

    order_ids = fields.Many2many("sale.order", string="Orders", required=True)
    reason = fields.Char(required=True)

    def action_release(self):
        """Release the orders, with the reason on record."""
        self.ensure_one()
        self.order_ids._integration_release(self.reason)
        return {"type": "ir.actions.act_window_close"}
