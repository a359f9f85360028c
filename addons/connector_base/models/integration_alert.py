from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..lib.alerts import FLAPPING, explain, must_tell


class IntegrationAlert(models.Model):
    """A condition that people must hear of. One open alert a cause; it closes itself.

    What the conditions are: ``integration_alert_watch``; what they say:
    ``integration_alert_text``; how people are told: ``integration_alert_tell``.
    """

    _name = "integration.alert"
    _description = "Alert"
    _inherit = ["mail.thread", "mail.activity.mixin"]  # activities need the thread's followers
    _order = "state desc, first_seen desc, id desc"

    kind = fields.Selection(
        [
            ("waiting", "Messages wait too long"),
            ("freshness", "Data is out of date"),
            ("exceptions", "Many more exceptions"),
            ("breaker", "Partner does not answer"),
            ("silence", "Nothing comes in"),
            ("heartbeat", "Job queue stands still"),
            ("expiry", "Credential expires"),
            ("paused", "Paused for long"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    key = fields.Char("Cause key", required=True, readonly=True, export_string_translation=False)
    company_id = fields.Many2one("res.company", index=True, readonly=True)
    backend_id = fields.Many2one("integration.backend", index=True, ondelete="cascade", readonly=True)
    flow_id = fields.Many2one("integration.flow", ondelete="cascade", readonly=True)
    tier = fields.Char(readonly=True)
    params = fields.Json(readonly=True)
    cause = fields.Char("What is wrong", compute="_compute_texts")
    suggestion = fields.Text("What to do", compute="_compute_texts")
    state = fields.Selection([("closed", "Over"), ("open", "Open")], required=True, default="open", readonly=True)
    occurrences = fields.Integer("Times seen", default=1, readonly=True, help="Once a minute while it lasts.")
    first_seen = fields.Datetime("Since", default=fields.Datetime.now, readonly=True)
    last_seen = fields.Datetime("Last seen", default=fields.Datetime.now, readonly=True)
    closed_at = fields.Datetime("Over since", readonly=True)
    told_at = fields.Datetime("Told on", readonly=True)
    told_count = fields.Integer("Times told", readonly=True)
    explained_by_id = fields.Many2one("integration.alert", "Follows from", readonly=True, ondelete="set null")
    user_id = fields.Many2one("res.users", "Sees to it", readonly=True)
    delivery_ids = fields.One2many("integration.alert.delivery", "alert_id", "Sent to the webhook")

    _open_uniq = models.UniqueIndex("(key) WHERE state = 'open'", "This alert is open already.")
    _recent_idx = models.Index("(key, closed_at) WHERE state = 'closed'")

    @api.depends("kind", "params")
    def _compute_display_name(self):
        for alert in self:
            alert.display_name = alert.cause

    @api.model
    def _cron_watch(self):
        """Look at every condition, open and close alerts, tell people."""
        self.sudo()._watch()

    @api.model
    def _watch(self):
        findings, kinds = self._look()
        self._reconcile(findings, kinds)
        self._tell_due()

    @api.model
    def _reconcile(self, findings, kinds):
        """Make the open alerts those of ``findings``.

        :param findings: ``lib.alerts.Finding`` that hold now
        :param kinds: what could be looked at; alerts of other kinds stay as they are
        """
        known = {alert.key: alert for alert in self.search([("state", "=", "open"), ("kind", "in", list(kinds))])}
        found = {finding.key: finding for finding in findings}
        over = self.browse().union(*(alert for key, alert in known.items() if key not in found))
        over._close()
        for key, finding in found.items():
            known[key] = self._note(finding, known.get(key) or self._flapping(key))
        reasons = explain(list(found.values()))
        for key in found:
            known[key].explained_by_id = known[reasons[key]] if key in reasons else False

    def _flapping(self, key):
        """The alert of a cause that was over for a short while only."""
        since = fields.Datetime.now() - FLAPPING
        domain = [("key", "=", key), ("state", "=", "closed"), ("closed_at", ">=", since)]
        return self.search(domain, order="closed_at desc", limit=1)

    def _note(self, finding, alert):
        """Count a finding up on its alert, or open one."""
        values = {"params": dict(finding.params), "last_seen": fields.Datetime.now()}
        if alert:
            alert.write({**values, "state": "open", "closed_at": False, "occurrences": alert.occurrences + 1})
            return alert
        return self.with_context(tracking_disable=True).create(
            {
                **values,
                "kind": finding.kind,
                "key": finding.key,
                "company_id": finding.company_id,
                "backend_id": finding.backend_id,
                "flow_id": finding.flow_id,
                "tier": finding.tier,
            }
        )

    def _close(self):
        """The cause is gone."""
        if not self:
            return
        self.write({"state": "closed", "closed_at": fields.Datetime.now(), "explained_by_id": False})
        self._tell_over()

    def _tell_due(self):
        """Tell people of what they do not know yet, and again of what lasts."""
        now = fields.Datetime.now()
        remind_hours = self._limit("remind_hours")
        self.search([("state", "=", "open")]).filtered(
            lambda alert: must_tell(
                now,
                alert.told_at or None,
                explained=bool(alert.explained_by_id),
                taken=bool(alert.user_id),
                remind_hours=remind_hours,
            )
        )._tell()

    def action_take(self):
        """Button “I see to it”: nobody is reminded any more."""
        self._require_operator()
        for alert in self.filtered(lambda alert: alert.state == "open"):
            before = {"user": alert.user_id.login}
            alert.sudo().user_id = self.env.user
            after = {"user": self.env.user.login}
            self.env["integration.audit"]._record(alert, "alert.take", before=before, after=after)

    def action_look_now(self):
        """Button “Look again”: do what the cron does every minute, now."""
        self._require_operator()
        self.sudo()._watch()

    def _require_operator(self):
        if not self.env.user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to look after alerts."))
        self.check_access("read")

    def action_open_cause(self):
        """Button: the flow or backend concerned."""
        self.ensure_one()
        record = self.flow_id or self.backend_id
        if not record:
            return self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_backend_action")
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
