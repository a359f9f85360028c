"""Retry, limiter and breaker of connector_base, as pure state machines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.connector_base.lib.breaker import CLOSED, HALF_OPEN, OPEN, Breaker
from addons.connector_base.lib.errors import PendingError, RateLimitedError, TransientError
from addons.connector_base.lib.limiter import Bucket
from addons.connector_base.lib.retry import RetryPolicy, counts_as_try


@given(attempts=st.integers(1, 200), jitter=st.floats(0, 1))
def test_wait_stays_between_nothing_and_the_cap(attempts, jitter):
    policy = RetryPolicy(base_seconds=5, max_seconds=600)
    wait = policy.delay(attempts, rand=lambda: jitter)
    assert 0 <= wait <= min(600, 5 * 2 ** (attempts - 1))


def test_waits_are_spread_over_the_whole_cap():
    policy = RetryPolicy(base_seconds=5, max_seconds=600)
    assert [policy.delay(3, rand=lambda lot=lot: lot) for lot in (0.0, 0.25, 1.0)] == [0, 5, 20]


def test_what_the_partner_asks_for_is_a_floor():
    policy = RetryPolicy(base_seconds=1, max_seconds=5)
    error = RateLimitedError("429", retry_after=120)
    assert policy.delay(1, error, rand=lambda: 0.0) == 120
    assert 120 < policy.delay(3, error, rand=lambda: 1.0) <= 125


def test_being_asked_to_wait_uses_up_no_try():
    assert not counts_as_try(RateLimitedError("429"))
    assert not counts_as_try(PendingError("at work"))
    assert RetryPolicy().delay(1, PendingError("at work", retry_after=20), rand=lambda: 0.0) == 20
    assert counts_as_try(TransientError("500"))


def test_policy_ends():
    policy = RetryPolicy(max_attempts=3)
    assert [policy.exhausted(n) for n in (1, 2, 3, 4)] == [False, False, True, True]


@given(
    calls=st.lists(st.tuples(st.floats(0, 3), st.floats(0.1, 4)), min_size=1, max_size=60),
    capacity=st.floats(4, 20),
    rate=st.floats(0.5, 10),
)
def test_bucket_never_grants_more_than_it_holds_and_refills(calls, capacity, rate):
    """Over any run: points granted <= capacity + rate x time until the last start."""
    bucket, now, spent, last_start = Bucket(capacity, rate, capacity, 0.0), 0.0, 0.0, 0.0
    for pause, cost in calls:
        now += pause
        bucket, wait, granted = bucket.take(cost, now, max_wait=5.0)
        if granted:
            spent += cost
            last_start = max(last_start, now + wait)
    assert spent <= capacity + rate * last_start + 1e-6


def test_bucket_says_when_to_come_back():
    bucket = Bucket(10, 2, 0, 100.0)
    same, wait, granted = bucket.take(8, 100.0, max_wait=1.0)
    assert (granted, wait) == (False, 4.0)
    assert same.level == bucket.level
    __, wait, granted = bucket.take(8, 104.0, max_wait=1.0)
    assert (granted, wait) == (True, 0.0)


def test_cost_above_the_capacity_is_paid_with_a_full_bucket():
    assert Bucket(10, 1, 10, 0.0).take(50, 0.0, 0.0)[2]


def test_partner_figures_only_lower_the_level():
    bucket = Bucket(1000, 50, 200, 0.0)
    assert bucket.observe(900, 1000, 50, 0.0).level == 200
    assert bucket.observe(50, 2000, 100, 0.0) == Bucket(2000, 100, 50, 0.0)


def test_what_a_call_did_not_cost_comes_back_but_never_more_than_the_partner_says():
    bucket, __, __ = Bucket(1000, 50, 500, 0.0).take(300, 0.0, 0.0)
    assert bucket.observe(900, 1000, 50, 0.0, refund=250).level == 450
    assert bucket.observe(400, 1000, 50, 0.0, refund=250).level == 400


def test_breaker_opens_probes_and_closes():
    breaker = Breaker(threshold=2, cooldown=10)
    breaker = breaker.record(False, 0).record(False, 1)
    assert breaker.state == OPEN
    __, admitted, wait = breaker.admit(5)
    assert (admitted, wait) == (False, 6)
    probing, admitted, __ = breaker.admit(11)
    assert admitted and probing.state == HALF_OPEN
    assert not probing.admit(12)[1], "one probe at a time"
    assert probing.admit(22)[1], "a probe that never reported must not close the door for ever"
    assert probing.record(True, 12).state == CLOSED
    assert probing.record(False, 12).state == OPEN


def test_success_clears_the_count():
    breaker = Breaker(threshold=3)
    for ok in (False, False, True, False, False):
        breaker = breaker.record(ok, 0)
    assert breaker.state == CLOSED


@pytest.mark.parametrize("state", [OPEN, HALF_OPEN])
def test_closed_is_the_only_state_that_admits_everyone(state):
    assert not Breaker(cooldown=5, state=state, since=100).admit(101)[1]
