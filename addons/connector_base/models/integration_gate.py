import time
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.sql_db import Cursor

from ..lib.breaker import Breaker
from ..lib.errors import CircuitOpenError, RateLimitedError, TransientError
from ..lib.limiter import Bucket
from ..transaction import in_own_transaction

#: seconds a worker is ready to sleep for a place under the partner's limit
MAX_SLEEP = 5.0
#: share of the bucket that traffic of tier 2 leaves to tier 1
KEPT_FOR_URGENT = 0.5
#: longest time all calls are held back because the partner asked one of them to wait
MAX_HOLD = 3600.0
#: a partner that did not answer for so many seconds finds its backlog let go in stages
OUTAGE_SECONDS = 300.0


class IntegrationGate(models.Model):
    """Limiter and breaker of a backend: their state, shared by all workers.

    Times are seconds on the database's clock, so that hosts need not agree.
    """

    _name = "integration.gate"
    _description = "Limiter and breaker of a backend"
    _log_access = False

    backend_id = fields.Many2one("integration.backend", required=True, ondelete="cascade")
    capacity = fields.Float(default=0.0)
    per_second = fields.Float(default=0.0)
    level = fields.Float(default=0.0)
    level_at = fields.Float(default=0.0, digits=(20, 6))
    breaker_state = fields.Selection(
        [("closed", "Closed"), ("open", "Open"), ("half_open", "Probing")], default="closed"
    )
    failures = fields.Integer(default=0)
    breaker_since = fields.Float(default=0.0, digits=(20, 6))
    down_since = fields.Float(default=0.0, digits=(20, 6))
    held_until = fields.Float(default=0.0, digits=(20, 6), help="The partner asked for no call before.")

    _backend_uniq = models.Constraint("UNIQUE (backend_id)", "A backend has one gate.")

    @api.model
    def _for(self, backend):
        """The gate object an HTTP client asks before and after each call."""
        return SharedGate(
            self.env.registry,
            backend.id,
            capacity=backend.rate_capacity,
            per_second=backend.rate_per_second,
            threshold=backend.breaker_threshold,
            cooldown=backend.breaker_cooldown,
            urgent=self.env.context.get("integration_tier") != "2",
        )


class SharedGate:
    """``lib.http.Gate`` with its state in PostgreSQL.

    :param capacity: points the bucket holds; 0 switches the limiter off
    :param per_second: points that come back each second
    :param threshold: failures in a row that open the breaker
    :param cooldown: seconds it stays open
    :param urgent: may use the bucket up; others leave ``KEPT_FOR_URGENT`` of it
    """

    def __init__(self, registry, backend_id, *, capacity, per_second, threshold, cooldown, urgent=True):
        self._registry = registry
        self._backend_id = backend_id
        self._capacity = capacity
        self._per_second = per_second
        self._threshold = max(1, threshold)
        self._cooldown = cooldown
        self._kept = 0.0 if urgent else KEPT_FOR_URGENT
        self._clean = False
        self._held_until = 0.0

    def acquire(self, cost):
        """Wait for a place, or refuse the call; see ``lib.http.Gate``."""
        breaker, granted, wait = in_own_transaction(self._registry, partial(self._take, cost))
        self._clean = breaker.state == "closed" and not breaker.failures
        if not granted and breaker.state == "open":
            raise CircuitOpenError(f"calls to this backend are suspended for {wait:.0f} s", retry_after=wait)
        if not granted:
            raise RateLimitedError("the backend's rate is used up", retry_after=wait)
        if wait:
            time.sleep(wait)

    def _take(self, cost, cr):
        """(breaker, granted, seconds to wait) of one call, noted."""
        bucket, breaker, now = self._read(cr)
        held = self._held_until - now
        if held > MAX_SLEEP:
            return breaker, False, held
        breaker, admitted, remaining = breaker.admit(now)
        if not admitted:
            return breaker, False, remaining
        wait, granted = 0.0, True
        if bucket:
            bucket, wait, granted = bucket.take(cost, now, MAX_SLEEP, self._kept * bucket.capacity)
        if granted:
            self._write(cr, bucket, breaker)
        return breaker, granted, max(wait, held, 0.0)

    def report(self, error):
        """Count a failure of the partner, or clear the count; see ``lib.http.Gate``.

        What asks one call to wait holds all of them back: each would be told the same.
        """
        limited = isinstance(error, RateLimitedError)
        failed = isinstance(error, TransientError) and not limited
        failed = failed or getattr(error, "error_class", "") == "ambiguous"
        if self._clean and not failed and not limited:
            return  # nothing to note: spare the write
        wait = min(error.retry_after, MAX_HOLD) if limited else 0.0
        in_own_transaction(self._registry, partial(self._note, failed, wait))

    def _note(self, failed, wait, cr):
        bucket, breaker, now = self._read(cr)
        after = breaker.record(not failed, now)
        self._write(cr, bucket, after)
        if wait:
            cr.execute(
                "UPDATE integration_gate SET held_until = %s WHERE backend_id = %s",
                (max(now + wait, self._held_until), self._backend_id),
            )
        if breaker.down_since and not after.down_since and now - breaker.down_since >= OUTAGE_SECONDS:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["integration.backend"].browse(self._backend_id)._stage_backlog(env._("The partner answers again"))

    def observe(self, available, maximum, per_second, refund=0.0):
        """Take over the partner's own figures; see ``lib.http.Gate``."""

        def note(cr):
            bucket, breaker, now = self._read(cr)
            bucket = bucket or Bucket(maximum, per_second, maximum, now)
            self._write(cr, bucket.observe(available, maximum, per_second, now, refund), breaker)

        in_own_transaction(self._registry, note)

    def _read(self, cr):
        if isinstance(cr, Cursor):
            # one that waited shall see what the one before it wrote, not fail for it
            # (a test's cursor is a savepoint of a transaction that has begun already)
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cr.execute(
            """INSERT INTO integration_gate (backend_id, capacity, per_second, level, level_at,
                                             breaker_state, failures, breaker_since, down_since)
                    VALUES (%s, 0, 0, 0, 0, 'closed', 0, 0, 0)
               ON CONFLICT (backend_id) DO NOTHING""",
            (self._backend_id,),
        )
        cr.execute(
            """SELECT capacity, per_second, level, level_at, breaker_state, failures,
                      breaker_since, COALESCE(down_since, 0), COALESCE(held_until, 0),
                      extract(epoch FROM clock_timestamp())::float8
                 FROM integration_gate WHERE backend_id = %s FOR UPDATE""",
            (self._backend_id,),
        )
        capacity, rate, level, at, state, failures, since, down, held, now = cr.fetchone()
        self._held_until = float(held)
        breaker = Breaker(self._threshold, self._cooldown, state, failures, float(since), float(down))
        if capacity:
            return Bucket(capacity, rate, level, float(at)), breaker, now
        if self._capacity:
            return Bucket(self._capacity, self._per_second, self._capacity, now), breaker, now
        return None, breaker, now

    def _write(self, cr, bucket, breaker):
        cr.execute(
            """UPDATE integration_gate
                  SET capacity = %s, per_second = %s, level = %s, level_at = %s,
                      breaker_state = %s, failures = %s, breaker_since = %s, down_since = %s
                WHERE backend_id = %s""",
            (
                bucket.capacity if bucket else 0,
                bucket.per_second if bucket else 0,
                bucket.level if bucket else 0,
                bucket.at if bucket else 0,
                breaker.state,
                breaker.failures,
                breaker.since,
                breaker.down_since,
                self._backend_id,
            ),
        )
