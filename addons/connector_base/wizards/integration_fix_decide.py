from odoo import api, fields, models

#: codes that need no words
WORDLESS = {"replay"}


class IntegrationFixDecide(models.TransientModel):
    """Fixes that need no more than a decision and its reason; addons add theirs.

    Each code has a method ``_mend_<code>``, and a line in ``_effects`` that says what happens.
    """

    _name = "integration.fix.decide"
    _description = "Decide on exceptions"
    _inherit = ["integration.fix"]

    reason = fields.Char()
    needs_reason = fields.Boolean(compute="_compute_effect")
    effect = fields.Text("What happens", compute="_compute_effect")

    @api.depends("code")
    def _compute_effect(self):
        effects = self._effects()
        for wizard in self:
            wizard.effect = effects.get(wizard.code, "")
            wizard.needs_reason = wizard.code not in self._wordless()

    @api.model
    def _wordless(self):
        return WORDLESS

    @api.model
    def _effects(self):
        """{code: what will happen}, as it is told before it is done."""
        return {
            "replay": self.env._("The message is worked on again from the start. Nothing is done twice."),
            "worked": self.env._("You have seen at the partner's that it was done. It is not sent again."),
            "not_worked": self.env._("You have seen at the partner's that it was not done. It is sent again."),
            "discard": self.env._("The message will have no effect, now and later."),
        }

    def _reason(self):
        return self.reason or ""

    def _decide(self, exceptions):
        if self.needs_reason:
            self._need_reason()
        return super()._decide(exceptions)

    def _only_replays(self):
        return self.code == "replay"

    def _mend(self, exceptions):
        getattr(self, f"_mend_{self.code}")(exceptions)

    def _mend_replay(self, exceptions):
        exceptions._replay_messages()

    def _mend_worked(self, exceptions):
        exceptions.message_id.action_confirm_done()

    def _mend_not_worked(self, exceptions):
        exceptions.message_id.action_confirm_not_done()

    def _mend_discard(self, exceptions):
        exceptions.message_id.action_cancel()
        exceptions._resolve(self._reason(), "accepted")
