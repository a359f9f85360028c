from odoo import models


class SaleOrder(models.Model):
    """Telling the channel that an order was cancelled here."""

    _inherit = "sale.order"

    def _action_cancel(self):
        """Queue a cancellation for each channel order, unless the channel cancelled it."""
        before = {order: order.state for order in self}
        result = super()._action_cancel()
        if not self.env.context.get("integration_from_channel"):
            self.filtered(
                lambda order: order.integration_backend_id and before[order] != "cancel"
            )._integration_emit_cancel()
        return result

    def _integration_emit_cancel(self):
        messages = self.env["integration.message"].sudo()
        for order in self.sudo():
            messages._emit(
                order.integration_backend_id._flow("cancel.out"),
                order,
                key=f"cancel/{order.integration_external_id}",
            )
