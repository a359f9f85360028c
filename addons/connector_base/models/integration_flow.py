import time
from datetime import datetime
from functools import partial

from odoo import api, fields, models

from ..failpoints import reach
from ..lib.retry import RetryPolicy
from ..transaction import commit_each_statement

#: seconds that delayed drains are rounded up to
ETA_SLOT = 5
#: seconds for which a process need not look again for a drain that it saw waiting
WAITING_HOLDS = 0.05
#: seconds after its beginning before which a drain takes no last look; see ``wake_drain``
LAST_LOOK = 2 * WAITING_HOLDS
#: {(database, flow id): monotonic time until which a drain is known to come}
_waiting_until = {}
CHANNELS = {"1": "root.connector.tier1", "2": "root.connector.tier2"}


class IntegrationFlow(models.Model):
    """One kind of traffic with one backend. All of them together are the catalogue."""

    _name = "integration.flow"
    _description = "Flow"
    _order = "backend_id, tier, code"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="For example order.in: picks the handler.")
    backend_id = fields.Many2one("integration.backend", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    active = fields.Boolean(default=True, help="A switched-off flow keeps its messages; they wait.")
    direction = fields.Selection([("in", "In"), ("out", "Out")], required=True)
    tier = fields.Selection(
        [("1", "1: at once"), ("2", "2: may wait")],
        required=True,
        default="1",
        help="Tiers have workers of their own; a storm in one never delays the other.",
    )
    owner_system = fields.Selection(
        [("odoo", "Odoo"), ("partner", "The partner")],
        "Who is right",
        required=True,
        default="partner",
        help="Whose data wins when both sides differ.",
    )
    full_state = fields.Boolean(
        "Newest wins",
        help="Each message stands for the whole object, so an older one that waits is "
        "skipped once a newer one is there.",
    )
    batch_size = fields.Integer("Messages at once", default=25, required=True)
    poll_minutes = fields.Integer("Look-up every (min)", help="Minutes between look-ups at the partner; 0: never.")
    poll_overlap_minutes = fields.Integer(
        "Look-up reaches back (min)",
        default=10,
        help="How far each look-up reaches back before the end of the last one.",
    )
    polled_until = fields.Datetime(readonly=True, copy=False)
    polled_at = fields.Datetime("Last look-up", readonly=True, copy=False)
    max_attempts = fields.Integer("Tries", default=10, required=True)
    retry_base = fields.Float("First wait (s)", default=5.0)
    retry_max = fields.Float("Longest wait (s)", default=3600.0)
    freshness_minutes = fields.Integer(
        "Should be done within (min)", default=15, help="Older waiting messages raise an alarm."
    )
    business_owner_id = fields.Many2one("res.users", "Business owner")
    technical_owner_id = fields.Many2one("res.users", "Technical owner")
    escalation_owner_id = fields.Many2one(
        "res.users", "Escalate to", help="Is told of exceptions that nobody settled in time."
    )
    escalation = fields.Text(help="Whom to call when it stands still, and when.")
    contract_version = fields.Char(default="1")
    waiting_count = fields.Integer(compute="_compute_waiting_count")

    _code_uniq = models.Constraint("UNIQUE (backend_id, code)", "The backend has this flow already.")

    @api.model_create_multi
    def create(self, vals_list):
        """The webhook route has to learn of new flows."""
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """The webhook route has to learn of a flow that is switched off or moved."""
        if not {"active", "code", "direction", "tier"}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        """The webhook route has to forget them."""
        self.env.registry.clear_cache()
        return super().unlink()

    def _compute_display_name(self):
        for flow in self:
            flow.display_name = f"{flow.backend_id.name}: {flow.name}"

    def _compute_waiting_count(self):
        counts = dict(
            self.env["integration.message"]._read_group(
                [("flow_id", "in", self.ids), ("state", "in", ("pending", "retry", "ambiguous"))],
                ["flow_id"],
                ["__count"],
            )
        )
        for flow in self:
            flow.waiting_count = counts.get(flow, 0)

    def _retry_policy(self):
        """The policy of ``lib.retry`` that this flow's fields describe."""
        self.ensure_one()
        return RetryPolicy(max(1, self.max_attempts), self.retry_base, self.retry_max)

    def _request_job(self, method, *, identity, channel=None, eta=None):
        """Ask for a job after the commit, unless one already waits to start.

        After the commit and in a cursor of its own: a job that is seen waiting then
        starts with a snapshot that includes what was just committed, so nothing is
        left behind. A kill in between is made good by the sweeper.

        :param method: name of a ``_job_*`` method of this model
        :param identity: what makes two such jobs the same
        :param eta: naive UTC time; None for as soon as possible
        """
        jobs = self.env.cr.postcommit.data.setdefault("integration_jobs", set())
        for flow in self:
            lane = channel or CHANNELS[flow.sudo().tier]
            job = (flow.id, method, f"integration:{identity}:{flow.id}", lane, eta)
            if job in jobs:
                continue
            jobs.add(job)
            self.env.cr.postcommit.add(partial(enqueue_unless_waiting, self.env.registry, *job))

    def _request_drain(self, eta=None):
        """See that a drain of each of these flows runs.

        :param eta: naive UTC time; drains asked for within the same five seconds are one
        """
        if not eta:
            self._request_job("_job_drain", identity="drain")
            return
        slot = datetime.fromtimestamp(-(-eta.timestamp() // ETA_SLOT) * ETA_SLOT)
        self._request_job("_job_drain", identity=f"drain-at-{slot:%m%d%H%M%S}", eta=slot)

    @api.model
    def _cron_sweep(self):
        """Find what a kill, a pause or a lost job left behind.

        Liveness is a held lock, not a timer: asking for a drain is always harmless,
        since it claims only what nobody holds.
        """
        self.env.cr.execute(
            """SELECT f.id
                 FROM integration_flow f
                 JOIN integration_backend b ON b.id = f.backend_id AND b.state = 'running'
                WHERE f.active AND f.paused_at IS NULL
                  AND EXISTS (SELECT 1 FROM integration_message m
                               WHERE m.flow_id = f.id AND m.state IN ('pending', 'retry', 'ambiguous')
                                 AND m.next_at <= clock_timestamp() AT TIME ZONE 'UTC')"""
        )
        self.browse([row[0] for row in self.env.cr.fetchall()])._request_drain()
        self.env["integration.message"]._close_forgotten_attempts()
        self.env["integration.release"].sudo()._finish()


def enqueue_unless_waiting(registry, flow_id, method, key, channel, eta=None):
    """Create the job in a cursor of its own, unless one is there that has not begun.

    A started one does not count: it may have taken its last look already.
    """
    reach("job.request", [method])
    with registry.cursor() as cr:
        if not job_waits(cr, key, eta):
            create_job(cr, flow_id, method, key, channel, eta)


def wake_drain(cr, flow_id, tier):
    """Have a drain of a flow run that sees what this process has just committed.

    A burst of webhooks looks once in a while, not each time: a drain that waited at one
    look begins after it, and looks a last time ``LAST_LOOK`` seconds after it began,
    when all that came within ``WAITING_HOLDS`` of that look has been committed.

    :param cr: a cursor in which nothing was written
    """
    place, now = (cr.dbname, flow_id), time.monotonic()
    if now < _waiting_until.get(place, 0.0):
        return
    key = f"integration:drain:{flow_id}"
    if job_waits(cr, key):
        _waiting_until[place] = now + WAITING_HOLDS
        return
    commit_each_statement(cr, False)
    create_job(cr, flow_id, "_job_drain", key, CHANNELS[tier])


def job_waits(cr, key, eta=None):
    """Whether a job of this key is there that has not begun and is due by ``eta``."""
    cr.execute(
        """SELECT 1 FROM queue_job
            WHERE identity_key = %s AND state IN ('pending', 'enqueued')
              AND (eta IS NULL OR eta <= COALESCE(%s, now() AT TIME ZONE 'UTC'))
            LIMIT 1""",
        (key, eta),
    )
    return bool(cr.fetchone())


def create_job(cr, flow_id, method, key, channel, eta=None):
    """Create a job that calls ``method`` of a flow; the caller commits."""
    flow = api.Environment(cr, api.SUPERUSER_ID, {})["integration.flow"].browse(flow_id)
    delayed = flow.with_delay(
        channel=channel,
        eta=eta,
        identity_key=key,
        description=f"{method} {flow.display_name}",
        max_retries=5,
    )
    getattr(delayed, method)()
