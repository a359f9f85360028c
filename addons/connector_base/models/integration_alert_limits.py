from odoo import api, models

#: thresholds and what they are until somebody changes them; 0 switches an alert off
LIMITS = {
    "tier1_minutes": 15,
    "tier2_minutes": 120,
    "breaker_minutes": 10,
    "heartbeat_minutes": 5,
    "paused_hours": 4,
    "expiry_days": 14,
    "step_least": 10,
    "step_factor": 3,
    "silence_least": 10,
    "remind_hours": 4,
}
PREFIX = "integration.alert_"


class IntegrationAlert(models.Model):
    """The thresholds, kept as system parameters and set in the settings."""

    _inherit = "integration.alert"

    @api.model
    def _limit(self, name):
        """A threshold of ``LIMITS``."""
        value = self.env["ir.config_parameter"].sudo().get_param(PREFIX + name)
        return int(value) if str(value or "").strip().isdigit() else LIMITS[name]
