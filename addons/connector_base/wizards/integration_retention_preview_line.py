from odoo import fields, models


class IntegrationRetentionPreviewLine(models.TransientModel):
    """One class of data of one rule."""

    _name = "integration.retention.preview.line"
    _description = "What would go of one class"
    _order = "id"

    preview_id = fields.Many2one("integration.retention.preview", required=True, ondelete="cascade")
    rule_id = fields.Many2one("integration.retention", "What", required=True, ondelete="cascade")
    act = fields.Selection([("mask", "Masked"), ("clear", "Cleared")], "Would be", required=True)
    count = fields.Integer("How many", required=True)
