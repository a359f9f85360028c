from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..lib.fixes import Fix

#: states of a message that can be tried again
AGAIN = frozenset({"blocked", "dead", "retry"})


class IntegrationException(models.Model):
    """What can be done about an exception, right where it is read."""

    _inherit = "integration.exception"

    fixes = fields.Json("What you can do", compute="_compute_fixes")
    same_count = fields.Integer("Of the same cause", compute="_compute_same_count")
    mend_id = fields.Many2one("integration.mend", "Being mended by", index="btree_not_null", ondelete="set null")

    @api.model
    def _fix_catalogue(self):
        """All fixes there are, the best first (addons put theirs before these).

        :return: list of ``lib.fixes.Fix``
        """
        wizard = "integration.fix.decide"
        doubt = frozenset({"ambiguous"})
        waiting = AGAIN | doubt | {"pending"}
        return [
            Fix("worked", self.env._("It worked"), wizard, states=doubt),
            Fix("not_worked", self.env._("It did not work"), wizard, states=doubt),
            Fix("replay", self.env._("Try again"), wizard, states=AGAIN),
            Fix(
                "discard",
                self.env._("Cancel the message"),
                wizard,
                states=waiting,
                group="connector_base.group_manager",
            ),
        ]

    @api.model
    def _category_advice(self):
        """{category: (what it means, what to do)} for those whose reporter says nothing more exact."""
        return {}

    @api.model
    def _my_fixes(self):
        """The fixes that the user may use at all."""
        user = self.env.user
        return [fix for fix in self._fix_catalogue() if user.has_group(fix.group)]

    def _available_fixes(self, catalogue=None):
        """The fixes of one open exception that the user may use.

        :param catalogue: ``_my_fixes``, for those who ask about many
        """
        self.ensure_one()
        if self.state != "open":
            return []
        message = self.sudo().message_id
        traits = (self.category, self.res_model or "", message.state or "", self.group_key or "", message.topic or "")
        return [fix for fix in (self._my_fixes() if catalogue is None else catalogue) if fix.fits(*traits)]

    @api.depends("category", "res_model", "message_id", "state", "group_key")
    @api.depends_context("uid")
    def _compute_fixes(self):
        mine = self._my_fixes()
        for exception in self:
            exception.fixes = [{"code": fix.code, "label": fix.label} for fix in exception._available_fixes(mine)]

    @api.depends("group_key", "state")
    def _compute_same_count(self):
        for exception in self:
            domain = exception._same_cause_domain()
            exception.same_count = self.search_count(domain) if domain else 0

    def _same_cause_domain(self):
        """What finds the open exceptions of this one's cause; None when it stands alone."""
        self.ensure_one()
        if self.state != "open" or not self.group_key:
            return None
        return [
            ("backend_id", "=", self.backend_id.id),
            ("category", "=", self.category),
            ("group_key", "=", self.group_key),
            ("state", "=", "open"),
        ]

    def _banner(self):
        """What a banner shows of these: text and buttons.

        :return: list of {id, category, cause, suggestion, fixes}
        """
        labels = dict(self._fields["category"]._description_selection(self.env))
        operator = self.env.user.has_group("connector_base.group_operator")
        return [
            {
                "id": exception.id,
                "category": labels.get(exception.category, ""),
                "cause": exception.cause,
                "suggestion": exception.suggestion or "",
                "fixes": exception.fixes if operator else [],
                "can_open": self.env.user.has_group("connector_base.group_viewer"),
            }
            for exception in self
        ]

    def action_open_same(self):
        """Smart button: all of the same cause."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_exception_action")
        action["domain"] = self._same_cause_domain() or [("id", "=", self.id)]
        action["context"] = {}
        action["view_mode"] = "list,form"
        action["views"] = [(False, "list"), (False, "form")]
        return action

    def action_fix(self, code):
        """Button of a fix: the wizard that asks for what it needs.

        :param code: of one of the available fixes
        """
        fix = self._common_fix(code)
        return {
            "type": "ir.actions.act_window",
            "name": fix.label,
            "res_model": fix.model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_code": fix.code, "default_exception_ids": self.ids},
        }

    def action_fix_first(self):
        """Button “Put right” of the list: the best fix that all the chosen have in common."""
        mine = self._my_fixes()
        shared = self[:1]._available_fixes(mine) if self else []
        for exception in self[1:]:
            codes = {fix.code for fix in exception._available_fixes(mine)}
            shared = [fix for fix in shared if fix.code in codes]
        if not shared:
            raise UserError(self.env._("There is nothing that can be done about all of these at once."))
        return self.action_fix(shared[0].code)

    def _common_fix(self, code):
        """The fix of ``code``, which all of these must offer the user."""
        self.check_access("read")
        found, mine = None, self._my_fixes()
        for exception in self:
            found = next((fix for fix in exception._available_fixes(mine) if fix.code == code), None)
            if not found:
                raise AccessError(
                    self.env._("This cannot be done about “%(what)s”, or not by you.", what=exception.cause)
                )
        if not found:
            raise UserError(self.env._("Choose at least one exception."))
        return found

    def action_replay(self):
        """Button “Try again”: replay the messages behind these exceptions, in the background if many."""
        self._require_operator()
        self.check_access("write")
        stuck = self.filtered(lambda exception: exception.sudo().message_id.state in AGAIN)
        if not stuck:
            raise UserError(self.env._("There is no message to try again behind this."))
        return self.env["integration.mend"]._start(stuck, "integration.fix.decide", {"code": "replay"})

    def _replay_messages(self):
        """Let the messages behind these be worked on again; those that are being worked on are left alone."""
        stuck = self.sudo().message_id.filtered(lambda message: message.state in AGAIN)
        if stuck:
            stuck._lock_free()._reopen()
