from odoo import models

from ..catalogue.marks import mark_everything


class ProductPricelist(models.Model):
    """A price list in another currency shows other prices."""

    _inherit = "product.pricelist"

    def write(self, vals):
        """Have all prices compared."""
        result = super().write(vals)
        if {"currency_id", "active"} & vals.keys():
            mark_everything(self.env)
        return result
