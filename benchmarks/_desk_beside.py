"""Run beside Odoo for `desk`: load the ledger; import orders with every statement of the ledger timed.

Reads lines of JSON {"do": ...}, answers each with one.
"""

from __future__ import annotations

import re
import sys
import time
from statistics import median
from typing import Any

from benchmarks import _odoo
from benchmarks._desk_data import TABLES, Ledger

PEOPLE = {
    "operator": ("connector_base.group_operator", "sales_team.group_sale_salesman", "stock.group_stock_user"),
    "manager": ("connector_base.group_manager", "sales_team.group_sale_salesman", "stock.group_stock_user"),
}
LEDGER = re.compile(r"\bintegration_(message|attempt|call)\b")


def load(registry: Any, order: dict[str, Any]) -> dict[str, Any]:
    """The ledger, and who looks at it.

    :param order: {backend_id, messages, attempts, exceptions}
    """
    with _odoo.environment(registry) as env:
        users = _people(env)
        more = env["integration.backend"].create(
            [
                {"name": name, "kind": "shopify", "environment": "test", "base_url": "http://127.0.0.1:9"}
                for name in ("Outlet", "Wholesale")
            ]
        )
        ledger = Ledger(env, env["integration.backend"].browse(order["backend_id"]) | more, list(users.values()))
        begun = time.monotonic()
        ledger.load(order["messages"], order["attempts"], order["exceptions"])
        seconds = time.monotonic() - begun
    _vacuum(registry)
    looks = [_look(registry)]
    with _odoo.environment(registry) as env:
        Ledger(env, env["integration.backend"], []).remember_looks()
    looks += [_look(registry), _look(registry)]
    with _odoo.environment(registry) as env:
        env.cr.execute(
            """SELECT correlation_id, subject FROM integration_message
                WHERE state = 'done' AND key LIKE 'bench-%' ORDER BY id DESC LIMIT 1 OFFSET 5000"""
        )
        correlation, number = env.cr.fetchone()
    return {"seconds": seconds, "looks": looks, "correlation": correlation, "number": number}


def _people(env: Any) -> dict[str, int]:
    users = env["res.users"].create(
        [
            {
                "name": f"Bench {role}",
                "login": f"bench_{role}",
                "password": f"bench_{role}",
                "tz": "Europe/Berlin",
                "group_ids": [(4, env.ref(group).id) for group in groups],
            }
            for role, groups in PEOPLE.items()
        ]
    )
    return dict(zip(PEOPLE, users.ids, strict=True))


def _vacuum(registry: Any) -> None:
    with registry.cursor() as cr:
        cr._cnx.autocommit = True
        cr.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")


def _look(registry: Any) -> float:
    """Seconds of one counting of the traffic."""
    with _odoo.environment(registry) as env:
        begun = time.monotonic()
        env["integration.rollup"]._cron_look()
        return time.monotonic() - begun


class Clock:
    """Times what the ledger costs: its statements, and the commits of cursors that did nothing else."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.statements = 0
        self.commits = 0

    def __enter__(self) -> Clock:
        from odoo.sql_db import Cursor

        self.cursor, self.execute, self.commit = Cursor, Cursor.execute, Cursor.commit
        clock = self

        def execute(cr: Any, query: Any, *arguments: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return clock.execute(cr, query, *arguments, **named)
            finally:
                clock.note(cr, str(getattr(query, "code", query)), time.perf_counter() - begun)

        def commit(cr: Any) -> Any:
            only_ledger = cr.__dict__.pop("_bench_only_ledger", False)
            begun = time.perf_counter()
            try:
                return clock.commit(cr)
            finally:
                if only_ledger:
                    clock.commits += 1
                    clock.seconds += time.perf_counter() - begun

        Cursor.execute, Cursor.commit = execute, commit
        return self

    def __exit__(self, *_error: object) -> None:
        self.cursor.execute, self.cursor.commit = self.execute, self.commit

    def note(self, cr: Any, query: str, seconds: float) -> None:
        """Count one statement."""
        if "SAVEPOINT" in query:
            return
        mine = bool(LEDGER.search(query))
        cr.__dict__["_bench_only_ledger"] = mine and cr.__dict__.get("_bench_only_ledger", True)
        if mine:
            self.statements += 1
            self.seconds += seconds


def bring(registry: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Look for orders and work them off in this process, one batch after the other.

    :param order: {flow_id, count}
    :return: {seconds, ledger, statements, commits, orders}
    """
    with _odoo.environment(registry) as env:
        backend = env["integration.flow"].browse(order["flow_id"]).backend_id
        backend.action_adopt_database()
    with _odoo.environment(registry) as env, Clock() as clock:
        env.cr.execute("SELECT count(*) FROM sale_order")
        before = env.cr.fetchone()[0]
        flow = env["integration.flow"].browse(order["flow_id"])
        begun = time.perf_counter()
        flow._job_poll()
        while flow._drain_batch():
            pass
        seconds = time.perf_counter() - begun
    with _odoo.environment(registry) as env:
        env.cr.execute("SELECT count(*) FROM sale_order")
        made = env.cr.fetchone()[0] - before
    return {
        "seconds": seconds,
        "ledger": clock.seconds,
        "statements": clock.statements,
        "commits": clock.commits,
        "orders": made,
    }


def claim(registry: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Take a batch out of a backlog, again and again, and give it back each time.

    :param order: {flow_id, waiting, times}
    :return: {waiting, ms}
    """
    from odoo.addons.connector_base.drain.claim import claim as take

    with _odoo.environment(registry) as env:
        env.cr.execute(
            """UPDATE integration_message SET state = 'pending', settled_at = NULL, next_at = received_at
                WHERE id IN (SELECT id FROM integration_message
                              WHERE flow_id = %s AND state = 'done' AND key LIKE 'bench-%%' LIMIT %s) RETURNING id""",
            (order["flow_id"], order["waiting"]),
        )
        ids = [row[0] for row in env.cr.fetchall()]
    _vacuum(registry)
    seconds = []
    for __ in range(order["times"]):
        with registry.cursor() as cr:
            flow = env["integration.flow"].with_env(env(cr=cr)).browse(order["flow_id"])
            limit = flow.batch_size
            begun = time.perf_counter()
            assert take(cr, flow, limit).heads, "nothing was claimed"
            seconds.append(time.perf_counter() - begun)
            cr.rollback()
    with _odoo.environment(registry) as env:
        env.cr.execute(
            """UPDATE integration_message SET state = 'done', settled_at = received_at, next_at = NULL
                WHERE id = ANY(%s)""",
            (ids,),
        )
    _vacuum(registry)
    return {"waiting": len(ids), "batch": limit, "ms": 1000 * median(seconds)}


def main() -> None:
    """Do what is asked, line by line."""
    conf, database = sys.argv[1:]
    registry = _odoo.open_registry(conf, database)
    while order := _odoo.hear():
        _odoo.say({"load": load, "bring": bring, "claim": claim}[order.pop("do")](registry, order))


if __name__ == "__main__":
    main()
