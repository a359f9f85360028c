"""The control desk over a million messages: screens, bulk replay, and what the ledger costs an order.

setup/bench desk [--messages 1000000] [--orders 200] [--replayed 10000] [--rate 6000] [--times 20]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from benchmarks import _desk_screens, _shop
from benchmarks.common import Images, finish, notes, progress, table
from setup.lib.environment import current
from setup.lib.instance import Instance, Sandbox

WORKERS = 2
ATTEMPTS_EACH = 3
#: one message in so many has an open exception
EXCEPTION_EVERY = 50
LIMIT_MS = 500
#: of the rate within one minute: a late hand-out catches up on half a minute
BURST = 1.5
LEDGER_LIMIT = 0.1
WARM_UP = 25


def main() -> None:
    """Load, measure, print."""
    options = _arguments()
    environment = current()
    with Images(environment) as images, Sandbox() as sandbox:
        shop = _shop.Shop(sandbox.url)
        database, facts = _prepare(images, shop, options)
        beside = images.program("_desk_beside", database)
        loaded = _load(beside, facts, options)
        claimed = _claim(beside, facts, options)
        brought = _bring(beside, shop, facts, options)
        beside.end()
        server = {"environment": environment, "workers": WORKERS, "database": database}
        with Instance(jobs=0, **server) as odoo:
            screens = _screens(odoo, loaded, options)
        replay = _replay(server, facts, options) if options.replayed else None
    _print(options, loaded, screens, replay, {**brought, "claimed": claimed})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=200, help="orders imported to weigh the ledger")
    parser.add_argument("--replayed", type=int, default=10_000, help="given-up messages replayed in bulk")
    parser.add_argument("--rate", type=int, default=6000, help="messages a minute of the bulk replay")
    parser.add_argument("--times", type=int, default=20, help="how often each screen is opened")
    return parser.parse_args()


def _prepare(images: Images, shop: _shop.Shop, options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """A database with a connected shop, its products and the buyers of what will be ordered."""
    shop.reset()
    counts = {"warm-up": WARM_UP, "measured": options.orders}
    orders = [order for seed, count in counts.items() for order in shop.read(shop.place(count, seed))]
    variants = shop.reset()
    progress(f"a database with {len(variants)} products")
    database = images.clone(images.template(), "desk")
    program = images.program("_prepare", database)
    plan = {"variants": variants, "customers": _shop.customers(orders), "taxes": _shop.taxes(orders)}
    facts = program.tell({"shop_url": shop.url, **plan}).answer()
    program.end()
    _shop.oracle(shop.url, "subscriptions", method="DELETE")
    return database, facts


def _load(beside: Any, facts: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    progress(f"{options.messages:,} messages and {options.messages * ATTEMPTS_EACH:,} attempts by SQL")
    return beside.tell(
        {
            "do": "load",
            "backend_id": facts["backend_id"],
            "messages": options.messages,
            "attempts": options.messages * ATTEMPTS_EACH,
            "exceptions": options.messages // EXCEPTION_EVERY,
        }
    ).answer()


def _claim(beside: Any, facts: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """What it takes to find a batch when a tenth of the ledger waits."""
    waiting = options.messages // 10
    progress(f"a batch taken out of {waiting:,} messages that wait")
    order = {"do": "claim", "flow_id": facts["flow_id"], "waiting": waiting, "times": options.times}
    return beside.tell(order).answer()


def _bring(beside: Any, shop: _shop.Shop, facts: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """Import orders into the full ledger, the first ones unmeasured."""
    progress(f"{options.orders} orders imported, every statement timed")
    for seed, count in (("warm-up", WARM_UP), ("measured", options.orders)):
        shop.place(count, seed)
        answer = beside.tell({"do": "bring", "flow_id": facts["flow_id"]}).answer()
        assert answer["orders"] == count, f"{answer['orders']} orders came in, not {count}"
    return answer


def _screens(odoo: Instance, facts: dict[str, Any], options: argparse.Namespace) -> dict[str, tuple[float, float]]:
    client = _desk_screens.Client(odoo.url, odoo.database, "bench_operator")
    found = {}
    for name, call in _desk_screens.Screens(client, facts).all().items():
        progress(name)
        found[name] = _desk_screens.timed(call, options.times)
    return found


def _replay(server: dict[str, Any], facts: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """Replay messages that were given up, and watch the progress as its screen does."""
    query = server["environment"].server.query
    # what else is open would be worked off meanwhile, and is not what is measured
    query(
        "UPDATE integration_message SET state = 'cancelled', next_at = NULL WHERE state IN ('pending', 'retry')",
        (),
        server["database"],
    )
    with Instance(**server) as odoo:
        client = _desk_screens.Client(odoo.url, odoo.database, "bench_manager")
        domain = [["state", "=", "dead"], ["flow_id", "=", facts["flow_id"]]]
        ids = client.call("integration.message", "search", domain, limit=options.replayed)
        progress(f"{len(ids)} messages replayed, {options.rate} a minute")
        values = {"message_ids": [[6, 0, ids]], "reason": "Benchmark", "rate": options.rate}
        wizard = client.call("integration.replay.start", "create", [values])
        action = client.call("integration.replay.start", "action_start", wizard)
        seen = _watch(client, action["res_id"], len(ids) / options.rate * 60)
        rows = odoo.query(
            """SELECT count(*), extract(epoch FROM max(sent_at) - min(sent_at)),
                      (SELECT max(n) FROM (SELECT count(*) OVER (ORDER BY sent_at RANGE BETWEEN
                          CURRENT ROW AND interval '59 seconds' FOLLOWING) AS n
                          FROM integration_replay_item WHERE sent_at IS NOT NULL) w)
                 FROM integration_replay_item WHERE sent_at IS NOT NULL"""
        )
    count, seconds, most = rows[0]
    return {"count": count, "seconds": float(seconds), "most": most, "asked": len(ids), **seen}


def _watch(client: _desk_screens.Client, replay_id: int, expected: float) -> dict[str, Any]:
    """Read the progress until it ends: how often it had moved on, and how it ended."""
    names = ["state", "progress", "done_count", "blocked_count", "dead_count", "skipped_count"]
    steps, slowest, begun = set(), 0.0, time.monotonic()
    while True:
        asked = time.perf_counter()
        replay = client.call("integration.replay", "read", [replay_id], names)[0]
        slowest = max(slowest, (time.perf_counter() - asked) * 1000)
        steps.add(round(replay["progress"], 2))
        if replay["state"] != "running":
            return {"steps": len(steps), "progress_ms": slowest, "end": replay, "total": time.monotonic() - begun}
        if time.monotonic() - begun > 4 * expected + 120:
            raise RuntimeError(f"the replay does not end: {replay}")
        time.sleep(1)


def _print(options, loaded, screens, replay, brought) -> None:
    rows = [[name, f"{p50:.0f} ms", f"{p95:.0f} ms"] for name, (p50, p95) in screens.items()]
    table(f"{options.messages:,} messages: each screen {options.times} times", ("screen", "p50", "p95"), rows)
    slowest = max(p95 for __, p95 in screens.values())
    share = brought["ledger"] / brought["seconds"]
    per_minute = replay and round(60 * replay["count"] / replay["seconds"])
    lines = [
        f"loaded in {loaded['seconds']:.0f} s; the traffic of a week counted in {loaded['looks'][0] * 1000:.0f} ms, "
        f"then each minute in {loaded['looks'][-1] * 1000:.0f} ms",
        "screens: on the server, over HTTP, as an operator; the calls of the web client",
        f"an order: {1000 * brought['seconds'] / brought['orders']:.1f} ms in one process, of which the ledger "
        f"{1000 * brought['ledger'] / brought['orders']:.2f} ms ({brought['statements'] / brought['orders']:.1f} "
        f"statements, {brought['commits'] / brought['orders']:.2f} commits of its own)",
        "a batch of {batch} taken in {ms:.1f} ms while {waiting:,} messages of its flow wait".format(
            **brought["claimed"]
        ),
    ]
    if replay:
        lines.append(
            f"replay: {replay['count']} of {replay['asked']} messages handed out in {replay['seconds']:.0f} s at "
            f"{options.rate} a minute allowed, at most {replay['most']} within a minute; {replay['steps']} steps of "
            f"progress seen, each read within {replay['progress_ms']:.0f} ms; done {replay['end']['done_count']}, "
            f"blocked {replay['end']['blocked_count']}"
        )
        # a hand-out may catch up on two ticks
        assert replay["most"] <= options.rate * BURST, "the replay went beyond its rate"
    missed = [name for name, (__, p95) in screens.items() if p95 > LIMIT_MS]
    if missed:
        lines.append(f"slower than {LIMIT_MS} ms: {', '.join(missed)}")
    if share > LEDGER_LIMIT:
        lines.append(f"the ledger costs more than {LEDGER_LIMIT:.0%} of an order")
    notes(lines)
    finish({"slowest_screen_ms": round(slowest), "replay_per_minute": per_minute, "ledger_share": round(share, 4)})


if __name__ == "__main__":
    main()
