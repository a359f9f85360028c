"""A ledger of a million messages over ninety days, loaded by SQL: hours of work otherwise."""

from __future__ import annotations

from typing import Any

DAYS = 90
#: one message in so many was given up, all of one flow: that is what an outage leaves
DEAD_EVERY = 84
TABLES = ("integration_message", "integration_attempt", "integration_exception")

#: flow code -> its share of the traffic in percent
SHARES = {"order.in": 34, "product.in": 10, "stock.out": 36, "shipment.out": 18, "cancel.out": 2}

#: Out of 1000 messages: 12 blocked, 12 given up, a few ambiguous, cancelled and echoes; the
#: youngest of those done are still under way.
MESSAGES = """
    INSERT INTO integration_message
           (backend_id, flow_id, company_id, direction, topic, key, business_key, subject, correlation_id, state,
            received_at, occurred_at, next_at, settled_at, attempt_count, duplicate_count, duplicates_seen,
            error_class, last_error, res_model, res_id, size, digest, raw)
    SELECT f.backend_id, f.id, f.company_id, f.direction, f.code, 'bench-' || n,
           split_part(f.code, '.', 1) || '-' || d.object, '#' || (100000 + d.object),
           md5('chain' || d.object)::uuid::text, s.state, t.at, t.at - interval '3 seconds',
           CASE WHEN s.state IN ('pending', 'retry') THEN t.at + interval '1 minute' END,
           CASE WHEN s.state NOT IN ('pending', 'retry', 'ambiguous')
                THEN t.at + interval '1 second' * (0.2 - 3 * ln(greatest(d.luck, 0.0001))) END,
           CASE s.state WHEN 'pending' THEN 0 WHEN 'dead' THEN 10 ELSE 1 + (n %% 20 = 0)::int END,
           dup.count, dup.count,
           CASE s.state WHEN 'blocked' THEN 'data' WHEN 'dead' THEN 'transient' WHEN 'retry' THEN 'transient'
                        WHEN 'ambiguous' THEN 'ambiguous' END,
           CASE WHEN s.state IN ('blocked', 'dead', 'retry') THEN 'no product has the SKU HUB-' || d.object %% 400 END,
           CASE WHEN f.code = 'order.in' AND s.state = 'done' THEN 'sale.order' END,
           CASE WHEN f.code = 'order.in' AND s.state = 'done' THEN (%(orders)s)[1 + d.object %% %(order_count)s] END,
           300, md5(n::text) || md5('x' || n),
           convert_to('{"admin_graphql_api_id": "gid://shopify/Order/9' || n || '", "name": "#' || (100000 + d.object)
                      || '", "email": "buyer' || d.object || '@example.com", "line_items": [{"sku": "HUB-'
                      || d.object %% 400 || '", "quantity": 1, "price": "19.90"}]}', 'UTF8')
      FROM generate_series(1, %(count)s) n,
           LATERAL (SELECT CASE WHEN n %% %(dead)s = 0 THEN %(dead_flow)s
                                ELSE (%(flows)s)[1 + abs(hashint4(n)) %% 100] END AS flow_id, (n / 4) AS object,
                           (abs(hashint4(n + 7)) %% 100000) / 100000.0 AS luck) d
      JOIN integration_flow f ON f.id = d.flow_id,
           LATERAL (SELECT now() AT TIME ZONE 'UTC' - interval '1 day' * %(days)s
                           * (1 - n::float / %(count)s) AS at) t,
           LATERAL (SELECT CASE WHEN n > %(count)s - 300 THEN 'pending'
                                WHEN n %% 4999 = 0 THEN 'ambiguous'
                                WHEN n > %(count)s - 1200 AND n %% 4 = 0 THEN 'retry'
                                WHEN n %% %(dead)s = 0 THEN 'dead'
                                WHEN n %% 83 = 0 THEN 'blocked'
                                WHEN n %% 500 = 0 THEN 'cancelled'
                                WHEN n %% 250 = 0 THEN 'echo' ELSE 'done' END AS state) s,
           LATERAL (SELECT CASE WHEN n %% 50 = 0 THEN 1 + n %% 3 ELSE 0 END AS count) dup
"""

#: three a message: the last says how it ended, the others are calls or earlier tries
ATTEMPTS = """
    INSERT INTO integration_attempt (message_id, kind, started_at, duration_ms, outcome, error_class, excerpt)
    SELECT m.id, CASE WHEN a = 2 AND m.direction = 'out' THEN 'call' ELSE 'work' END,
           m.received_at + interval '1 second' * a, 20 + (m.id * a) %% 400, o.outcome,
           CASE WHEN o.outcome IN ('done') THEN NULL ELSE 'transient' END,
           CASE WHEN o.outcome IN ('done') THEN NULL ELSE 'the partner answered 503' END
      FROM integration_message m, generate_series(1, %(each)s) a,
           LATERAL (SELECT CASE WHEN a < %(each)s AND m.id %% 20 <> 0 THEN 'done'
                                WHEN a < %(each)s THEN 'retry'
                                WHEN m.state IN ('blocked', 'dead', 'ambiguous') THEN m.state
                                WHEN m.state IN ('pending', 'retry') THEN 'retry' ELSE 'done' END AS outcome) o
     WHERE m.key LIKE 'bench-%%'
     ORDER BY m.id, a"""

EXCEPTIONS = """
    INSERT INTO integration_exception
           (backend_id, company_id, flow_id, message_id, category, cause, suggestion, group_key, dedupe_key, state,
            user_id, res_name, amount, occurrences, first_seen, last_seen, create_uid, write_uid, create_date,
            write_date)
    SELECT m.backend_id, m.company_id, m.flow_id, m.id,
           (ARRAY['data', 'data', 'data', 'conflict', 'refused', 'format', 'technical', 'ambiguous'])[1 + n %% 8],
           'No product has the SKU HUB-' || n %% 400, 'Map the SKU to a product, then replay.', 'sku:HUB-' || n %% 400,
           'bench-' || n, 'open', CASE WHEN n %% 3 > 0 THEN (%(users)s)[1 + n %% %(user_count)s] END,
           m.subject, 19.9, 1 + n %% 5, m.received_at, m.received_at, 1, 1, m.received_at, m.received_at
      FROM (SELECT row_number() OVER (ORDER BY id) AS n, * FROM integration_message
             WHERE state IN ('blocked', 'dead') AND key LIKE 'bench-%%' ORDER BY id DESC LIMIT %(exceptions)s) m"""

MARKS = """
    INSERT INTO integration_rollup_mark (looked_at, again_from, message_seq, attempt_seq)
    SELECT t, t, m.low + (m.high - m.low) * share, a.low + (a.high - a.low) * share
      FROM (SELECT min(id) AS low, max(id) AS high FROM integration_message WHERE key LIKE 'bench-%%') m,
           (SELECT min(id) AS low, max(id) AS high FROM integration_attempt) a, generate_series(1, 192) h,
           LATERAL (SELECT now() AT TIME ZONE 'UTC' - interval '1 hour' * h AS t,
                           1 - h / (24.0 * %(days)s) AS share) s"""


class Ledger:
    """Loads one database.

    :param env: Odoo environment of the system user; the caller commits
    :param backends: whose flows carry the traffic
    :param users: ids of those who own the exceptions
    """

    def __init__(self, env: Any, backends: Any, users: list[int]):
        self.env = env
        self.cr = env.cr
        self.backends = backends
        self.users = users

    def load(self, messages: int, attempts: int, exceptions: int) -> None:
        """Make everything. Indexes are built afterwards, at once."""
        self.env.flush_all()
        orders = self.env["sale.order"].search([]).ids
        values = {
            "count": messages,
            "days": DAYS,
            "flows": self._flows(),
            "orders": orders,
            "order_count": len(orders),
            "dead": DEAD_EVERY,
            "dead_flow": self.backends[0]._flow("order.in").id,
            "each": attempts // messages,
            "exceptions": exceptions,
            "users": self.users,
            "user_count": len(self.users),
        }
        self.cr.execute("SET LOCAL synchronous_commit = off; SET LOCAL maintenance_work_mem = '256MB'")
        self._without_checks()
        indexes = self._drop_indexes()
        for statement in (MESSAGES, ATTEMPTS, EXCEPTIONS):
            self.cr.execute(statement, values)
        for definition in indexes:
            self.cr.execute(definition)
        self.env.invalidate_all()

    def remember_looks(self) -> None:
        """As if the traffic had been counted all the time: an hourly mark of how far the ids had come."""
        self.cr.execute(MARKS, {"days": DAYS})

    def _without_checks(self) -> None:
        """What is loaded refers to what is there; only a superuser may leave the checks out."""
        self.cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if self.cr.fetchone()[0]:
            self.cr.execute("SET LOCAL session_replication_role = replica")

    def _drop_indexes(self) -> list[str]:
        """Drop all indexes but the primary keys' and constraints'; returns how to make them."""
        self.cr.execute(
            """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
                 FROM pg_index i WHERE i.indrelid::regclass::text = ANY(%s)
                  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)""",
            (list(TABLES),),
        )
        found = self.cr.fetchall()
        for name, __ in found:
            self.cr.execute(f"DROP INDEX {name}")
        return [definition for __, definition in found]

    def _flows(self) -> list[int]:
        """A hundred flow ids, each as often as its share says, the backends in turns."""
        chosen = []
        for code, share in SHARES.items():
            flows = self.backends.flow_ids.filtered(lambda flow, code=code: flow.code == code)
            chosen += [flows[number % len(flows)].id for number in range(share)]
        return chosen
