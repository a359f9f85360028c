from odoo import api, models


class IntegrationAudit(models.Model):
    """What people do with messages, in words."""

    _inherit = "integration.audit"

    @api.model
    def _action_names(self):
        return {
            **super()._action_names(),
            "message.download": self.env._("Payload downloaded"),
            "message.edit_drop": self.env._("Correction dropped"),
            "message.edit_refuse": self.env._("Correction refused"),
            "message.edit_replay": self.env._("Replayed as corrected"),
            "message.edit_submit": self.env._("Correction handed in for approval"),
            "message.payload_clear": self.env._("Payload opened in clear"),
            "message.use_original": self.env._("Correction put aside for the original"),
            "message.find_email": self.env._("Found by an e-mail address"),
            "replay.start": self.env._("Bulk replay started"),
            "replay.pause": self.env._("Bulk replay paused"),
            "replay.resume": self.env._("Bulk replay resumed"),
            "replay.cancel": self.env._("Bulk replay stopped"),
        }
