from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: what an operator may write directly; all else changes by an act that is checked and recorded
HANDED_OUT = {"user_id", "team_id"}
#: no followers, no field history, no e-mails: the audit keeps who did what
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_activity_quick_update": True,
}


class IntegrationException(models.Model):
    """The desk: who sees to an exception, until when, and when it is looked at again."""

    _inherit = "integration.exception"

    group_label = fields.Char("Cause", compute="_compute_group_label", store=True)
    team_id = fields.Many2one("integration.team", index="btree_not_null")
    deadline = fields.Datetime(help="By then it should be settled; after that it is escalated.")
    snoozed_until = fields.Datetime("Put off until", help="It is not on the list until then. The deadline stays.")
    escalated_to_id = fields.Many2one("res.users", "Escalated to", index="btree_not_null")
    escalated_at = fields.Datetime("Escalated on")
    is_overdue = fields.Boolean(compute="_compute_is_overdue")

    _cause_idx = models.Index("(backend_id, category, group_key) WHERE state = 'open'")
    _todo_idx = models.Index("(company_id, last_seen DESC, id DESC) WHERE state = 'open'")
    _deadline_idx = models.Index("(deadline) WHERE state = 'open' AND escalated_at IS NULL")

    @api.depends("category", "group_key")
    def _compute_group_label(self):
        labels = dict(self._fields["category"]._description_selection(self.env))
        for exception in self:
            label = labels.get(exception.category, "")
            detail = exception._cause_detail()
            exception.group_label = f"{label}: {detail}" if detail else label

    def _cause_detail(self):
        """What tells this cause from others of its category, as people call it; "" for nothing.

        Keys with a colon name one object; addons know how people call those.
        """
        self.ensure_one()
        key = self.group_key or ""
        return "" if ":" in key or key == self.category else self._trouble_names().get(key, key)

    @api.model
    def _trouble_names(self):
        """{error class: how people call it}, for what was given up."""
        text = self.env._
        return {
            "transient": text("partner has trouble"),
            "rate_limited": text("partner asks us to wait"),
            "circuit_open": text("calls are suspended"),
            "conflict": text("changed meanwhile"),
            "unknown": text("nobody foresaw it"),
        }

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, aggregates=(), limit=None, offset=0, order=None, **options):
        """Show the most frequent cause first, unless another order is asked for."""
        if groupby and groupby[0] == "group_label" and not order:
            order = "__count DESC, group_label"
        return super().web_read_group(domain, groupby, aggregates, limit, offset, order, **options)

    @api.depends("deadline", "state")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for exception in self:
            exception.is_overdue = exception.state == "open" and bool(exception.deadline) and exception.deadline < now

    def _quiet(self):
        return self.sudo().with_context(**QUIET)

    # whose it is

    @api.model_create_multi
    def create(self, vals_list):
        """Hand new exceptions out by the rules."""
        rules = self.env["integration.exception.rule"]
        backends = self.env["integration.backend"].sudo()
        for vals in vals_list:
            company = backends.browse(vals.get("backend_id")).company_id
            vals.update(rules._apply_to({**vals, "company_id": company.id}))
        return super().create(vals_list)

    def write(self, vals):
        """Operators hand exceptions out; everything else goes through the buttons."""
        by_hand = not self.env.su and not HANDED_OUT.isdisjoint(vals)
        if not self.env.su and not all(name in HANDED_OUT or name.startswith("activity_") for name in vals):
            raise AccessError(self.env._("Only the owner and the team can be changed directly. Use the buttons."))
        before = [self._owner_names(exception, vals) for exception in self] if by_hand else []
        result = super().write(vals)
        if by_hand:
            after = [self._owner_names(exception, vals) for exception in self]
            self.env["integration.audit"]._record(self, "exception.assign", before=before, after=after)
        if "user_id" in vals:
            self._move_activities()
        return result

    @staticmethod
    def _owner_names(exception, names):
        return {name: exception[name].display_name or "" for name in HANDED_OUT & set(names)}

    def action_take(self):
        """Button “Take it”: these are mine now."""
        self._require_operator()
        self.write({"user_id": self.env.uid})

    def _assign_by_rules(self):
        """Hand out what is open, rule by rule: one write for all that get the same."""
        rules = self.env["integration.exception.rule"]
        names = [*rules._conditions()]
        groups = {}
        for exception in self:
            facts = {name: _plain(exception[name]) for name in names}
            outcome = rules._apply_to(facts)
            outcome.pop("deadline" if exception.deadline else "", None)
            if outcome:
                key = tuple(sorted((name, value) for name, value in outcome.items() if name != "deadline"))
                groups.setdefault((key, outcome.get("deadline")), []).append(exception.id)
        for (values, deadline), ids in groups.items():
            chosen = self.browse(ids)
            chosen._quiet().write({**dict(values), **({"deadline": deadline} if deadline else {})})
            self.env["integration.audit"]._record(chosen, "exception.assign", after=dict(values))

    # later

    def _snooze(self, until, reason=""):
        """Take these off the list for a while; they come back by themselves."""
        self._require_operator()
        self.check_access("write")
        if not until or until <= fields.Datetime.now():
            raise UserError(self.env._("Choose a time that is still to come."))
        self._quiet().write({"snoozed_until": until})
        self.env["integration.audit"]._record(
            self, "exception.snooze", reason=reason, after={"until": fields.Datetime.to_string(until)}
        )

    def action_wake(self):
        """Button “Back to the list”."""
        self._require_operator()
        self.check_access("write")
        self._quiet().write({"snoozed_until": False})
        self.env["integration.audit"]._record(self, "exception.wake")

    # done

    def action_resolve_with(self, reason, kind="other"):
        """Close by hand.

        :param reason: why; required
        :param kind: a value of ``resolution_kind``
        :raises UserError: no reason was given
        """
        self._require_operator()
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why this is resolved."))
        self.check_access("write")
        before = [{"state": exception.state} for exception in self]
        self._resolve(reason.strip(), kind)
        after = {"state": "resolved", "how": kind}
        self.env["integration.audit"]._record(self, "exception.resolve", reason, before, after)

    def _require_operator(self):
        if not self.env.user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to work the exceptions."))


def _plain(value):
    return value.id if isinstance(value, models.BaseModel) else value
