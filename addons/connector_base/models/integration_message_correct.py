from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.errors import ConnectorError
from .integration_replay import REPLAYABLE


class IntegrationMessage(models.Model):
    """Correcting a message: the ledger keeps what was received, the drain reads the correction."""

    _inherit = "integration.message"

    edit_id = fields.Many2one("integration.message.edit", "Read as corrected", ondelete="restrict")
    edit_ids = fields.One2many("integration.message.edit", "message_id", "Corrections")

    def _require_replayable(self):
        self._require_content()
        if any(message.state not in REPLAYABLE for message in self):
            raise UserError(self.env._("It has been settled meanwhile, or is being worked on."))

    def _edited_raws(self):
        """{message id: corrected bytes} of those that are read as corrected."""
        self.env.cr.execute(
            """SELECT m.id, e.raw FROM integration_message m JOIN integration_message_edit e ON e.id = m.edit_id
                WHERE m.id = ANY(%s) AND e.raw IS NOT NULL""",
            (self.ids,),
        )
        return {row[0]: bytes(row[1]) for row in self.env.cr.fetchall()}

    def _to_decode(self, adapter, code):
        """{message id: bytes, None or ConnectorError} as ``Adapter.fetch``, corrections in their place."""
        edited = self._edited_raws()
        raws = {key: raw for key, raw in self._raws().items() if key not in edited}
        return {**(adapter.fetch(code, raws) if raws else {}), **edited}

    def action_correct(self):
        """Button “Correct and replay”: a draft with the payload as the next try would read it."""
        self.ensure_one()
        self._require("connector_base.group_operator")
        if self.direction != "in":
            raise UserError(self.env._("Only what came in can be corrected; correct what goes out on its record."))
        self._require_replayable()
        edits = self.env["integration.message.edit"]
        edit = edits.search([("message_id", "=", self.id), ("state", "in", ("draft", "waiting"))])
        return (edit or edits._begin(self, self._base())).get_formview_action()

    def _base(self):
        """The bytes that a replay would decode."""
        message = self.sudo()
        backend = message.backend_id
        if not backend._may_send():
            raise UserError(self.env._("%s is paused: its messages cannot be looked up now.", backend.name))
        try:
            raw = message._to_decode(backend._get_adapter(), message.flow_id.code).get(message.id)
        except ConnectorError as error:
            raw = error
        if isinstance(raw, ConnectorError):
            raise UserError(self.env._("The partner cannot be asked now: %s", backend._redact(str(raw))))
        if raw is None:
            raise UserError(self.env._("The partner no longer has it."))
        return raw

    def action_use_original(self):
        """Button “Back to the original”: the next try reads what was received."""
        self.ensure_one()
        self._require("connector_base.group_operator")
        self._require_replayable()
        self.env["integration.audit"]._record(self, "message.use_original")
        self.sudo().edit_id = False
