from odoo import models

from ..catalogue.marks import mark_products

SHOWN = frozenset({"name", "list_price", "taxes_id", "categ_id", "uom_id", "weight", "barcode", "standard_price"})


class ProductTemplate(models.Model):
    """A product whose data changes has to be compared with what channels show."""

    _inherit = "product.template"

    def write(self, vals):
        """Mark the variants when something changes that channels show, or that prices come from."""
        result = super().write(vals)
        if not SHOWN.isdisjoint(vals):
            mark_products(self.env, self.product_variant_ids.ids)
        return result
