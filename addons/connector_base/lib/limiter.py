"""A token bucket as a pure state machine; its state is kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Bucket:
    """Points that calls are paid with.

    :param capacity: most points the bucket holds
    :param per_second: points that come back each second
    :param level: points left at ``at``; below zero when borrowed by waiters
    :param at: seconds on the clock that all callers share
    """

    capacity: float
    per_second: float
    level: float
    at: float

    def _refilled(self, now: float) -> Bucket:
        gained = max(0.0, now - self.at) * self.per_second
        return replace(self, level=min(self.capacity, self.level + gained), at=max(now, self.at))

    def take(self, cost: float, now: float, max_wait: float, keep: float = 0.0) -> tuple[Bucket, float, bool]:
        """Pay for a call, now or after a wait.

        :param cost: points; more than the capacity counts as the capacity
        :param max_wait: seconds the caller is ready to sleep
        :param keep: points that must be left afterwards, for more urgent callers
        :return: (bucket, seconds to wait, granted). When not granted nothing is
            paid and the seconds say when to come back.
        """
        bucket = self._refilled(now)
        cost = min(cost, bucket.capacity)
        missing = min(cost + keep, bucket.capacity) - bucket.level
        wait = max(0.0, missing / bucket.per_second) if bucket.per_second else 3600.0 * (missing > 0)
        if wait > max_wait:
            return bucket, wait, False
        return replace(bucket, level=bucket.level - cost), wait, True

    def observe(self, available: float, maximum: float, per_second: float, now: float, refund: float = 0.0) -> Bucket:
        """Take over what the partner says.

        The partner's figure does not know the calls under way, so it only ever
        lowers the level; refilling and refunds do the rest.

        :param refund: points paid for a call that it did not cost
        """
        bucket = replace(
            self._refilled(now),
            capacity=maximum or self.capacity,
            per_second=per_second or self.per_second,
        )
        return replace(bucket, level=min(bucket.level + refund, available, bucket.capacity))
