from odoo import models


class ProductProduct(models.Model):
    """From a component to the kits that it is in."""

    _inherit = "product.product"

    def _integration_kits_above(self):
        """These products and all kits that contain them, however deep."""
        found, new = self, self
        while new:
            lines = (
                self.env["mrp.bom.line"].sudo().search([("product_id", "in", new.ids), ("bom_id.type", "=", "phantom")])
            )
            new = lines.bom_id._integration_products().with_env(self.env) - found
            found |= new
        return found
