from odoo import api, fields, models


class IntegrationAlert(models.Model):
    """The runbook of its kind, beside each alert."""

    _name = "integration.alert"
    _inherit = ["integration.alert", "integration.runbook.mixin"]

    runbook = fields.Html(compute="_compute_runbook")

    @api.depends("kind")
    def _compute_runbook(self):
        for alert in self:
            alert.runbook = alert._runbook(f"alert-{alert.kind}")
