from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.retention import CONTENT


class IntegrationMessage(models.Model):
    """What is no longer kept of a message; what identifies it always is."""

    _inherit = "integration.message"

    gone = fields.Integer(export_string_translation=False, help="Bits of lib.retention.")
    attempts_gone = fields.Integer("Earlier tries", help="They are counted, and no longer told one by one.")
    is_cleared = fields.Boolean("Content cleared", compute="_compute_is_cleared", search="_search_is_cleared")

    _keep_idx = models.Index(
        "(flow_id, (COALESCE(gone, 0)), settled_at) WHERE settled_at IS NOT NULL AND COALESCE(gone, 0) < 7"
    )

    @api.depends("gone")
    def _compute_is_cleared(self):
        for message in self:
            message.is_cleared = bool((message.gone or 0) & CONTENT)

    def _search_is_cleared(self, operator, value):
        if operator != "in":
            return NotImplemented
        numbers = [number for number in range(8) if bool(number & CONTENT) in value]
        return [("gone", "in", [*numbers, False] if False in value else numbers)]

    def _require_content(self):
        """Refuse to work on what is no longer there: a try would read, or send, nothing."""
        self.env.cr.execute(
            "SELECT id FROM integration_message WHERE id = ANY(%s) AND COALESCE(gone, 0) & %s <> 0 LIMIT 1",
            (self.ids, CONTENT),
        )
        row = self.env.cr.fetchone()
        if row:
            name = self.browse(row[0]).display_name
            raise UserError(
                self.env._("The content of %s has been cleared: it can neither be tried again nor corrected.", name)
            )
