from odoo import models


class SaleOrder(models.Model):
    """Orders of channels that are held take from what may be sold, too."""

    _inherit = "sale.order"

    _integration_held_idx = models.Index("(id) WHERE integration_backend_id IS NOT NULL AND state IN ('draft', 'sent')")

    def write(self, vals):
        """Mark what held orders ask for, before and after."""
        watched = not {"state", "warehouse_id", "integration_backend_id"}.isdisjoint(vals)
        if watched:
            self.order_line._integration_mark_held()
        result = super().write(vals)
        if watched:
            self.order_line._integration_mark_held()
        return result
