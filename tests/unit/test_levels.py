"""What a channel is offered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.connector_oms.lib.levels import dump_levels, load_levels, quota, sellable, slices


@pytest.mark.parametrize(
    ("available", "units", "percent", "offered"),
    [
        (10, 0, 0, 10),
        (10, 3, 0, 7),
        (10, 0, 50, 5),
        (10, 3, 50, 3),
        (2.99, 0, 0, 2),
        (2.9999999, 0, 0, 3),
        (0.1 + 0.2 + 0.7, 0, 0, 1),
        (-4, 0, 0, 0),
        (2, 5, 0, 0),
        (5, 0, 100, 0),
        (3, 0, 33.3, 2),
    ],
)
def test_safety_stock_is_kept_back_and_halves_are_not_offered(available, units, percent, offered):
    assert sellable(available, units, percent) == offered


def test_what_is_no_quantity_is_refused():
    with pytest.raises(ValueError, match="not a quantity"):
        sellable(float("nan"))


def test_levels_are_cut_into_messages():
    assert [len(part) for part in slices(list(range(501)))] == [250, 250, 1]


def test_payload_names_levels_only():
    assert load_levels(dump_levels([3, 1])) == [3, 1]
    with pytest.raises(ValueError, match="by number"):
        load_levels(b'{"levels": ["x"]}')


@given(
    units=st.integers(0, 500),
    weights=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    short=st.integers(0, 20),
)
def test_quotas_add_up_and_nobody_gets_more_than_a_unit_too_much(units, weights, short):
    parts = [quota(units, weights, position, short) for position in range(len(weights))]
    assert sum(parts) == units
    assert min(parts) >= 0
    if units > short:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - units * weight / sum(weights)) < 1


def test_the_first_channel_gets_the_last_unit():
    assert [quota(1, [1, 9], position) for position in (0, 1)] == [1, 0]
