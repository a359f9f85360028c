from odoo import Command, api, fields, models


class IntegrationRetentionPreview(models.TransientModel):
    """What the next run would mask and clear; counted, nothing is changed."""

    _name = "integration.retention.preview"
    _description = "What would go now"

    line_ids = fields.One2many("integration.retention.preview.line", "preview_id", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Count once, when it is opened."""
        rules = self.env["integration.retention"]
        rules._require_admin()
        mine = set(rules.search([("data_class", "!=", False)]).ids)
        lines = [
            Command.create({"rule_id": rule_id, "act": act, "count": count})
            for rule_id, act, count in rules._preview()
            if rule_id in mine
        ]
        return super().create([{"line_ids": lines} for __ in vals_list])
