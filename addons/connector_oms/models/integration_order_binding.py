from odoo import fields, models


class IntegrationOrderBinding(models.Model):
    """A channel's order and the sale order it became. One of each: no duplicates."""

    _name = "integration.order.binding"
    _description = "Order of a channel"
    _inherit = ["integration.binding.mixin"]

    record_id = fields.Many2one("sale.order", "Sales order", required=True, index=True, ondelete="cascade")
