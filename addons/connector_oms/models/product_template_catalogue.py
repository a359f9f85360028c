from odoo import fields, models
from odoo.tools.translate import html_translate

from ..catalogue.marks import mark_products

SHOWN = frozenset(
    {
        "name",
        "list_price",
        "taxes_id",
        "categ_id",
        "uom_id",
        "weight",
        "barcode",
        "standard_price",
        "integration_description",
        "description_ecommerce",
        "description_sale",
    }
)


class ProductTemplate(models.Model):
    """A product whose data changes has to be compared with what channels show."""

    _inherit = "product.template"

    integration_description = fields.Html(
        "Description for channels",
        translate=html_translate,
        help="What shops and marketplaces show of the product. "
        "Empty: the description of the website, else the one for quotations.",
    )

    def write(self, vals):
        """Mark the variants when something changes that channels show, or that prices come from."""
        result = super().write(vals)
        if not SHOWN.isdisjoint(vals):
            mark_products(self.env, self.product_variant_ids.ids)
        return result
