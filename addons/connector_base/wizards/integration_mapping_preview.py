from odoo import fields, models
from odoo.exceptions import UserError

#: most messages that are looked at in one go: each may cost a look at the partner
MOST = 500


class IntegrationMappingPreview(models.TransientModel):
    """Which recent messages would have become something else with a new mapping."""

    _name = "integration.mapping.preview"
    _description = "What a mapping would change"

    version_id = fields.Many2one("integration.mapping.version", required=True, ondelete="cascade")
    scope = fields.Selection(
        [("count", "The last messages"), ("days", "The last days")], required=True, default="count"
    )
    count = fields.Integer("Messages", default=50, help="How many messages of each flow are looked at.")
    days = fields.Integer(default=7)
    looked_at = fields.Integer("Looked at", readonly=True)
    line_ids = fields.One2many("integration.mapping.preview.line", "preview_id", "Would differ", readonly=True)
    differ = fields.Integer("Would differ", compute="_compute_differ")

    def _compute_differ(self):
        for preview in self:
            preview.differ = len(preview.line_ids)

    def action_look(self):
        """Button “Look”: work out the differences."""
        self.ensure_one()
        version = self.version_id
        version._require("connector_base.group_operator")
        self.line_ids.unlink()
        limit = min(max(1, self.count), MOST) if self.scope == "count" else MOST
        days = max(1, self.days) if self.scope == "days" else 0
        lines, seen = [], 0
        for flow in version.sudo().backend_id.flow_ids.filtered(lambda flow: flow._previewer()):
            messages = flow._preview_messages(limit, days)
            if messages:
                results = flow._preview(messages, version)
                seen += len(results)
                lines += [
                    self._line(message_id, *states) for message_id, states in sorted(results.items(), reverse=True)
                ]
        self.write({"looked_at": seen, "line_ids": [fields.Command.create(line) for line in lines if line]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What would change?"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _line(self, message_id, now, then):
        """Values of a line; None where nothing would differ."""
        labels = [label for label in dict.fromkeys([*now, *then]) if now.get(label) != then.get(label)]
        if not labels:
            return None
        return {
            "message_id": message_id,
            "now": "\n".join(f"{label}: {now.get(label) or '–'}" for label in labels),
            "then": "\n".join(f"{label}: {then.get(label) or '–'}" for label in labels),
        }

    def action_approve(self):
        """Button “Approve” under the list."""
        self.ensure_one()
        if self.version_id.state == "draft":
            raise UserError(self.env._("Propose the change first."))
        self.version_id.action_approve()
        return {"type": "ir.actions.act_window_close"}


class IntegrationMappingPreviewLine(models.TransientModel):
    """One message that would become something else."""

    _name = "integration.mapping.preview.line"
    _description = "Message that a mapping would change"

    preview_id = fields.Many2one("integration.mapping.preview", required=True, ondelete="cascade")
    message_id = fields.Many2one("integration.message", required=True, ondelete="cascade")
    received_at = fields.Datetime(related="message_id.received_at")
    now = fields.Text("As it is now")
    then = fields.Text("With the change")
