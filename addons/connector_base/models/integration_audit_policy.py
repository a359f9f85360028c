from odoo import api, models


class IntegrationAudit(models.Model):
    """Names of the acts on alerts."""

    _inherit = "integration.audit"

    @api.model
    def _action_names(self):
        return {**super()._action_names(), "alert.take": self.env._("Alert taken")}
