from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare

from ..lib.errors import ConnectorError
from ..lib.ids import digest
from ..lib.payload import CannotRestoreError, cut, difference, dumps, loads, unmask
from ..lib.redact import mask_personal

#: what people may write themselves, and in which state
WRITABLE = {"draft": {"text", "reason"}, "waiting": {"decision_note"}}


class IntegrationMessageEdit(models.Model):
    """A corrected payload of a message: proposed, looked at, replayed; the original is kept.

    Everybody corrects the masked text: what is masked and left alone is put back, so that
    nobody has to see personal data to correct a quantity.
    """

    _name = "integration.message.edit"
    _description = "Corrected message"
    _order = "id desc"
    _rec_name = "reason"

    message_id = fields.Many2one("integration.message", required=True, index=True, readonly=True, ondelete="restrict")
    backend_id = fields.Many2one(related="message_id.backend_id", store=True)
    company_id = fields.Many2one(related="message_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("draft", "Being corrected"),
            ("waiting", "Waiting for approval"),
            ("replayed", "Replayed"),
            ("refused", "Refused"),
            ("dropped", "Dropped"),
        ],
        required=True,
        default="draft",
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Corrected by", required=True, readonly=True)
    reason = fields.Char("Why")
    text = fields.Text("Payload", compute="_compute_text", inverse="_inverse_text", readonly=False)
    diff = fields.Text("What changes", compute="_compute_diff")
    worth = fields.Monetary(readonly=True, help="The higher value of before and after.")
    is_worth_known = fields.Boolean(readonly=True)
    approver_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_at = fields.Datetime("Decided", readonly=True)
    decision_note = fields.Char("Reason to refuse")

    _open_uniq = models.UniqueIndex(
        "(message_id) WHERE state IN ('draft', 'waiting')", "Somebody is correcting this message already."
    )

    def init(self):
        """Original and corrected bytes; no ORM fields, so that nothing hands them out raw."""
        self.env.cr.execute("ALTER TABLE integration_message_edit ADD COLUMN IF NOT EXISTS base bytea")
        self.env.cr.execute("ALTER TABLE integration_message_edit ADD COLUMN IF NOT EXISTS raw bytea")

    @api.model
    def _begin(self, message, base):
        """Start to correct a message.

        :param base: the bytes that are decoded when it is replayed as it is
        """
        try:
            loads(base)
        except ValueError as error:
            raise UserError(self.env._("This payload is no JSON: it cannot be corrected here.")) from error
        edit = self.sudo().create({"message_id": message.id, "user_id": self.env.uid})
        edit._keep(base, base)
        return edit.with_env(self.env)

    def _keep(self, raw, base=None):
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE integration_message_edit SET raw = %s, base = COALESCE(%s, base) WHERE id = %s",
            (raw, base, self.id),
        )
        self.invalidate_recordset()

    def _bytes(self):
        """(original, corrected) bytes; empty once they have been cleared."""
        self.env.cr.execute("SELECT base, raw FROM integration_message_edit WHERE id = %s", (self._origin.id,))
        base, raw = self.env.cr.fetchone() or (None, None)
        return bytes(base or b""), bytes(raw or b"")

    def _compute_text(self):
        for edit in self:
            __, raw = edit._bytes()
            edit.text = dumps(mask_personal(loads(raw))) if raw else ""

    def _inverse_text(self):
        for edit in self:
            __, raw = edit._bytes()
            edit._keep(edit._restored(raw))

    def _restored(self, base):
        """The bytes of what was typed, masked parts put back.

        :param base: the version that was shown masked
        :raises UserError: it is no JSON, or a mask stands where nothing was
        """
        try:
            return dumps(unmask(loads(self.text or ""), loads(base))).encode()
        except CannotRestoreError as error:
            raise UserError(
                self.env._("At %s there is nothing behind the mask: type the value itself.", str(error) or "/")
            ) from error
        except ValueError as error:
            raise UserError(self.env._("This is not readable any more: %s", error)) from error

    @api.depends("text")
    def _compute_diff(self):
        for edit in self:
            base, raw = edit._bytes()
            try:
                raw = edit._restored(raw) if edit.state == "draft" and raw else raw
                edit.diff = cut(difference(base, raw))[0] if raw else ""
            except (UserError, ValueError) as error:
                edit.diff = str(error)

    def write(self, vals):
        """People write what the state allows; who corrects is who began."""
        if not self.env.su:
            for edit in self:
                if not vals.keys() <= WRITABLE.get(edit.state, set()):
                    raise AccessError(self.env._("This can no longer be changed."))
                if edit.state == "draft" and edit.user_id != self.env.user:
                    raise AccessError(self.env._("%s is correcting this message.", edit.user_id.name))
        return super().write(vals)

    def _limit_needs_second(self):
        """Whether its value asks for a second person; an unknown value does."""
        limit = self.backend_id.edit_limit
        return not self.is_worth_known or float_compare(self.worth, limit, precision_digits=2) > 0

    def _weigh(self):
        """Decode both versions, so that only what can be read is replayed; keep the value."""
        flow = self.message_id.sudo().flow_id
        adapter = flow.backend_id._get_adapter()
        values = []
        for raw in self._bytes():
            try:
                values.append(flow._worth(adapter.decode(flow.code, raw)))
            except (ConnectorError, ValueError, KeyError, TypeError, AttributeError) as error:
                if raw == self._bytes()[1]:
                    text = flow.backend_id._redact(str(error))[:500]
                    raise UserError(self.env._("The corrected message cannot be read: %s", text)) from error
        known = [value for value in values if value is not None]
        self.sudo().write({"worth": max(known, default=0.0), "is_worth_known": bool(known)})

    def _facts(self):
        base, raw = self._bytes()
        return {"original": digest(base), "corrected": digest(raw), "worth": self.worth}
