from odoo import models

from ..catalogue.marks import mark_products

SHOWN = frozenset(
    {"barcode", "weight", "standard_price", "lst_price", "product_template_attribute_value_ids", "active"}
)


class ProductProduct(models.Model):
    """A variant whose data changes has to be compared with what channels show."""

    _inherit = "product.product"

    def write(self, vals):
        """Mark these when something changes that channels show, or that prices come from."""
        result = super().write(vals)
        if not SHOWN.isdisjoint(vals):
            mark_products(self.env, self.ids)
        return result
