from odoo import fields, models
from odoo.exceptions import UserError


class IntegrationBackend(models.Model):
    """Pausing a whole backend, by hand or because it does not accept us."""

    _name = "integration.backend"
    _inherit = ["integration.backend", "integration.pause.mixin"]

    pause_reason = fields.Char(tracking=True)

    def _can_pause(self):
        return self.state == "running"

    def _paused_values(self):
        return {**super()._paused_values(), "state": "paused"}

    def _resumed_values(self):
        return {**super()._resumed_values(), "state": "running"}

    def action_resume(self):
        """Go on, unless this database is a copy or was never connected."""
        self._refuse_foreign_copy()
        if any(backend.state == "draft" for backend in self):
            raise UserError(self.env._("This has not been connected yet: press Connect."))
        return super().action_resume()

    def _after_resume(self):
        self.sudo()._work_off()

    def _pause_itself(self, reason):
        """Stop because every further call would fail: nobody did it, and all shall know."""
        # the user it works as may not set it up, and this comes up in the midst of its work
        self.sudo().write({**self._paused_values(), "paused_by_id": False, "pause_reason": reason[:250]})
