"""When to try again: full jitter under a growing cap."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from .errors import ConnectorError, RateLimitedError


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how soon a failed message is tried again.

    :param max_attempts: tries before the message is dead
    :param base_seconds: cap of the first wait
    :param max_seconds: cap of every wait
    """

    max_attempts: int = 10
    base_seconds: float = 5.0
    max_seconds: float = 3600.0

    def exhausted(self, attempts: int) -> bool:
        """Whether ``attempts`` counted tries were the last."""
        return attempts >= self.max_attempts

    def delay(
        self,
        attempts: int,
        error: ConnectorError | None = None,
        rand: Callable[[], float] = random.random,
    ) -> float:
        """Seconds to wait after ``attempts`` tries (1 = after the first).

        Full jitter: uniform between nothing and the cap, so that many messages
        that failed together do not come back together. What the partner asks for
        is a floor, with the jitter on top of it.
        """
        cap = min(self.max_seconds, self.base_seconds * 2 ** min(max(attempts - 1, 0), 30))
        if isinstance(error, RateLimitedError):
            return error.retry_after + rand() * min(cap, max(1.0, error.retry_after))
        return rand() * cap


def counts_as_try(error: ConnectorError) -> bool:
    """Whether a failure uses up one of the allowed attempts.

    Being asked to wait (429, open breaker, work that is not done yet) says nothing about
    the message, so it does not: a storm of them must never kill good messages.
    """
    return not isinstance(error, RateLimitedError)
