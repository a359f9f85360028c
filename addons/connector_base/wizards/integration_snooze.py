from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models

#: hours of the working day at which "tomorrow" and "next week" begin
MORNING = time(8, 0)


class IntegrationSnooze(models.TransientModel):
    """Takes exceptions off the list until a chosen time."""

    _name = "integration.snooze"
    _description = "Put exceptions off"

    exception_ids = fields.Many2many("integration.exception", default=lambda self: self.env.context.get("active_ids"))
    choice = fields.Selection(
        [
            ("hour", "For an hour"),
            ("afternoon", "For four hours"),
            ("tomorrow", "Until tomorrow morning"),
            ("week", "Until Monday morning"),
            ("date", "Until ..."),
        ],
        "Put off",
        required=True,
        default="tomorrow",
    )
    until = fields.Datetime(compute="_compute_until", store=True, readonly=False)
    reason = fields.Char("What it waits for")

    @api.depends("choice")
    def _compute_until(self):
        now = fields.Datetime.now()
        for wizard in self:
            if wizard.choice == "hour":
                wizard.until = now + timedelta(hours=1)
            elif wizard.choice == "afternoon":
                wizard.until = now + timedelta(hours=4)
            elif wizard.choice == "week":
                wizard.until = wizard._morning(7 - wizard._today().weekday())
            else:
                wizard.until = wizard._morning(1)

    def _today(self):
        return fields.Date.context_today(self)

    def _morning(self, days):
        """Start of work in so many days, by the user's clock, as naive UTC."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        local = zone.localize(datetime.combine(self._today() + timedelta(days=days), MORNING))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def action_snooze(self):
        """Button: put them off."""
        self.exception_ids._snooze(self.until, self.reason or "")
        return {"type": "ir.actions.act_window_close"}
