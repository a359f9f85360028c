from odoo import models

from ..stock.dirty import mark_places


class StockLot(models.Model):
    """A removal date that moves (``product_expiry``) changes what may be sold."""

    _inherit = "stock.lot"

    def write(self, vals):
        """Mark where the lots lie."""
        result = super().write(vals)
        if "removal_date" in vals or "expiration_date" in vals:
            quants = self.sudo().quant_ids
            mark_places(self.env, ((q.product_id.id, q.location_id.id) for q in quants))
        return result
