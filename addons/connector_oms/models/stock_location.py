from odoo import fields, models

from ..stock.dirty import mark_whole_warehouses, warehouses_above

#: fields of a location that decide whether its stock may be sold, and from where
WATCHED = {"location_id", "usage", "company_id", "integration_unsellable"}


class StockLocation(models.Model):
    """Places whose stock no channel may sell."""

    _inherit = "stock.location"

    integration_unsellable = fields.Boolean(
        "Not for sale",
        help="Stock here and below is offered to no channel: damaged goods, quality control, showroom.",
    )

    _integration_unsellable_idx = models.Index("(id) WHERE integration_unsellable")

    def write(self, vals):
        """Have the warehouses above computed anew, before and after a move."""
        watched = not WATCHED.isdisjoint(vals)
        if watched:
            mark_whole_warehouses(self.env, warehouses_above(self.env, self.ids))
        result = super().write(vals)
        if watched:
            mark_whole_warehouses(self.env, warehouses_above(self.env, self.ids))
        return result
