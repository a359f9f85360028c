"""A bulk replay's rate, against a clock of the test."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from addons.connector_base.lib.pace import CATCH_UP, TICK_SECONDS, hand_out

START = datetime(2026, 5, 4, 12)


@given(
    rate=st.integers(1, 20_000),
    waits=st.lists(st.floats(0, 120), min_size=1, max_size=60),
)
def test_no_minute_gets_more_than_the_rate_and_what_may_be_caught_up(rate, waits):
    now, paid, given_out = START, START, []
    for wait in waits:
        now += timedelta(seconds=wait)
        count, paid = hand_out(rate, paid, now, in_flight=0)
        given_out.append((now, count))
    for begin, __ in given_out:
        minute = sum(n for at, n in given_out if begin <= at < begin + timedelta(minutes=1))
        assert minute <= rate * (1 + CATCH_UP / timedelta(minutes=1)) + 2


@given(rate=st.integers(1, 20_000))
def test_steady_ticks_meet_the_rate(rate):
    now, paid, total = START, START, 0
    for __ in range(120):
        now += timedelta(seconds=TICK_SECONDS)
        count, paid = hand_out(rate, paid, now, in_flight=0)
        total += count
    assert rate * 10 * 0.999 - 1 <= total <= rate * 10 * 1.001


def test_waits_for_workers_that_do_not_follow():
    count, paid = hand_out(600, START, START + timedelta(seconds=5), in_flight=580)
    assert count == 20
    assert hand_out(600, paid, START + timedelta(seconds=10), in_flight=600)[0] == 0
