"""What a run knows when it is held against the invariants."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sandbox.scenario.prepare import World
from sandbox.scenario.sides import Sides, read_sides
from tests.chaos.day import Day
from tests.chaos.schedule import Event
from tests.chaos.stage import Stage
from tests.e2e.hub import Hub


@dataclass
class Gate:
    """Limiter and breaker at one moment, on the database's clock.

    :param opened: seconds since the epoch when the breaker opened
    """

    state: str
    opened: float


@dataclass
class Scene:
    """One run.

    :param schedule: what was to happen
    :param before: fulfilments that the merchant made before anything
    :param settled: message id -> (state, settled at) of what was seen as settled for good
    :param versions: stock level id -> the highest published version seen
    :param gates: the breaker as it was seen in passing
    :param replayed: how often somebody opened a message again on purpose
    """

    stage: Stage
    day: Day
    schedule: list[Event]
    before: set[str] = field(default_factory=set)
    settled: dict[int, tuple[str, Any]] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    gates: list[Gate] = field(default_factory=list)
    replayed: Counter[int] = field(default_factory=Counter)
    _sides: Sides | None = None

    @property
    def hub(self) -> Hub:
        """Both servers."""
        return self.stage.hub

    @property
    def world(self) -> World:
        """What the scenario's functions work on."""
        return self.hub.world

    def sides(self) -> Sides:
        """Both sides by order; read once, at the end."""
        if self._sides is None:
            self._sides = read_sides(self.world, self.day.placed)
        return self._sides

    def sql(self, statement: str, *values: Any) -> list[tuple]:
        """Ask the database, past the proxy."""
        return self.stage.query(statement, values)
