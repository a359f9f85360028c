from odoo import fields, models


class DeliveryCarrier(models.Model):
    """How soon orders with a delivery method have to leave."""

    _inherit = "delivery.carrier"

    integration_ship_hours = fields.Integer(
        "Ships within (hours)", help="After the order was placed at the channel. 0: as the channel's backend says."
    )
