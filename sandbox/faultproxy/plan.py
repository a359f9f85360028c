"""What becomes of each connection: drawn from a seed and the connection's number, nothing else."""

from __future__ import annotations

import random
from dataclasses import dataclass

#: kinds of harm, in the order in which they are drawn
KINDS = ("latency", "reset", "blackhole", "cut")


@dataclass(frozen=True)
class Fate:
    """What happens to one connection.

    :param kind: "" for nothing; ``latency``: every answer comes late; ``reset``: broken off before a
        question passes; ``blackhole``: nothing passes any more, either way, and nobody says so; ``cut``:
        the question passes, the answer breaks off
    :param after: questions that pass unharmed before (but for ``latency``)
    :param seconds: how late an answer comes, or how long a black hole lasts before it is broken off
    :param passed: bytes of the answer that pass before it is cut
    """

    kind: str = ""
    after: int = 0
    seconds: float = 0.0
    passed: int = 0


@dataclass(frozen=True)
class Plan:
    """Shares of the connections that are harmed in each way.

    :param seed: of everything that is drawn by lot
    :param depth: a fault strikes after 0 to so many unharmed questions of its connection
    :param seconds: longest delay of an answer
    :param silence: seconds that a black hole lasts
    """

    seed: str = ""
    latency: float = 0.0
    reset: float = 0.0
    blackhole: float = 0.0
    cut: float = 0.0
    depth: int = 5
    seconds: float = 0.3
    silence: float = 5.0

    def fate(self, number: int) -> Fate:
        """What becomes of a connection.

        :param number: how many came before it under this plan
        """
        chance = random.Random(f"{self.seed}/{number}")
        lot = chance.random()
        for kind in KINDS:
            lot -= getattr(self, kind)
            if lot < 0:
                late = chance.uniform(0.1, 1.0) * self.seconds
                return Fate(
                    kind,
                    after=chance.randint(0, self.depth),
                    seconds=self.silence if kind == "blackhole" else late,
                    passed=chance.choice((0, 1, 40, 400)),
                )
        return Fate()


CALM = Plan()
