from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class IntegrationMessageEdit(models.Model):
    """Who may do what with a corrected message, and what it sets off."""

    _inherit = "integration.message.edit"

    def _require(self, group, state):
        self.ensure_one()
        if not self.env.user.has_group(f"connector_base.group_{group}"):
            raise AccessError(self.env._("You are not allowed to correct messages."))
        self.check_access("read")
        self.env.cr.execute("SELECT state FROM integration_message_edit WHERE id = %s FOR UPDATE", (self.id,))
        if self.env.cr.fetchone()[0] != state:
            raise UserError(self.env._("Somebody has decided this meanwhile."))

    def action_submit(self):
        """Button “Replay corrected”: at once, or after a second person has looked."""
        self._require("operator", "draft")
        if self.user_id != self.env.user:
            raise AccessError(self.env._("%s is correcting this message.", self.user_id.name))
        if not (self.reason or "").strip():
            raise UserError(self.env._("Please say why it is corrected."))
        base, raw = self._bytes()
        if not self.diff or base == raw:
            raise UserError(self.env._("Nothing has been changed. Replay the message as it is."))
        self._weigh()
        if self._limit_needs_second():
            self.sudo().state = "waiting"
            self.env["integration.audit"]._record(
                self.message_id, "message.edit_submit", self.reason, after=self._facts()
            )
            return True
        self._release()
        return True

    def action_approve(self):
        """Button “Approve and replay”: never by who corrected it."""
        self._require("manager", "waiting")
        if self.user_id == self.env.user:
            raise AccessError(self.env._("Somebody else has to approve what you have corrected."))
        self._decide()
        self._release()

    def action_refuse(self):
        """Button “Refuse”, with the reason."""
        self._require("manager", "waiting")
        if not (self.decision_note or "").strip():
            raise UserError(self.env._("Please say why it is refused."))
        self._decide()
        self.sudo().state = "refused"
        self.env["integration.audit"]._record(
            self.message_id, "message.edit_refuse", self.decision_note, after=self._facts()
        )

    def action_drop(self):
        """Button “Drop”: who began gives it up, or a manager does."""
        self.ensure_one()
        self._require("operator", self.state if self.state in ("draft", "waiting") else "draft")
        manager = self.env.user.has_group("connector_base.group_manager")
        if self.user_id != self.env.user and not manager:
            raise AccessError(self.env._("%s is correcting this message.", self.user_id.name))
        self.sudo().state = "dropped"
        self.env["integration.audit"]._record(self.message_id, "message.edit_drop", self.reason or "")

    def _decide(self):
        self.sudo().write({"approver_id": self.env.uid, "decided_at": fields.Datetime.now()})

    def _release(self):
        """Have the message tried again with the corrected bytes."""
        message = self.message_id.sudo()
        message._require_replayable()
        self.sudo().state = "replayed"
        before = message._audit_states()
        message.edit_id = self.id
        message.flush_recordset()
        message._reopen()
        self.env["integration.audit"]._record(
            message.with_env(self.env), "message.edit_replay", self.reason, before=before, after=self._facts()
        )
