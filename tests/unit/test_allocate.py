"""Sharing out stock: who gets what, and never more than there is."""

from hypothesis import given
from hypothesis import strategies as st

from addons.connector_oms.lib.allocate import Demand, Quant, Take, allocate


def compare(a, b):
    delta = round(a - b, 2)
    return (delta > 0) - (delta < 0)


def share(quants, demands, sources=None):
    sources = sources or {"stock": [quant.id for quant in quants]}
    return allocate(demands, sources, quants, compare)


def test_first_come_first_served_in_order_of_the_quants():
    quants = [Quant(1, 5, 0), Quant(2, 10, 4)]
    result = share(quants, [Demand(7, "stock", 7), Demand(8, "stock", 9)])
    assert result == {7: [Take(1, 5), Take(2, 2)], 8: [Take(2, 4)]}


def test_nothing_left_means_no_entry():
    result = share([Quant(1, 2, 0)], [Demand(7, "stock", 2), Demand(8, "stock", 1)])
    assert result == {7: [Take(1, 2)]}


def test_negative_stock_elsewhere_takes_away_from_what_is_free():
    quants = [Quant(1, -3, 0), Quant(2, 10, 0)]
    assert share(quants, [Demand(7, "stock", 10)]) == {7: [Take(2, 7)]}


def test_over_reserved_quant_takes_away_too():
    quants = [Quant(1, 2, 5), Quant(2, 4, 0)]
    assert share(quants, [Demand(7, "stock", 9)]) == {7: [Take(2, 1)]}


def test_sources_that_share_quants_see_each_others_takes():
    quants = [Quant(1, 5, 0), Quant(2, 5, 0)]
    sources = {"shelf": [1], "stock": [1, 2]}
    demands = [Demand(7, "stock", 4), Demand(8, "shelf", 4), Demand(9, "stock", 4)]
    result = share(quants, demands, sources)
    assert result == {7: [Take(1, 4)], 8: [Take(1, 1)], 9: [Take(2, 4)]}


def test_unknown_source_gets_nothing():
    assert share([Quant(1, 5, 0)], [Demand(7, "elsewhere", 1)]) == {}


quantities = st.integers(-500, 2000).map(lambda n: n / 100)


@given(
    st.lists(st.tuples(quantities, st.integers(0, 500).map(lambda n: n / 100)), max_size=6),
    st.lists(st.integers(1, 2000).map(lambda n: n / 100), max_size=8),
)
def test_never_more_than_asked_for_and_never_more_than_free(stock, needs):
    quants = [Quant(i, on_hand, reserved) for i, (on_hand, reserved) in enumerate(stock)]
    demands = [Demand(i, "stock", need) for i, need in enumerate(needs)]
    result = share(quants, demands)
    free = sum(q.quantity - q.reserved for q in quants)
    taken = 0
    for demand in demands:
        units = sum(take.quantity for take in result.get(demand.move_id, ()))
        assert compare(units, demand.quantity) <= 0
        taken += units
    assert compare(taken, max(0, free)) <= 0
    wanted = sum(needs)
    assert compare(taken, min(wanted, max(0, free))) == 0
