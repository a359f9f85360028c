from odoo import models


class IntegrationFlow(models.Model):
    """What the catalogue of flows says of each, and that changes to it are on record."""

    _name = "integration.flow"
    _inherit = ["integration.flow", "integration.audit.mixin"]
    _audit_prefix = "flow"
