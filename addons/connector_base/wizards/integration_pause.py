from odoo import fields, models


class IntegrationPause(models.TransientModel):
    """Asks why a backend or a flow is paused."""

    _name = "integration.pause"
    _description = "Pause"

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    reason = fields.Char("Why", required=True)

    def action_pause(self):
        """Button “Pause”."""
        self.ensure_one()
        if self.res_model in ("integration.backend", "integration.flow"):
            self.env[self.res_model].browse(self.res_id).action_pause_with(self.reason)
        return {"type": "ir.actions.act_window_close"}
