from odoo import api, fields, models


class IntegrationMessage(models.Model):
    """Finding a message, and the story it belongs to."""

    _inherit = "integration.message"

    find_text = fields.Char(
        "Number, ID or e-mail",
        compute="_compute_find_text",
        search="_search_find_text",
        export_string_translation=False,
    )

    def _compute_find_text(self):
        self.find_text = False

    @api.model
    def _search_find_text(self, operator, value):
        """Look up by index only: the list may hold ten million messages."""
        if operator not in ("=", "ilike", "in"):
            return NotImplemented
        texts = [value] if isinstance(value, str) else list(value)
        ids = [message_id for text in texts for message_id in self.env["integration.find"]._any_messages(text)]
        return [("id", "in", ids)]

    def action_open_story(self):
        """Button “Story”: everything that happened in the chain of this message."""
        self.ensure_one()
        return self.env["integration.timeline"]._open(self.correlation_id, self.subject)
