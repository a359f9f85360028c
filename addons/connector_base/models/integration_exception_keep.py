from odoo import fields, models


class IntegrationException(models.Model):
    """What is no longer kept of a resolved exception."""

    _inherit = "integration.exception"

    gone = fields.Integer(export_string_translation=False, help="Bits of lib.retention.")

    _keep_idx = models.Index(
        "(backend_id, flow_id, (COALESCE(gone, 0)), resolved_at) WHERE state = 'resolved' AND COALESCE(gone, 0) < 3"
    )
