"""A circuit breaker as a pure state machine; its state is kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half_open"


@dataclass(frozen=True)
class Breaker:
    """Stops calling a partner that does not answer.

    :param threshold: failures in a row that open it
    :param cooldown: seconds it stays open before one probe is let through
    :param state: closed, open or half_open (a probe is under way)
    :param failures: failures in a row
    :param since: seconds on the shared clock of the last change of state
    :param down_since: when it opened, failed probes or not; 0 while closed
    """

    threshold: int = 5
    cooldown: float = 30.0
    state: str = CLOSED
    failures: int = 0
    since: float = 0.0
    down_since: float = 0.0

    def admit(self, now: float) -> tuple[Breaker, bool, float]:
        """May a call be made? Returns (breaker, admitted, seconds to wait).

        While half open only one probe is under way; should it never report (its
        worker was killed), another is let through after a further cooldown.
        """
        if self.state == CLOSED:
            return self, True, 0.0
        remaining = self.since + self.cooldown - now
        if remaining > 0:
            return self, False, remaining
        return replace(self, state=HALF_OPEN, since=now), True, 0.0

    def record(self, ok: bool, now: float) -> Breaker:
        """Take note of how a call went."""
        if ok:
            if self.state == CLOSED and not self.failures:
                return self
            return replace(self, state=CLOSED, failures=0, since=now, down_since=0.0)
        failures = self.failures + 1
        if self.state == HALF_OPEN or failures >= self.threshold:
            down_since = self.down_since or now
            return replace(self, state=OPEN, failures=failures, since=now, down_since=down_since)
        return replace(self, failures=failures)
