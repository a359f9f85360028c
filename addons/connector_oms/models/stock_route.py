from odoo import api, fields, models
from odoo.exceptions import ValidationError


class StockRoute(models.Model):
    """How long goods are on their way from one warehouse to another, and what that costs."""

    _inherit = "stock.route"

    integration_days = fields.Integer(
        "Days on the way",
        compute="_compute_integration_days",
        inverse="_inverse_integration_days",
        help="From leaving the one warehouse until they are in the other: the lead times of the route's rules.",
    )
    integration_cost = fields.Float(
        "Cost of a transfer",
        digits="Product Price",
        help="Of bringing the goods of one order, in the company's currency.",
    )
    integration_unit_cost = fields.Float("Cost of each unit", digits="Product Price")

    @api.constrains("integration_cost", "integration_unit_cost")
    def _check_integration_costs(self):
        for route in self:
            if route.integration_cost < 0 or route.integration_unit_cost < 0:
                raise ValidationError(self.env._("What a transfer costs is not negative."))

    @api.depends("rule_ids.delay")
    def _compute_integration_days(self):
        for route in self:
            route.integration_days = sum(route.rule_ids.mapped("delay"))

    def _inverse_integration_days(self):
        """Put them where Odoo plans by them: with the rule that receives the goods."""
        for route in self:
            if route.integration_days < 0:
                raise ValidationError(self.env._("Days on the way are not negative."))
            receiving = route.rule_ids.filtered(lambda rule: rule.location_src_id.usage == "transit")[:1]
            (route.rule_ids - receiving).delay = 0
            receiving.delay = route.integration_days
