from odoo import models


class PurchaseOrderLine(models.Model):
    """Another date is another promise."""

    _inherit = "purchase.order.line"

    def write(self, vals):
        """See whether the order is still late."""
        result = super().write(vals)
        if "date_planned" in vals:
            self.order_id._integration_check_late()
        return result
