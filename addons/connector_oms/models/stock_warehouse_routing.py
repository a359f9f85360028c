from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

#: how far a working day is looked for
HORIZON_DAYS = 30


class StockWarehouse(models.Model):
    """What a warehouse can ship, and when."""

    _inherit = "stock.warehouse"

    integration_tz = fields.Selection(
        _tz_get, "Time zone", help="Of its cut-off and its days. Empty: the company's, else UTC."
    )
    integration_cut_off = fields.Float(
        "Cut-off", default=24.0, help="What is ordered after this time of day leaves on the next working day."
    )
    integration_calendar_id = fields.Many2one(
        "resource.calendar", "Working days", help="Days and holidays of the warehouse. Empty: every day."
    )
    integration_capacity = fields.Integer(
        "Orders a day", help="Routing gives it no more new orders a day than this. 0: no limit."
    )
    integration_hazmat = fields.Boolean("Ships dangerous goods", default=True)
    integration_lots = fields.Boolean("Ships lots and serial numbers", default=True)
    integration_carrier_ids = fields.Many2many(
        "delivery.carrier", string="Delivery methods", help="That it ships with. Empty: all."
    )
    integration_zone_ids = fields.One2many("integration.routing.zone", "warehouse_id", "What shipping costs")

    @api.constrains("integration_cut_off", "integration_capacity")
    def _check_integration_routing(self):
        for warehouse in self:
            if not 0 <= warehouse.integration_cut_off <= 24:
                raise ValidationError(self.env._("The cut-off is a time of day."))
            if warehouse.integration_capacity < 0:
                raise ValidationError(self.env._("Orders a day are not negative."))

    def _integration_zone_name(self):
        self.ensure_one()
        return self.integration_tz or self.company_id.partner_id.tz or "UTC"

    def _integration_departure(self, now):
        """When what is ordered now leaves.

        :param now: naive UTC
        :return: (days from today until it leaves, or None within ``HORIZON_DAYS``;
            whether today's cut-off has passed)
        """
        self.ensure_one()
        local = now.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(self._integration_zone_name()))
        passed = local.hour + local.minute / 60 >= self.integration_cut_off
        days = self._integration_working_days(local)
        if days is None:
            return int(passed), passed
        for ahead in range(int(passed), HORIZON_DAYS):
            if local.date() + timedelta(days=ahead) in days:
                return ahead, passed
        return None, passed

    def _integration_working_days(self, local):
        """Dates on which somebody works, from ``local`` on; None for every day."""
        calendar = self.integration_calendar_id
        if not calendar:
            return None
        begin = datetime.combine(local.date(), time.min, local.tzinfo)
        intervals = calendar._work_intervals_batch(begin, begin + timedelta(days=HORIZON_DAYS))[False]
        return {start.astimezone(local.tzinfo).date() for start, __, __ in intervals}
