from odoo import fields, models
from odoo.exceptions import AccessError

from ..lib.ids import new_token


class ResConfigSettings(models.TransientModel):
    """The metrics: switched on by making a token, which is shown once."""

    _inherit = "res.config.settings"

    integration_metrics_on = fields.Boolean(compute="_compute_integration_metrics_on")

    def _compute_integration_metrics_on(self):
        on = self.env["integration.metrics"]._is_on()
        for settings in self:
            settings.integration_metrics_on = on

    def action_integration_metrics_on(self):
        """Button: make a new token; one that was there before ends."""
        token = new_token()
        self._set_metrics_token(token)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "sticky": True,
                "title": self.env._("The token, shown only this once"),
                "message": token,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_integration_metrics_off(self):
        """Button: give no more metrics to anybody."""
        self._set_metrics_token("")
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _set_metrics_token(self, token):
        if not self.env.user.has_group("connector_base.group_admin"):
            raise AccessError(self.env._("Only an administrator of the connectors gives access to the metrics."))
        metrics = self.env["integration.metrics"]
        before = {"on": metrics._is_on()}
        metrics._set_token(token)
        self.env["integration.audit"]._record(
            self.env.company, "settings.metrics", before=before, after={"on": bool(token), "new_token": bool(token)}
        )
