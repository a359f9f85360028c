from odoo import api, fields, models

from ..lib.payload import show


class IntegrationPayload(models.TransientModel):
    """A payload in clear: opened on purpose, by a manager, and on record."""

    _name = "integration.payload"
    _description = "Payload in clear"

    message_id = fields.Many2one("integration.message", required=True, readonly=True, ondelete="cascade")
    text = fields.Text("Payload", compute="_compute_text", groups="connector_base.group_manager")

    @api.model_create_multi
    def create(self, vals_list):
        """Opening one is an act."""
        opened = super().create(vals_list)
        opened.message_id._require_manager()
        self.env["integration.audit"]._record(opened.message_id, "message.payload_clear")
        return opened

    def write(self, vals):
        """Another payload is another act: there is nothing to change in this one."""
        if vals:
            self.check_access("write")
            vals = {name: value for name, value in vals.items() if name not in ("message_id", "text")}
        return super().write(vals)

    @api.depends("message_id")
    def _compute_text(self):
        for opened in self:
            message = opened.message_id
            message.check_access("read")
            opened.text = message._shown(show(message._raws().get(message.id, b""), masked=False))
