from odoo import api, models

from ..catalogue.marks import mark_everything, mark_products


class ProductPricelistItem(models.Model):
    """A rule of a price list that comes, goes or changes concerns what channels show."""

    _inherit = "product.pricelist.item"

    @api.model_create_multi
    def create(self, vals_list):
        """Mark what the new rules are about."""
        items = super().create(vals_list)
        items._mark_catalogue()
        return items

    def write(self, vals):
        """Mark what the rules were about and what they are about now."""
        self._mark_catalogue()
        result = super().write(vals)
        self._mark_catalogue()
        return result

    def unlink(self):
        """Mark what the rules were about."""
        self._mark_catalogue()
        return super().unlink()

    def _mark_catalogue(self):
        """A rule of one product concerns that one; any other may concern all."""
        for item in self:
            if item.applied_on == "0_product_variant":
                mark_products(self.env, item.product_id.ids)
            elif item.applied_on == "1_product":
                mark_products(self.env, item.product_tmpl_id.product_variant_ids.ids)
            else:
                mark_everything(self.env)
