from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationFix(models.AbstractModel):
    """A way to put exceptions right, as a wizard.

    A concrete wizard asks for what it needs, settles what is settled once for all
    (``_decide``: a mapping, in the user's own request) and says how one exception is
    mended (``_mend_one``: for many, in the background). Which wizard serves which
    exceptions stands in ``integration.exception._fix_catalogue``.
    """

    _name = "integration.fix"
    _description = "Fix of exceptions"

    code = fields.Char(required=True, export_string_translation=False)
    exception_ids = fields.Many2many("integration.exception", string="Exceptions", required=True)
    exception_id = fields.Many2one("integration.exception", compute="_compute_exception")
    cause = fields.Char(related="exception_id.cause")
    suggestion = fields.Text(related="exception_id.suggestion")
    chosen_count = fields.Integer(compute="_compute_exception")
    same_count = fields.Integer(compute="_compute_exception")
    scope = fields.Selection(selection="_selection_scope", string="Apply to", default="same", required=True)

    @api.model
    def _selection_scope(self):
        return [("same", self.env._("All of the same cause")), ("chosen", self.env._("Only what I chose"))]

    @api.depends("exception_ids")
    def _compute_exception(self):
        for wizard in self:
            first = wizard.exception_ids[:1]
            wizard.exception_id = first
            wizard.chosen_count = len(wizard.exception_ids)
            wizard.same_count = first.same_count if wizard._is_for_cause() else 0

    def _is_for_cause(self):
        """Whether what is decided holds for every exception of the cause."""
        return len(set(self.exception_ids.mapped("group_key"))) == 1

    def action_apply(self):
        """Button: settle it, here and now for a few, in the background for many."""
        self.ensure_one()
        self.exception_ids._common_fix(self.code)
        exceptions = self._targets()
        exceptions.check_access("write")
        stop = self._decide(exceptions)
        return stop or self.env["integration.mend"]._start(exceptions, self._name, self._values())

    def _targets(self):
        """The exceptions this is applied to."""
        domain = self.exception_id._same_cause_domain()
        if self.scope != "same" or not self._is_for_cause() or not domain:
            return self.exception_ids
        found = self.exception_ids | self.env["integration.exception"].search(domain)
        mine = [fix for fix in found._my_fixes() if fix.code == self.code]
        return found.filtered(lambda one: one._available_fixes(mine))

    def _values(self):
        """What the wizard was told, as plain values; kept for the background."""
        skipped = {"exception_ids", "exception_id", "scope", *models.MAGIC_COLUMNS}
        return {
            name: self[name].id if field.type == "many2one" else self[name]
            for name, field in self._fields.items()
            if field.store and name not in skipped and field.type not in ("one2many", "many2many")
        }

    def _run(self, exceptions):
        """Mend exceptions, each on record with what the person said."""
        self._mend(exceptions)
        self._put_on_record(exceptions)

    def _put_on_record(self, exceptions):
        if not self.env.su:
            self.env["integration.audit"]._record(
                exceptions, f"exception.{self.code}", reason=self._reason(), after=self._values()
            )

    def _decide(self, exceptions):
        """Settle what is settled once for all of them; raise UserError when it cannot be.

        :return: an action to end with instead of mending them, else None
        """

    def _only_replays(self):
        """Whether mending is nothing but trying the messages again: many are then handed out at a capped rate."""
        return False

    def _mend(self, exceptions):
        """Mend these exceptions, whose fix has been decided."""
        for exception in exceptions:
            self._mend_one(exception)

    def _mend_one(self, exception):
        """Mend one exception."""
        raise NotImplementedError(self._name)

    def _reason(self):
        """What is written down as the reason."""
        return ""

    def _need_reason(self):
        if not self._reason().strip():
            raise UserError(self.env._("Please say why."))

    @api.model
    def _told(self, message, link=None):
        """An action that closes the wizard and tells what happens.

        :param link: an action to go on with
        """
        after = {**link, "target": "current"} if link else {"type": "ir.actions.act_window_close"}
        params = {"message": message, "type": "success", "next": after}
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}
