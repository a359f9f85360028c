from odoo import fields, models


class ResPartner(models.Model):
    """How a customer of a channel wants to be served."""

    _inherit = "res.partner"

    integration_one_delivery = fields.Boolean(
        "All at once", help="Orders of channels leave when everything is there, not in parts."
    )
