from odoo import models


class IntegrationException(models.Model):
    """From an exception to its story."""

    _inherit = "integration.exception"

    def action_open_story(self):
        """Button “Story”: everything that happened in the chain of this exception."""
        self.ensure_one()
        correlation = self.message_id.correlation_id
        if not correlation and self.res_model in self.env:
            record = self.env[self.res_model].browse(self.res_id).exists()
            correlation = self.env["integration.message"]._correlation_known(record)
        return self.env["integration.timeline"]._open(correlation or "", self.res_name or "")
