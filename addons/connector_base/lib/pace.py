"""How many messages of a bulk replay may be handed out now."""

from __future__ import annotations

from datetime import datetime, timedelta

#: seconds between two hand-outs
TICK_SECONDS = 5
#: what a late hand-out may catch up on: never more than this much time at once. A drain
#: holds its place for 20 seconds, and a hand-out that waits for one must not lose its rate
CATCH_UP = timedelta(seconds=30)


def hand_out(rate: int, paced_until: datetime, now: datetime, in_flight: int) -> tuple[int, datetime]:
    """(number of messages to hand out, the time they are paid for until).

    Each message takes its share of a minute; what is left of the time is kept, so that the
    rate is met in the long run. Never more than a minute's worth is under way: when the
    workers cannot follow, the replay waits for them and stays easy to stop.

    :param rate: messages a minute, above 0
    :param paced_until: as returned by the last call
    :param in_flight: messages handed out and not settled yet
    """
    share = timedelta(minutes=1) / rate
    start = max(paced_until, now - CATCH_UP - share)
    count = max(0, min((now - start) // share, rate - in_flight))
    return count, start + count * share
