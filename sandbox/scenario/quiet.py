"""When nothing is on its way any more, on either side."""

from __future__ import annotations

import time

from .prepare import World

OPEN = ("pending", "retry", "ambiguous")
LOOK_AT = (
    "Connectors > Messages with a state other than Done, Job Queue > Jobs, "
    "and the sandbox's /_oracle/deliveries?status=pending"
)


def levels_behind(world: World) -> int:
    """Stock levels whose newest value the shop has not accepted, problems included."""
    rows = world.odoo.rows(
        "integration.stock.level",
        [("backend_id", "=", world.backend_id)],
        ["version", "published_version"],
    )
    return sum(row["version"] > row["published_version"] for row in rows)


def open_messages(world: World) -> dict[str, int]:
    """Messages that are still to be worked off, by flow."""
    rows = world.odoo.rows(
        "integration.message",
        [("backend_id", "=", world.backend_id), ("state", "in", OPEN)],
        ["topic"],
    )
    found: dict[str, int] = {}
    for row in rows:
        found[row["topic"]] = found.get(row["topic"], 0) + 1
    return found


def jobs_at_work(world: World) -> int:
    """Jobs that run or wait to start; those with a time of their own may wait."""
    return world.odoo.count(
        "queue.job",
        [
            ("state", "in", ("pending", "enqueued", "started")),
            ("eta", "=", False),
            ("model_name", "in", ("integration.flow", "stock.warehouse")),
        ],
    )


def unreserved(world: World) -> int:
    """Moves that wait for the reservation's lane."""
    return world.odoo.count(
        "stock.move",
        [
            ("integration_reserve_pending", "=", True),
            ("state", "in", ("waiting", "confirmed", "partially_available")),
        ],
    )


def noise(world: World) -> str:
    """What is on its way, in words; "" for nothing."""
    parts = []
    webhooks = world.shop.pending()
    if webhooks:
        parts.append(f"{webhooks} webhooks under way")
    waiting = open_messages(world)
    parts += [f"{count} open messages of {topic}" for topic, count in sorted(waiting.items())]
    jobs = jobs_at_work(world)
    if jobs:
        parts.append(f"{jobs} jobs")
    moves = unreserved(world)
    if moves:
        parts.append(f"{moves} moves to be reserved")
    return ", ".join(parts)


def wait_quiet(world: World, seconds: float = 300) -> None:
    """Wait until nothing is on its way, twice in a row: a job may start another one.

    A webhook that Odoo was too busy to take comes again after a minute; nobody here
    wants to wait for that.

    :raises StepTimeout: see ``progress``
    """
    calm, impatient = 0, time.monotonic() + 10

    def missing() -> str:
        nonlocal calm, impatient
        found = noise(world)
        if found and time.monotonic() > impatient:
            world.shop.post("webhooks/hurry")
            impatient = time.monotonic() + 10
        calm = 0 if found else calm + 1
        return found or ("" if calm > 1 else "looking once more")

    world.tell.wait("the ledger is quiet", missing, seconds, LOOK_AT)


def settle_stock(world: World) -> None:
    """Run the daily comparison of stock levels, and wait until every level is accepted.

    The shop promises stock at places of its own choice; where Odoo ships from another
    one, only the comparison notices what the shop has taken off.

    :raises StepTimeout: see ``progress``
    """
    wait_quiet(world)
    world.odoo.run_cron("connector_oms.cron_recompute_stock")
    wait_quiet(world)

    def missing() -> str:
        behind = levels_behind(world)
        return f"{behind} levels not accepted yet" if behind else noise(world)

    look = "Connectors > Stock levels that are not up to date, and their messages"
    world.tell.wait("stock levels", missing, 180, look)
    world.tell.say("stock compared with the shop and published anew where it differed")
