from odoo import models
from odoo.exceptions import AccessError, UserError

#: more messages than this are replayed in the background, at a capped rate
AT_ONCE = 100


class IntegrationMessage(models.Model):
    """What people may do with a message."""

    _inherit = "integration.message"

    def _require(self, group):
        if not self.env.user.has_group(group):
            raise AccessError(self.env._("You are not allowed to do this with messages."))
        self.check_access("read")

    def action_replay(self):
        """Button “Replay”: try again from the start, with the same bytes."""
        self._require("connector_base.group_operator")
        closed = self.filtered(lambda message: message.state not in ("blocked", "dead", "retry", "done"))
        if closed:
            raise UserError(
                self.env._(
                    "%s cannot be replayed: it waits to be worked on, or was cancelled.",
                    closed[0].display_name,
                )
            )
        if len(self) > AT_ONCE:
            return self.env["integration.replay"]._start(self, self.env._("Replayed from the list")).action_open()
        before = self._audit_states()
        self._reopen()
        self._audit("message.replay", before)
        return True

    def _audit_states(self):
        return [{"state": m.state, "tries": m.attempt_count, "error": m.error_class} for m in self.sudo()]

    def _audit(self, action, before):
        self.env["integration.audit"]._record(self, action, before=before, after=self._audit_states())

    def _reopen(self, replay=None):
        """Make messages due now, with a clean slate; what was tried stays on record.

        :param replay: integration.replay that hands them out: fresh traffic goes first
        """
        self._require_content()
        locked = self.sudo()._lock_free()
        if locked != self.sudo():
            raise UserError(self.env._("Some of these messages are being worked on. Try again in a moment."))
        self.env.cr.execute(
            """UPDATE integration_message
                  SET state = 'pending', attempt_count = 0, settled_at = NULL, replay_id = %s, gone = NULL,
                      next_at = clock_timestamp() AT TIME ZONE 'UTC'
                WHERE id = ANY(%s)""",
            (replay and replay.id, self.ids),
        )
        # deaths count for the object: those of its other messages are forgiven with it
        self.env.cr.execute(
            """UPDATE integration_attempt SET outcome = 'dead'
                WHERE (outcome IS NULL OR outcome = 'died')
                  AND (message_id = ANY(%s) OR message_id IN (
                      SELECT m.id FROM integration_message r
                        JOIN integration_message m
                          ON m.flow_id = r.flow_id AND m.business_key = r.business_key
                       WHERE r.id = ANY(%s) AND r.business_key <> '' AND m.state = 'dead'))""",
            (self.ids, self.ids),
        )
        self.invalidate_recordset()
        self.sudo().flow_id._request_drain()

    def _lock_free(self):
        """Lock those of these messages that nobody works on, and return them."""
        self.env.cr.execute(
            """SELECT id FROM integration_message WHERE id = ANY(%s)
                ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",
            (self.ids,),
        )
        free = {row[0] for row in self.env.cr.fetchall()}
        return self.filtered(lambda message: message.id in free)

    def action_cancel(self):
        """Button “Cancel”: this message shall have no effect."""
        self._require("connector_base.group_manager")
        messages = self.sudo().filtered(
            lambda message: message.state in ("pending", "retry", "blocked", "dead", "ambiguous")
        )
        if messages._lock_free() != messages:
            raise UserError(self.env._("Some of these messages are being worked on. Try again in a moment."))
        before = messages._audit_states()
        messages._settle("cancelled", note=self.env._("Cancelled by %s", self.env.user.name), counted=False)
        messages.with_env(self.env)._audit("message.cancel", before)
        self.env["integration.exception"].sudo()._heal(messages=messages)

    def action_confirm_done(self):
        """Button “It worked”: a person found out that the partner did it."""
        self._require("connector_base.group_operator")
        self._answer_ambiguity("done")

    def action_confirm_not_done(self):
        """Button “It did not work”: a person found out; send it again."""
        self._require("connector_base.group_operator")
        self._answer_ambiguity("failed")

    def _answer_ambiguity(self, state):
        messages = self.sudo().filtered(lambda message: message.state == "ambiguous")
        if len(messages) != len(self):
            raise UserError(self.env._("Only messages whose effect is not known can be answered."))
        self.env.cr.execute(
            """UPDATE integration_call SET state = %s
                WHERE message_id = ANY(%s) AND state IN ('sending', 'ambiguous')""",
            (state, messages.ids),
        )
        # settling (bindings, quantities) is the drain's work, also for an answer by hand
        before = messages._audit_states()
        messages._reopen()
        action = "message.confirm_done" if state == "done" else "message.confirm_not_done"
        messages.with_env(self.env)._audit(action, before)
        self.env["integration.exception"].sudo()._heal(messages=messages)

    def action_open_record(self):
        """Button: the record this message became or is about."""
        self.ensure_one()
        if not self.res_model or not self.res_id:
            raise UserError(self.env._("There is no record behind this message yet."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
