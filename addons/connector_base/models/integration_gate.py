import time

from odoo import api, fields, models
from odoo.sql_db import Cursor

from ..lib.breaker import Breaker
from ..lib.errors import CircuitOpenError, RateLimitedError, TransientError
from ..lib.limiter import Bucket
from ..transaction import in_own_transaction

#: seconds a worker is ready to sleep for a place under the partner's limit
MAX_SLEEP = 5.0


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
        )


class SharedGate:
    """``lib.http.Gate`` with its state in PostgreSQL.

    :param capacity: points the bucket holds; 0 switches the limiter off
    :param per_second: points that come back each second
    :param threshold: failures in a row that open the breaker
    :param cooldown: seconds it stays open
    """

    def __init__(self, registry, backend_id, *, capacity, per_second, threshold, cooldown):
        self._registry = registry
        self._backend_id = backend_id
        self._capacity = capacity
        self._per_second = per_second
        self._threshold = max(1, threshold)
        self._cooldown = cooldown
        self._clean = False

    def acquire(self, cost):
        """Wait for a place, or refuse the call; see ``lib.http.Gate``."""

        def take(cr):
            bucket, breaker, now = self._read(cr)
            breaker, admitted, remaining = breaker.admit(now)
            if not admitted:
                return breaker, False, remaining
            if not bucket:
                wait, granted = 0.0, True
            else:
                bucket, wait, granted = bucket.take(cost, now, MAX_SLEEP)
            if granted:
                self._write(cr, bucket, breaker)
            return breaker, granted, wait

        breaker, granted, wait = in_own_transaction(self._registry, take)
        self._clean = breaker.state == "closed" and not breaker.failures
        if not granted and breaker.state == "open":
            raise CircuitOpenError(f"calls to this backend are suspended for {wait:.0f} s", retry_after=wait)
        if not granted:
            raise RateLimitedError("the backend's rate is used up", retry_after=wait)
        if wait:
            time.sleep(wait)

    def report(self, error):
        """Count a failure of the partner, or clear the count; see ``lib.http.Gate``."""
        failed = isinstance(error, TransientError) and not isinstance(error, RateLimitedError)
        failed = failed or getattr(error, "error_class", "") == "ambiguous"
        if self._clean and not failed:
            return  # nothing to note: spare the write

        def note(cr):
            bucket, breaker, now = self._read(cr)
            self._write(cr, bucket, breaker.record(not failed, now))

        in_own_transaction(self._registry, note)

    def observe(self, available, maximum, per_second):
        """Take over the partner's own figures; see ``lib.http.Gate``."""

        def note(cr):
            bucket, breaker, now = self._read(cr)
            bucket = bucket or Bucket(maximum, per_second, maximum, now)
            self._write(cr, bucket.observe(available, maximum, per_second, now), breaker)

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
                      breaker_since, COALESCE(down_since, 0), extract(epoch FROM clock_timestamp())::float8
                 FROM integration_gate WHERE backend_id = %s FOR UPDATE""",
            (self._backend_id,),
        )
        capacity, rate, level, at, state, failures, since, down, now = cr.fetchone()
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
