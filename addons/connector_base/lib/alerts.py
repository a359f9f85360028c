"""What deserves an alarm and when people are told: decided without a database."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

#: kinds of a cause, the widest first: what stands before another may explain it
KINDS = ("heartbeat", "paused", "breaker", "waiting", "freshness", "silence", "exceptions", "expiry")
#: kinds that only follow from a wider cause of the same place
FOLLOWS = {
    "waiting": ("heartbeat", "breaker"),
    "freshness": ("heartbeat", "paused", "breaker", "waiting"),
    "silence": ("heartbeat", "paused", "breaker"),
    "exceptions": ("breaker",),
}
#: a cause that comes back this soon is the same alert
FLAPPING = timedelta(minutes=30)


@dataclass(frozen=True)
class Finding:
    """A condition that holds now.

    :param kind: one of ``KINDS``
    :param place: what tells causes of one kind apart (``"flow:12"``)
    :param backend_id: None: the whole database
    :param flow_id: None: the whole backend
    :param tier: only traffic of this tier, "" for all
    :param params: JSON values that the text is filled with
    """

    kind: str
    place: str = ""
    company_id: int | None = None
    backend_id: int | None = None
    flow_id: int | None = None
    tier: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What makes two findings the same cause."""
        return f"{self.kind}:{self.place}"

    def covers(self, other: Finding) -> bool:
        """Whether this one explains the other."""
        return (
            self.kind in FOLLOWS.get(other.kind, ())
            and self.backend_id in (None, other.backend_id)
            and self.flow_id in (None, other.flow_id)
            and (not self.tier or not other.tier or self.tier == other.tier)
        )


def explain(findings: Sequence[Finding]) -> dict[str, str]:
    """{key of a finding: key of the widest one that explains it}.

    What is explained is shown, but nobody is told of it: one outage, one message.
    """
    ranked = sorted(findings, key=lambda finding: KINDS.index(finding.kind))
    reasons = {}
    for finding in findings:
        wider = next((other for other in ranked if other.covers(finding)), None)
        if wider:
            reasons[finding.key] = wider.key
    return reasons


def must_tell(now: datetime, told_at: datetime | None, *, explained: bool, taken: bool, remind_hours: float) -> bool:
    """Whether people hear of an open alert now.

    :param told_at: when they last did
    :param explained: a wider alert is told instead
    :param taken: somebody said that they see to it
    :param remind_hours: told again after this long; 0: once is enough
    """
    if explained or taken:
        return False
    if told_at is None:
        return True
    return bool(remind_hours) and now - told_at >= timedelta(hours=remind_hours)


def is_step(recent: int, usual: float, *, least: int, factor: float) -> bool:
    """Whether a count is a step above what is usual for as long a time.

    Both the factor and three standard deviations of chance must be passed, so that
    neither a quiet flow's second exception nor the noise of a busy one is one.

    :param least: fewer than this are never one; 0 switches the alarm off
    """
    if not least or recent < least:
        return False
    return recent > factor * usual and recent > usual + 3 * math.sqrt(usual)


def expected_traffic(weeks: Iterable[int], *, weeks_needed: int = 3) -> float:
    """What an hour of the week usually brings: the median of the weeks before.

    The median, so that one outage or one sale does not become the expectation.

    :param weeks: counts of the same hour in earlier weeks, quiet ones as 0
    :param weeks_needed: with a shorter history nothing is expected
    """
    counts = list(weeks)
    return float(statistics.median(counts)) if len(counts) >= weeks_needed else 0.0


def is_silent(count: int, expected: float, *, least: int) -> bool:
    """Whether nothing came where much usually does.

    :param expected: messages of such a time
    :param least: less expected than this says nothing; 0 switches the alarm off
    """
    return bool(least) and count == 0 and expected >= least
