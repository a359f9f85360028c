"""Which warehouses ship an order."""

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.connector_oms.lib.routing import House, Line, Policy, route


def house(key, free, **values):
    return House(key, free, **values)


TWO = [Line("l1", "a", 2), Line("l2", "b", 1)]


def best(lines, houses, policy=None, promise=None):
    return route(lines, houses, policy or Policy(), promise).best


def test_one_warehouse_that_has_all_beats_two_that_are_cheaper():
    option = best(TWO, [house("x", {"a": 2}), house("y", {"b": 1}), house("z", {"a": 2, "b": 1}, cost=50)])
    assert option.houses == ("z",)
    assert option.shares == {"l1": {"z": 2}, "l2": {"z": 1}}


def test_lateness_goes_before_shipments():
    slow = house("slow", {"a": 2, "b": 1}, travel=5)
    near = [house("x", {"a": 2}, travel=1), house("y", {"b": 1}, travel=2)]
    assert best(TWO, [slow, *near], promise=2).houses == ("x", "y")
    assert best(TWO, [slow, *near], promise=5).houses == ("slow",)
    assert best(TWO, [slow, *near], promise=2).lateness == 0


def test_criteria_are_taken_in_their_order():
    houses = [house("dear", {"a": 1}, cost=9, priority=1), house("cheap", {"a": 1}, cost=2, priority=5)]
    line = [Line("l", "a", 1)]
    assert best(line, houses, Policy(("cost",))).houses == ("cheap",)
    assert best(line, houses, Policy(("priority",))).houses == ("dear",)
    assert best(line, houses, Policy(weights={"cost": 1, "priority": 2})).houses == ("dear",)


def test_margin_is_what_is_left_after_shipping():
    option = best([Line("l", "a", 2, margin=20)], [house("x", {"a": 5}, cost=4, unit_cost=1.5)])
    assert (option.cost, option.margin) == (7, 13)


def test_line_is_split_only_when_no_warehouse_has_it():
    line = [Line("l", "a", 5)]
    houses = [house("x", {"a": 3}, cost=1), house("y", {"a": 4}, cost=2)]
    assert best(line, houses).shares == {"l": {"x": 3, "y": 2}}
    assert best(line, [*houses, house("z", {"a": 5}, cost=99)]).houses == ("z",)
    whole = best(line, houses, Policy(may_split_lines=False))
    assert whole is None


def test_what_is_short_is_shipped_in_part():
    answer = route([Line("l", "a", 5), Line("m", "b", 1)], [house("x", {"a": 3}), house("y", {"a": 1})], Policy())
    assert answer.best.shares == {"l": {"x": 3, "y": 1}}
    assert answer.best.missing == {"l": 1, "m": 1}


def test_nothing_anywhere_gives_no_option():
    answer = route(TWO, [house("x", {})], Policy())
    assert answer.best is None
    assert answer.excluded == {"x": ("stock",)}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"is_open": False}, "closed"),
        ({"room": 0}, "capacity"),
        ({"serves": False}, "service"),
        ({"can": frozenset()}, "ability"),
    ],
)
def test_warehouse_that_cannot_is_left_out_with_the_reason(values, reason):
    line = [Line("l", "a", 1, needs=frozenset({"hazmat"}))]
    able = {"can": frozenset({"hazmat"})}
    answer = route(line, [house("x", {"a": 9}, **{**able, **values}), house("y", {"a": 9}, cost=80, **able)], Policy())
    assert answer.best.houses == ("y",)
    assert answer.excluded == {"x": (reason,)}


def test_only_the_lines_that_need_an_ability_are_kept_away():
    lines = [Line("l", "a", 1, needs=frozenset({"hazmat"})), Line("m", "b", 1)]
    houses = [house("x", {"a": 1, "b": 1}), house("y", {"a": 1}, can=frozenset({"hazmat"}))]
    assert best(lines, houses).shares == {"l": {"y": 1}, "m": {"x": 1}}


def test_options_are_given_in_their_order():
    houses = [house(key, {"a": 1}, cost=cost) for key, cost in (("x", 3), ("y", 1), ("z", 2))]
    assert [option.houses for option in route([Line("l", "a", 1)], houses, Policy()).options] == [
        ("y",),
        ("z",),
        ("x",),
    ]


STOCK = st.dictionaries(st.sampled_from("abc"), st.integers(1, 4), max_size=3)


@settings(max_examples=300, deadline=None)
@given(
    lines=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), min_size=1, max_size=4),
    houses=st.lists(st.tuples(STOCK, st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=5),
    promise=st.integers(0, 3),
)
def test_never_later_or_in_more_parcels_than_any_other_way(lines, houses, promise):
    lines = [Line(number, thing, units) for number, (thing, units) in enumerate(lines)]
    houses = [house(f"h{n}", free, travel=days, cost=cost) for n, (free, days, cost) in enumerate(houses)]
    option = best(lines, houses, Policy(), promise)
    needs = {}
    for line in lines:
        needs[line.product] = needs.get(line.product, 0) + line.units
    possible = [
        (max(0, max(one.arrival for one in some) - promise), len(some), sum(one.cost for one in some))
        for size in (1, 2, 3)
        for some in combinations(houses, size)
        if all(sum(one.free.get(thing, 0) for one in some) >= units for thing, units in needs.items())
    ]
    if not possible:
        assert option is None or option.missing
        return
    assert not option.missing
    assert (option.lateness, option.shipments, option.cost) == min(possible)
    for line, (key, units) in product(lines, [(one.key, one.free) for one in houses]):
        taken = sum(option.shares[other.key].get(key, 0) for other in lines if other.product == line.product)
        assert taken <= units.get(line.product, 0)
    for line in lines:
        assert sum(option.shares[line.key].values()) == line.units
