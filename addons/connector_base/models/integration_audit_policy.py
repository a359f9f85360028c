from odoo import api, models


class IntegrationAudit(models.Model):
    """Names of the acts on alerts, pauses and backlogs."""

    _inherit = "integration.audit"

    @api.model
    def _action_names(self):
        return {
            **super()._action_names(),
            "alert.take": self.env._("Alert taken"),
            "flow.pause": self.env._("Flow paused"),
            "flow.resume": self.env._("Flow resumed"),
            "release.start": self.env._("Backlog put on a slow release"),
            "release.change": self.env._("Pace of a backlog changed"),
            "release.hold": self.env._("Backlog held"),
            "release.go_on": self.env._("Backlog goes on"),
            "release.let_go": self.env._("Backlog let go at once"),
        }
