from odoo import fields, models
from odoo.exceptions import AccessError

from ..lib.payload import cut, show


class IntegrationMessage(models.Model):
    """What people see of a payload."""

    _inherit = "integration.message"

    payload_masked = fields.Text("Payload (masked)", compute="_compute_payload_masked")

    def _compute_payload_masked(self):
        raws = self._raws()
        for message in self:
            message.payload_masked = self._shown(show(raws.get(message.id, b"")))

    def _shown(self, text):
        """A payload as a screen shows it, with a word where it is cut."""
        text, left_out = cut(text)
        if left_out:
            text += "\n\n" + self.env._("… cut here: %s more characters. A manager can download all of it.", left_out)
        return text

    def _require_manager(self):
        if not self.env.user.has_group("connector_base.group_manager"):
            raise AccessError(self.env._("Only a manager sees payloads in clear."))
        self.check_access("read")

    def action_show_payload(self):
        """Button “Show in clear”: for managers, on record."""
        self.ensure_one()
        self._require_manager()
        wizard = self.env["integration.payload"].create({"message_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payload in clear"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_download_payload(self):
        """Button “Download”: the bytes as they were received, for managers, on record."""
        self.ensure_one()
        self._require_manager()
        return {"type": "ir.actions.act_url", "url": f"/integration/payload/{self.id}", "target": "download"}
