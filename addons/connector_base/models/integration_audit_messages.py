from odoo import api, models


class IntegrationAudit(models.Model):
    """What people do with messages, in words."""

    _inherit = "integration.audit"

    @api.model
    def _action_names(self):
        return {
            **super()._action_names(),
            "replay.start": self.env._("Bulk replay started"),
            "replay.pause": self.env._("Bulk replay paused"),
            "replay.resume": self.env._("Bulk replay resumed"),
            "replay.cancel": self.env._("Bulk replay stopped"),
        }
