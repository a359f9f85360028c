from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.sql_db import Cursor

from ..lib.release import Pace, minutes_left, progress
from ..transaction import in_own_transaction


class IntegrationRelease(models.Model):
    """The backlog of one flow after an outage, let go at a capped rate while fresh work goes first.

    Nothing is written on the messages: whatever waited when it began has an ID of up to
    ``until_id``, and ``drain.staged`` takes those at this pace.
    """

    _name = "integration.release"
    _description = "Backlog worked off in stages"
    _inherit = ["integration.audit.mixin"]
    _audit_prefix = "release"
    _order = "id desc"
    _rec_name = "flow_id"

    flow_id = fields.Many2one("integration.flow", required=True, index=True, ondelete="cascade", readonly=True)
    backend_id = fields.Many2one(related="flow_id.backend_id")
    company_id = fields.Many2one(related="flow_id.company_id", store=True, index=True)
    state = fields.Selection(
        [("running", "Running"), ("held", "Held"), ("done", "Done"), ("ended", "Let go at once")],
        required=True,
        default="running",
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    until_id = fields.Integer("Last message of the backlog", required=True, readonly=True)
    total = fields.Integer("Messages", readonly=True)
    per_minute = fields.Integer(
        "Messages a minute", required=True, help="Of what has waited. New messages go first, at full speed."
    )
    remaining = fields.Integer("Still waiting", compute="_compute_remaining")
    progress = fields.Float("Progress (%)", compute="_compute_remaining")
    minutes_left = fields.Integer("Minutes left", compute="_compute_remaining", help="At this pace, at least.")
    ended_at = fields.Datetime("Ended", readonly=True)
    held_at = fields.Datetime("Held since", readonly=True)
    held_by_id = fields.Many2one("res.users", "Held by", readonly=True)
    level = fields.Float(readonly=True)
    level_at = fields.Float(digits=(20, 6), readonly=True)

    _flow_uniq = models.UniqueIndex(
        "(flow_id) WHERE state IN ('running', 'held')", "The flow's backlog is being worked off already."
    )

    @api.constrains("per_minute")
    def _check_per_minute(self):
        if any(release.per_minute < 1 for release in self):
            raise ValidationError(self.env._("At least one message a minute. To stop the backlog, hold it."))

    @api.depends("total", "per_minute", "state", "until_id")
    def _compute_remaining(self):
        for release in self:
            open_ = release.state in ("running", "held")
            release.remaining = release._waiting() if open_ else 0
            release.progress = progress(release.total, release.remaining)
            release.minutes_left = minutes_left(release.remaining, release.per_minute)

    def _waiting(self):
        """How many messages of the backlog wait for the hub (not for a person)."""
        self.env.cr.execute(
            """SELECT count(*) FROM integration_message
                WHERE flow_id = %s AND id <= %s AND state IN ('pending', 'retry', 'ambiguous')
                  AND next_at IS NOT NULL""",
            (self.flow_id.id, self.until_id),
        )
        return self.env.cr.fetchone()[0]

    def write(self, vals):
        """By hand only the pace can be changed; all else is the hub's."""
        if not self.env.su and vals.keys() - {"per_minute"}:
            raise AccessError(self.env._("Only the pace of a backlog can be changed."))
        return super().write(vals)

    def _grant(self, wanted):
        """How many messages of the backlog may be taken now, up to ``wanted``.

        In a cursor of its own: workers share the pace, and none waits for another's batch.
        """
        if wanted <= 0:
            return 0
        return in_own_transaction(self.env.registry, partial(self._take, wanted))

    def _take(self, wanted, cr):
        row = self._lock_pace(cr)
        if not row or row["state"] in ("done", "ended"):
            return wanted  # our snapshot is older than its end
        if row["state"] == "held":
            return 0
        pace, granted = Pace(row["per_minute"], row["level"], row["level_at"]).grant(wanted, row["now"])
        self._keep_pace(cr, pace)
        return granted

    def _give_back(self, count):
        """Those granted that were not there."""
        if count > 0:
            in_own_transaction(self.env.registry, partial(self._return, count))

    def _return(self, count, cr):
        row = self._lock_pace(cr)
        if row:
            self._keep_pace(cr, Pace(row["per_minute"], row["level"], row["level_at"]).give_back(count))

    def _lock_pace(self, cr):
        if isinstance(cr, Cursor):
            # one that waited shall see what the one before it took, not fail for it
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cr.execute(
            """SELECT state, per_minute, COALESCE(level, 0)::float8 AS level,
                      COALESCE(level_at, 0)::float8 AS level_at,
                      extract(epoch FROM clock_timestamp())::float8 AS now
                 FROM integration_release WHERE id = %s FOR NO KEY UPDATE""",
            (self.id,),
        )
        return next(iter(cr.dictfetchall()), None)

    def _keep_pace(self, cr, pace):
        cr.execute(
            "UPDATE integration_release SET level = %s, level_at = %s WHERE id = %s", (pace.level, pace.at, self.id)
        )

    @api.model
    def _finish(self):
        """End those whose backlog is through; what waits behind a blocked message is not theirs."""
        self.flush_model()
        self.env.cr.execute(
            """SELECT r.id FROM integration_release r JOIN integration_flow f ON f.id = r.flow_id
                WHERE r.state = 'running' AND NOT EXISTS (
                      SELECT 1 FROM integration_message m
                       WHERE m.flow_id = r.flow_id AND m.id <= r.until_id
                         AND m.state IN ('pending', 'retry', 'ambiguous') AND m.next_at IS NOT NULL
                         AND NOT EXISTS (
                             SELECT 1 FROM integration_message e
                              WHERE e.flow_id = m.flow_id AND e.business_key = m.business_key
                                AND e.business_key <> '' AND e.id < m.id
                                AND e.state = 'blocked' AND f.full_state IS NOT TRUE))"""
        )
        self.browse([row[0] for row in self.env.cr.fetchall()])._end("done")

    def _end(self, state):
        if self:
            self.write({"state": state, "ended_at": fields.Datetime.now()})
            self.flow_id.release_id = False

    def action_hold(self):
        """Button “Hold the rest”: only fresh messages go on."""
        self._by_hand(
            "hold", ("running",), {"state": "held", "held_at": fields.Datetime.now(), "held_by_id": self.env.uid}
        )

    def action_go_on(self):
        """Button “Go on”."""
        self._by_hand("go_on", ("held",), {"state": "running", "held_at": False, "held_by_id": False})
        self.sudo().flow_id._request_drain()

    def action_let_go(self):
        """Button “Let all go at once”: no pace any more."""
        self._by_hand("let_go", ("running", "held"), {})
        self.sudo()._end("ended")
        self.sudo().flow_id._request_drain()

    def _by_hand(self, act, states, values):
        if not self.env.user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to steer a backlog."))
        self.check_access("read")
        if any(release.state not in states for release in self):
            raise UserError(self.env._("This backlog is in another state meanwhile. Load the page anew."))
        before = [{"state": release.state} for release in self]
        self.sudo().write(values)
        self.env["integration.audit"]._record(self, f"release.{act}", before=before)
