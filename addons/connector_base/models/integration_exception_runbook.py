from odoo import api, fields, models


class IntegrationException(models.Model):
    """The runbook of its category, beside each exception."""

    _name = "integration.exception"
    _inherit = ["integration.exception", "integration.runbook.mixin"]

    runbook = fields.Html(compute="_compute_runbook")

    @api.depends("category")
    def _compute_runbook(self):
        for exception in self:
            exception.runbook = exception._runbook(f"exception-{exception.category}")
