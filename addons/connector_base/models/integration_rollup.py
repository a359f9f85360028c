from odoo import api, fields, models
from odoo.sql_db import Cursor

from ..lib import rollup_sql
from ..transaction import in_own_transaction
from .integration_rollup_mark import floors


class IntegrationRollup(models.Model):
    """What happened in one minute or hour of one flow: numbers for screens, alerts and metrics.

    Filled once a minute by set-based SQL over what changed since the last look; neither
    the webhook nor the drains do anything for it. ``done`` and the latencies belong to the
    time a message was settled, ``received`` to that of its arrival, the others to the start
    of the attempt. How long it took is counted in the buckets of ``lib.latency``.
    """

    _name = "integration.rollup"
    _description = "Traffic of a minute or hour"
    _order = "start desc, id"
    _rec_name = "start"
    _log_access = False

    span = fields.Selection([("minute", "Minute"), ("hour", "Hour")], required=True)
    start = fields.Datetime(required=True)
    flow_id = fields.Many2one("integration.flow", required=True, index=True, ondelete="cascade")
    backend_id = fields.Many2one("integration.backend", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    tier = fields.Selection([("1", "1: at once"), ("2", "2: may wait")], required=True)
    place = fields.Integer(help="Where it happens, as the business counts its places (warehouses); 0: nowhere.")
    received = fields.Integer()
    done = fields.Integer()
    failed = fields.Integer("Failed attempts")
    retried = fields.Integer("Tried again")
    dead = fields.Integer("Given up")
    blocked = fields.Integer("Needed a person")
    duplicates = fields.Integer("Duplicates suppressed")
    calls = fields.Integer()
    latency_sum = fields.Float("Seconds until done", help="Of all that were done, together.")

    _start_uniq = models.Constraint("UNIQUE (span, start, flow_id, place)", "One row counts a flow at a time.")

    def init(self):
        """The latency's buckets; no ORM field, since it knows no arrays."""
        self.env.cr.execute("ALTER TABLE integration_rollup ADD COLUMN IF NOT EXISTS latency integer[]")

    @api.model
    def _place_sql(self):
        """(SQL expression, SQL joins): where a message ``m`` happens; business addons say it.

        The joins must give at most one row a message, by primary keys.
        """
        return "0", ""

    @api.model
    def _place_names(self):
        """{place: its name} of the places the user may see; business addons say it."""
        return {}

    @api.model
    def _cron_look(self):
        """Count what changed since the last look.

        Three transactions: one says what later ones may not have seen yet, so it has to
        end before their view of the data begins; duplicates, where a partner may be busy
        raising the same counters; and the rest.
        """
        registry = self.env.registry
        look = in_own_transaction(registry, _look)
        in_own_transaction(registry, lambda cr: _count_duplicates(cr, look))
        place, joins = self._place_sql()
        in_own_transaction(registry, lambda cr: _count(cr, look, rollup_sql.minutes(place, joins)))
        self.env.invalidate_all()


def _look(cr):
    """What is known before the counting begins: ids given so far, time, who may yet commit."""
    cr.execute(rollup_sql.LOOK)
    seen_message, seen_attempt, moment, safe = cr.fetchone()
    return {"seen_message": seen_message, "seen_attempt": seen_attempt, "moment": moment, "safe": safe}


def _count_duplicates(cr, look):
    if isinstance(cr, Cursor):  # not a test's: those are savepoints of a transaction that has begun
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
    cr.execute(rollup_sql.DUPLICATES, look)


def _count(cr, look, statement):
    """Count all minutes again that may have changed, then their hours; note the look."""
    cr.execute("SELECT date_trunc('minute', again_from) FROM integration_rollup_mark ORDER BY looked_at DESC LIMIT 1")
    row = cr.fetchone()
    cr.execute("SELECT %s::timestamp - interval '8 days'", (look["moment"],))
    since = row[0] if row else cr.fetchone()[0]
    values = {**look, "since": since, **floors(cr, since)}
    cr.execute(rollup_sql.CLEAR, values)
    cr.execute(statement, values)
    cr.execute(rollup_sql.HOURS_GONE, values)
    cr.execute(rollup_sql.HOURS, values)
    cr.execute(rollup_sql.UNDER_WAY, values)
    cr.execute(rollup_sql.MARK, {**values, "under_way": cr.fetchone()[0]})
    cr.execute(rollup_sql.PURGE, values)
