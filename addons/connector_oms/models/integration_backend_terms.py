from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class IntegrationBackend(models.Model):
    """What orders of a channel are promised, and what companies get beyond what people get."""

    _inherit = "integration.backend"

    ship_hours = fields.Integer(
        "Ships within (hours)",
        tracking=True,
        help="After the order was placed; delivery methods may say otherwise. It is the deadline of the delivery. "
        "0: no deadline.",
    )
    company_terms = fields.Boolean(
        "Companies have their own terms",
        default=True,
        help="Orders of companies take price list, payment terms and fiscal position of the contact.",
    )
    exempt_position_id = fields.Many2one(
        "account.fiscal.position",
        "Exempt customers",
        check_company=True,
        help="Fiscal position of orders that the channel marks as exempt from tax.",
    )

    @api.constrains("ship_hours")
    def _check_ship_hours(self):
        if any(not 0 <= backend.ship_hours <= 8760 for backend in self):
            raise ValidationError(self.env._("Hours lie between 0 and a year."))

    def _ship_by(self, placed_at, carrier):
        """When an order has to have left.

        :param placed_at: naive UTC
        :param carrier: delivery.carrier or None
        :return: naive UTC, False for no deadline
        """
        hours = (carrier.integration_ship_hours if carrier else 0) or self.ship_hours
        return placed_at + timedelta(hours=hours) if hours and placed_at else False
