from odoo import fields, models

CATEGORIES = [
    ("product", "Unknown product"),
    ("customer", "Customer not clear"),
    ("address", "Address"),
    ("tax", "Unknown tax"),
    ("total", "Amounts differ"),
    ("payment", "Payment"),
    ("fraud", "Suspected fraud"),
    ("shipped", "Shipped elsewhere"),
    ("channel", "Held by the channel"),
    ("test", "Test order"),
    ("change", "Changed too late"),
    ("cancel", "Cancelled too late"),
    ("confirm", "Cannot be confirmed"),
]


class IntegrationException(models.Model):
    """What can be wrong with orders."""

    _inherit = "integration.exception"

    category = fields.Selection(
        selection_add=CATEGORIES,
        ondelete={category: "set technical" for category, __ in CATEGORIES},
    )
