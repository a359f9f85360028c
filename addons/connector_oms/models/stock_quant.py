from odoo import api, models

from ..stock.dirty import mark_places

#: fields of a quant that availability depends on
WATCHED = {"quantity", "reserved_quantity", "location_id", "product_id", "owner_id", "lot_id"}


class StockQuant(models.Model):
    """Every change of stock marks its product and place."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        """Mark the new quants."""
        quants = super().create(vals_list)
        quants._integration_mark()
        return quants

    def write(self, vals):
        """Mark where it was and where it is."""
        watched = not WATCHED.isdisjoint(vals)
        if watched:
            self._integration_mark()
        result = super().write(vals)
        if watched and ("location_id" in vals or "product_id" in vals):
            self._integration_mark()
        return result

    def unlink(self):
        """Mark what goes."""
        self._integration_mark()
        return super().unlink()

    def _integration_mark(self):
        mark_places(self.env, ((q.product_id.id, q.location_id.id) for q in self.sudo()))
