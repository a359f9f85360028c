from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime


class IntegrationPauseMixin(models.AbstractModel):
    """What people may pause, with the reason, who did it and since when.

    Pausing stops the work, never the taking in: messages are kept and wait.
    """

    _name = "integration.pause.mixin"
    _description = "Can be paused"

    paused_at = fields.Datetime("Paused since", readonly=True, copy=False)
    paused_by_id = fields.Many2one("res.users", "Paused by", readonly=True, copy=False)
    pause_reason = fields.Char("Why it is paused", readonly=True, copy=False)
    pause_note = fields.Char("Paused", compute="_compute_pause_note")

    @api.depends("paused_at", "paused_by_id", "pause_reason")
    @api.depends_context("lang", "tz")
    def _compute_pause_note(self):
        for record in self:
            record.pause_note = record.paused_at and self.env._(
                "Paused since %(since)s by %(who)s: %(reason)s",
                since=format_datetime(self.env, record.paused_at, dt_format="short"),
                who=record.sudo().paused_by_id.name or self.env._("the system"),
                reason=record.pause_reason or "-",
            )

    def action_pause(self):
        """Button “Pause”: ask for the reason first."""
        self.ensure_one()
        self._require_pauser()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause"),
            "res_model": "integration.pause",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def action_pause_with(self, reason):
        """Pause by hand.

        :param reason: why; required
        :raises UserError: no reason was given, or it is not running
        """
        self._require_pauser()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why it is paused."))
        if not all(record._can_pause() for record in self):
            raise UserError(self.env._("Only what is running can be paused."))
        self._change_pause("pause", {**self._paused_values(), "paused_by_id": self.env.uid}, reason)

    def action_resume(self):
        """Button “Resume”: go on, and work off what has waited, in stages where it is much."""
        self._require_pauser()
        self._change_pause("resume", self._resumed_values())
        self._after_resume()

    def _change_pause(self, act, values, reason=""):
        values = {**values, "pause_reason": reason or False}
        before = [record._audit_state(values) for record in self]
        self.sudo().write(values)
        after = [record._audit_state(values) for record in self]
        self.env["integration.audit"]._record(self, f"{self._audit_prefix}.{act}", reason, before, after)

    def _require_pauser(self):
        if not self.env.user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to pause or resume traffic."))
        self.check_access("read")

    def _can_pause(self):
        """Whether this is running now."""
        raise NotImplementedError

    def _paused_values(self):
        """Values that stop it."""
        return {"paused_at": fields.Datetime.now()}

    def _resumed_values(self):
        """Values that let it go on."""
        return {"paused_at": False, "paused_by_id": False}

    def _after_resume(self):
        """Work off what has waited."""
        raise NotImplementedError
