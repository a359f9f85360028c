from odoo import models


class ProductTemplate(models.Model):
    """From a product to what may be sold of it."""

    _inherit = "product.template"

    def action_open_integration_availability(self):
        """Button “Availability”: all variants."""
        return self.product_variant_ids.action_open_integration_availability()
