from odoo import models


class ProductTemplate(models.Model):
    """Only what is stocked limits how many kits there are."""

    _inherit = "product.template"

    def write(self, vals):
        """Learn the kits anew whose components are stocked now, or are no more."""
        result = super().write(vals)
        if "is_storable" in vals:
            lines = self.env["mrp.bom.line"].sudo().search([("product_id", "in", self.product_variant_ids.ids)])
            lines._integration_keep_kits()
        return result
