"""How fast a backlog is let go after an outage: fresh work first, the rest at a pace."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

#: seconds of the pace that may be let go at once
BURST_SECONDS = 10


@dataclass(frozen=True)
class Pace:
    """A capped rate as a pure state machine; its state is kept elsewhere.

    :param per_minute: messages of the backlog a minute, at most
    :param level: messages that may go now
    :param at: seconds on the clock that all workers share
    """

    per_minute: int
    level: float = 0.0
    at: float = 0.0

    @property
    def burst(self) -> float:
        """Most messages that may go at once; two, so that a slow pace loses no part of one."""
        return max(2.0, self.per_minute * BURST_SECONDS / 60)

    def grant(self, wanted: int, now: float) -> tuple[Pace, int]:
        """How many of ``wanted`` messages may go now: (pace, granted)."""
        gained = max(0.0, now - self.at) * self.per_minute / 60
        level = min(self.burst, self.level + gained)
        granted = max(0, min(wanted, math.floor(level)))
        return replace(self, level=level - granted, at=max(now, self.at)), granted

    def give_back(self, count: int) -> Pace:
        """Those granted that were not there."""
        return replace(self, level=min(self.burst, self.level + count))


def needs_stages(count: int, per_minute: int) -> bool:
    """Whether a backlog is worth stages: it would not be through within a minute.

    :param per_minute: 0: never
    """
    return per_minute > 0 and count > per_minute


def progress(total: int, remaining: int) -> float:
    """Per cent that are through."""
    return 100.0 * (total - min(remaining, total)) / total if total else 100.0


def minutes_left(remaining: int, per_minute: int) -> int:
    """Minutes the rest takes at this pace, at least."""
    return math.ceil(remaining / per_minute) if per_minute > 0 else 0
