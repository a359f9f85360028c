from odoo import fields, models


class IntegrationFlow(models.Model):
    """Pausing one flow: its messages are taken in and wait, the backend's others go on."""

    _name = "integration.flow"
    _inherit = ["integration.flow", "integration.pause.mixin"]

    backend_pause_note = fields.Char("Backend paused", related="backend_id.pause_note", related_sudo=False)

    def _can_pause(self):
        return self.active and not self.paused_at

    def _runs(self):
        """Whether messages of this flow are worked off now."""
        self.ensure_one()
        return self.active and not self.paused_at and self.backend_id.state == "running"

    def _after_resume(self):
        flows = self.sudo()
        flows._stage_backlog(self.env._("Resumed"))
        flows._request_drain()
