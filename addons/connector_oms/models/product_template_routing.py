from odoo import fields, models


class ProductTemplate(models.Model):
    """What only some warehouses may ship."""

    _inherit = "product.template"

    integration_hazmat = fields.Boolean("Dangerous goods", help="Ships only from warehouses that ship dangerous goods.")
