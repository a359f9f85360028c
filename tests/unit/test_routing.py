"""Which warehouses ship an order."""

from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.connector_oms.lib.routing import Feed, House, Line, Policy, route
from addons.connector_oms.lib.routing_terms import RESUPPLY


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


def fed(source, free, **values):
    return Feed(source, free, **values)


SHORT = Policy(resupply="short")


def test_what_no_set_of_warehouses_has_is_brought_from_another():
    target = house(
        "x", {"a": 2}, leaves=0, travel=1, cost=5, feeds=(fed("bulk", {"a": 9}, days=2, cost=3, unit_cost=1),)
    )
    assert best([Line("l", "a", 5)], [target]).missing == {"l": 3}, "the rules do not bring anything"
    option = best([Line("l", "a", 5)], [target], SHORT, promise=2)
    assert option.shares == {"l": {"x": 5}}
    assert option.fed == {("l", "x", "bulk"): 3}
    assert (option.arrival, option.lateness, option.cost) == (3, 1, 5 + 3 + 3)
    assert option.ready == {("l", "x", "bulk"): 2}


def test_bringing_goods_is_ranked_beside_other_ways_only_where_the_rules_say_so():
    houses = [
        house("x", {"a": 2}, cost=5, feeds=(fed("y", {"b": 1}, days=1, cost=1),)),
        house("y", {"b": 1}, cost=5),
    ]
    assert best(TWO, houses, SHORT).houses == ("x", "y")
    together = best(TWO, houses, Policy(resupply="ranked"))
    assert (together.houses, together.fed, together.cost) == (("x",), {("l2", "x", "y"): 1}, 6)
    assert best(TWO, houses, Policy(("arrival",), resupply="ranked")).houses == ("x", "y")


def test_goods_are_not_carried_to_a_warehouse_only_because_it_goes_first():
    houses = [house("x", {}, priority=1, feeds=(fed("y", {"a": 5}),)), house("y", {"a": 5}, priority=9)]
    assert best([Line("l", "a", 1)], houses, Policy(resupply="ranked")).houses == ("y",)


def test_what_a_source_ships_itself_is_not_brought_from_it():
    houses = [house("x", {}, feeds=(fed("y", {"a": 3}),)), house("y", {"a": 3}, room=0)]
    assert best([Line("l", "a", 2), Line("m", "a", 2)], houses, SHORT).missing == {"m": 2}
    shipping = [houses[0], house("y", {"a": 3})]
    option = best([Line("l", "a", 2), Line("m", "a", 2)], shipping, SHORT)
    assert sum(option.missing.values()) == 1


def test_goods_are_bought_only_where_no_warehouse_has_them():
    bought = fed(None, {"a": float("inf"), "b": float("inf")}, days=7)
    houses = [house("x", {"a": 2}, feeds=(bought, fed("y", {"b": 1}, days=1))), house("y", {"b": 1}, can=frozenset())]
    assert best(TWO, houses, SHORT).fed == {}
    cold = [Line("l1", "a", 2), Line("l2", "b", 1, frozenset({"cold"}))]
    houses[0] = replace(houses[0], can=frozenset({"cold"}))
    assert best(cold, houses, SHORT).fed == {("l2", "x", "y"): 1}, "brought, as only x may ship it"
    option = best(cold, houses)
    assert (option.fed, option.arrival) == ({("l2", "x", None): 1}, 7)
    both = best([Line("l", "b", 3, frozenset({"cold"}))], houses, SHORT)
    assert both.fed == {("l", "x", "y"): 1, ("l", "x", None): 2}


def test_line_that_may_not_be_split_takes_what_the_warehouse_has_too():
    target = house("x", {"a": 2}, feeds=(fed("y", {"a": 9}),))
    option = best([Line("l", "a", 5)], [target], Policy(may_split_lines=False, resupply="short"))
    assert (option.shares, option.fed) == ({"l": {"x": 5}}, {("l", "x", "y"): 3})


def test_warehouse_that_only_passes_goods_on_is_not_said_to_have_nothing():
    answer = route([Line("l", "a", 1)], [house("x", {}, feeds=(fed("y", {"a": 1}),)), house("z", {})], SHORT)
    assert answer.best.houses == ("x",)
    assert answer.excluded == {"z": ("stock",)}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_nothing_is_taken_twice_however_it_is_brought(data):
    units = st.integers(0, 4)
    keys = "wxyz"
    free = {key: {product: data.draw(units) for product in "ab"} for key in keys}
    houses = [
        house(
            key,
            free[key],
            cost=data.draw(units),
            room=data.draw(st.sampled_from([None, 0])),
            feeds=tuple(
                fed(source, free[source], days=data.draw(units))
                for source in keys
                if source != key and data.draw(st.booleans())
            ),
        )
        for key in keys
    ]
    lines = [Line(number, data.draw(st.sampled_from("ab")), data.draw(st.integers(1, 6))) for number in range(3)]
    policy = Policy(resupply=data.draw(st.sampled_from(RESUPPLY)), may_split_lines=data.draw(st.booleans()))
    for option in route(lines, houses, policy).options:
        taken = {}
        for line in lines:
            for key, part in option.shares.get(line.key, {}).items():
                got = option.fed_into(line.key, key)
                for source, n in {**got, key: part - sum(got.values())}.items():
                    assert n >= 0
                    taken[source, line.product] = taken.get((source, line.product), 0) + n
            assert sum(option.shares.get(line.key, {}).values()) + option.missing.get(line.key, 0) == line.units
        assert all(n <= free[key][product] for (key, product), n in taken.items())
        assert policy.resupply != "never" or not option.fed
