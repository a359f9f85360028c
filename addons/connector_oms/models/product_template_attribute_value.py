from odoo import models

from ..catalogue.marks import mark_products


class ProductTemplateAttributeValue(models.Model):
    """What a variant costs more is part of its price."""

    _inherit = "product.template.attribute.value"

    def write(self, vals):
        """Mark the variants with this value."""
        result = super().write(vals)
        if "price_extra" in vals:
            mark_products(self.env, self.ptav_product_variant_ids.ids)
        return result
