"""The pace of a backlog, as a pure state machine; and what tier 2 leaves to tier 1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.connector_base.lib.breaker import Breaker
from addons.connector_base.lib.http import MAX_RETRY_AFTER, parse_retry_after
from addons.connector_base.lib.limiter import Bucket
from addons.connector_base.lib.release import Pace, minutes_left, needs_stages, progress


@given(
    asks=st.lists(st.tuples(st.floats(0, 30), st.integers(0, 50)), min_size=1, max_size=60),
    per_minute=st.integers(1, 3000),
)
def test_never_more_than_the_pace_and_one_burst(asks, per_minute):
    pace, now, gone = Pace(per_minute), 1_000_000.0, 0
    start = now
    for pause, wanted in asks:
        now += pause
        pace, granted = pace.grant(wanted, now)
        assert 0 <= granted <= wanted
        gone += granted
    assert gone <= pace.burst + per_minute * (now - start) / 60 + 1e-6


@pytest.mark.parametrize("per_minute", [1, 7, 60, 600])
def test_the_pace_is_reached_by_looking_every_five_seconds(per_minute):
    pace, gone = Pace(per_minute, at=0.0), 0
    for second in range(0, 3600, 5):
        pace, granted = pace.grant(10_000, float(second))
        gone += granted
    assert gone == pytest.approx(60 * per_minute, rel=0.05)


def test_what_was_not_there_is_given_back():
    pace, granted = Pace(60, 10, 0.0).grant(8, 0.0)
    assert granted == 8
    assert pace.give_back(3).grant(8, 0.0)[1] == 5
    assert pace.give_back(500).level == pace.burst, "giving back saves nothing up"


def test_a_clock_that_goes_back_grants_nothing_twice():
    pace, granted = Pace(60, 0, 100.0).grant(5, 105.0)
    assert granted == 5
    assert pace.grant(5, 90.0)[1] == 0


def test_stages_only_where_it_is_much():
    assert needs_stages(601, 600)
    assert not needs_stages(600, 600)
    assert not needs_stages(10**6, 0)


def test_progress_and_time_left():
    assert progress(200, 50) == 75
    assert progress(0, 0) == 100
    assert progress(10, 25) == 0, "replays may make it more again"
    assert minutes_left(601, 600) == 2


@given(cost=st.floats(0.5, 30), keep=st.floats(0, 10))
def test_tier_two_leaves_points_to_tier_one(cost, keep):
    bucket = Bucket(20, 1, 20, 0.0)
    for __ in range(50):
        bucket, __, granted = bucket.take(cost, 0.0, max_wait=0.0, keep=keep)
    assert bucket.level >= min(keep, 20 - min(cost, 20)) - 1e-9
    if cost <= keep:
        assert bucket.take(cost, 0.0, max_wait=0.0)[2], "tier 1 is still let through"


def test_a_costly_call_of_tier_two_is_made_once_the_bucket_is_full():
    assert Bucket(10, 1, 10, 0.0).take(9, 0.0, max_wait=0.0, keep=5)[2]
    assert not Bucket(10, 1, 9.5, 0.0).take(9, 0.0, max_wait=0.0, keep=5)[2]


def test_an_outage_lasts_over_failed_probes():
    breaker = Breaker(threshold=1, cooldown=10).record(False, 100)
    for now in (111, 122):
        breaker = breaker.admit(now)[0].record(False, now)
    assert (breaker.since, breaker.down_since) == (122, 100)
    assert breaker.admit(140)[0].record(True, 141).down_since == 0


@pytest.mark.parametrize("value", ["inf", "1e400", "99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_partner_is_obeyed_for_ever(value):
    assert parse_retry_after(value) == MAX_RETRY_AFTER


@pytest.mark.parametrize("value", ["nan", "soon", ""])
def test_nonsense_counts_as_absent(value):
    assert parse_retry_after(value) is None
