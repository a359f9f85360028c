"""What happens in a run, and when: everything is drawn from the seed before anything begins."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

#: seconds in which orders come in and things break
SECONDS = 22.0
ORDERS = 100
WAVES = 10

#: failpoint -> actions that make sense there
POINTS = {
    "receive.inserted": ("kill", "raise"),
    "receive.kept": ("kill", "raise"),
    "job.request": ("kill", "raise"),
    "drain.claimed": ("kill", "raise", "sleep=2"),
    "drain.started": ("kill", "raise", "sleep=2"),
    "inbound.fetched": ("kill", "raise", "sleep=2"),
    "inbound.apply": ("kill", "raise"),
    "inbound.applied": ("kill", "raise", "sleep=2"),
    "drain.worked": ("kill", "raise", "sleep=2"),
    "drain.committed": ("kill", "raise"),
    "outbound.planned": ("kill", "raise", "sleep=2"),
    "outbound.sending": ("kill", "raise"),
    "outbound.sent": ("kill", "raise", "sleep=2"),
    "outbound.recorded": ("kill", "raise"),
    "outbound.looked_up": ("kill", "raise"),
    "poll.received": ("kill", "raise"),
    "poll.over": ("kill", "raise"),
    "stock.computed": ("kill", "raise", "sleep=2"),
    "reserve.reserved": ("kill", "raise", "sleep=2"),
}
#: operations of the shop that a fault may strike; "*" for any
OPERATIONS = ("*", "nodes", "fulfillmentCreate", "inventorySetQuantities", "orders")
FAULTS = (
    ("429", 4, 0.0),
    ("500_before", 5, 0.0),
    ("500_after", 2, 0.0),
    ("throttled", 4, 0.0),
    ("hang", 1, 4.0),
    ("close", 2, 0.0),
    ("close_before", 3, 0.0),
    ("latency", 3, 1.5),
    ("bad_json", 2, 0.0),
    ("internal", 3, 0.0),
)
THOUGHTS = ("change", "change", "pay", "cancel", "edit", "refund", "touch")


@dataclass(frozen=True, order=True)
class Event:
    """One thing that happens.

    :param at: seconds after the beginning
    :param what: name of the method that does it, of ``Trouble`` or ``Day``
    """

    at: float
    what: str
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        values = ", ".join(f"{key}={value}" for key, value in self.values.items())
        return f"{self.at:6.2f} s  {self.what}({values})"


def events(seed: int) -> list[Event]:
    """The whole schedule of a seed, in order."""
    chance = random.Random(f"{seed}/schedule")
    return sorted([*_traffic(chance), *_trouble(chance)])


def _traffic(chance: random.Random) -> Iterator[Event]:
    """Customers, merchants and the warehouse."""
    for wave in range(WAVES):
        at = SECONDS * 0.8 * wave / WAVES
        yield Event(at, "place", {"count": ORDERS // WAVES, "seed": chance.randrange(10**6)})
    for __ in range(14):
        values = {"lot": chance.random(), "kind": chance.choice(THOUGHTS)}
        yield Event(chance.uniform(4, SECONDS), "rethink", values)
    for __ in range(5):
        yield Event(chance.uniform(6, SECONDS), "ship", {"lot": chance.random(), "most": 6})
    for __ in range(3):
        yield Event(chance.uniform(2, SECONDS), "count_stock", {"lot": chance.random()})
    for __ in range(3):
        yield Event(chance.uniform(3, SECONDS), "deliver_again", {"lot": chance.random(), "times": 6})
    for __ in range(2):
        yield Event(chance.uniform(3, SECONDS), "forge", {"lot": chance.random()})
    yield Event(chance.uniform(8, SECONDS), "look_now", {})


def _trouble(chance: random.Random) -> Iterator[Event]:
    """What breaks."""
    for __ in range(chance.randint(3, 5)):
        yield Event(chance.uniform(2, SECONDS), "kill_worker", {"lot": chance.random()})
    yield Event(chance.uniform(2, SECONDS), "kill_workers", {})
    yield Event(chance.uniform(2, SECONDS), chance.choice(("kill_runner", "kill_cron", "kill_runner")), {})
    for __ in range(chance.choice((1, 1, 2))):
        yield Event(chance.uniform(4, SECONDS), "crash_postgres", {"away": round(chance.uniform(0, 1.5), 2)})
    if chance.random() < 0.25:
        yield Event(chance.uniform(6, SECONDS), "kill_odoo", {})
    for point in chance.sample(sorted(POINTS), 8):
        action = chance.choice(POINTS[point])
        yield Event(chance.uniform(0.5, SECONDS * 0.7), "arm", {"point": point, "action": action})
    for kind, most, seconds in chance.sample(FAULTS, 4):
        values = {"kind": kind, "operation": chance.choice(OPERATIONS), "count": chance.randint(1, most)}
        yield Event(chance.uniform(2, SECONDS), "harm_shop", {**values, "seconds": seconds})
    yield from _lines(chance)
    if chance.random() < 0.5:
        yield Event(chance.uniform(3, SECONDS), "drain_bucket", {})
    if chance.random() < 0.3:
        yield Event(chance.uniform(3, SECONDS), "expire_tokens", {})


def _lines(chance: random.Random) -> Iterator[Event]:
    """Faults of the lines to the shop and to PostgreSQL, then calm again.

    A connection to the shop carries few questions, and few are opened while workers die: so its line
    is bad to the end. Through a line to PostgreSQL everything goes: some seconds of that are enough.
    """
    for line, share, latest, depth in (("shop", 0.4, 6, 2), ("base", 0.15, SECONDS - 9, 150)):
        begin = chance.uniform(1, latest)
        end = SECONDS if line == "shop" else begin + chance.uniform(4, 8)
        kinds = {kind: round(chance.uniform(0, share), 2) for kind in ("latency", "reset", "blackhole", "cut")}
        plan = {**kinds, "seed": str(chance.randrange(10**6)), "depth": depth, "silence": 3.0}
        yield Event(begin, "harm_line", {"line": line, **plan})
        yield Event(end, "calm_line", {"line": line})
    yield Event(chance.uniform(3, SECONDS), "break_line", {"line": chance.choice(("shop", "base"))})
