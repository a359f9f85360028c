"""Generated orders add up, whatever their shape and whatever happens to them."""

from __future__ import annotations

import copy
import json
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.shopify.generator import SHAPES, Goods, catalogue, changes, check_order, generate
from sandbox.shopify.money import allocate, as_money, graphql_amount, part, rest_amount, to_units
from sandbox.shopify.orders import place
from sandbox.shopify.shop import Shop
from sandbox.shopify.store import Store

CATALOGUE = catalogue()
GOODS = Goods.of(CATALOGUE)
WHEN = "2026-03-01T12:00:00Z"


def _ids():
    counts: Counter[str] = Counter()

    def next_id(kind: str) -> int:
        counts[kind] += 1
        return counts[kind]

    return next_id


def _order(shape, seed, lines=None):
    return generate(shape, seed, GOODS, _ids(), WHEN, lines)[0]


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_shape_adds_up_for_many_seeds(shape):
    for seed in range(3 if shape == "many_lines" else 25):
        assert check_order(_order(shape, seed)) == [], seed


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_same_seed_same_order(shape):
    assert _order(shape, 7) == _order(shape, 7)


def test_catalogue_is_reproducible_and_plain():
    assert json.dumps(catalogue()) == json.dumps(CATALOGUE)
    skus = [variant["sku"] for variant in CATALOGUE["variants"]]
    assert skus[:2] == ["HUB-0001", "HUB-0002"]
    assert len(skus) == len(set(skus)) == 43
    assert all(len(v["barcode"]) == 13 for v in CATALOGUE["variants"] if v["sku"].startswith("HUB-"))
    bigger = catalogue(400)
    assert [v["price"] for v in bigger["variants"][:30]] == [v["price"] for v in CATALOGUE["variants"][:30]]


@given(st.integers(0, 10_000_000), st.lists(st.integers(0, 100_000), min_size=1, max_size=40))
def test_allocation_is_exact_and_fair(amount, weights):
    shares = allocate(amount, weights)
    whole = sum(weights)
    assert sum(shares) == (amount if whole else 0)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * whole - amount * weight) <= whole or not whole
        assert share == 0 or weight


@given(st.integers(-1_000_000, 1_000_000), st.integers(1, 50))
def test_units_of_an_amount_add_up(amount, count):
    money = as_money((amount, "USD", amount * 2, "EUR"))
    pieces = [part(money, index + 1, count).plus(part(money, index, count), -1) for index in range(count)]
    assert sum(piece.shop for piece in pieces) == amount
    assert sum(piece.presentment for piece in pieces) == amount * 2


@given(st.integers(-(10**9), 10**9), st.sampled_from(["USD", "JPY", "KWD"]))
def test_amounts_as_text_keep_their_value(units, currency):
    assert to_units(graphql_amount(units, currency), currency) == units
    assert to_units(rest_amount(units, currency), currency) == units


def test_amounts_are_written_as_shopify_writes_them():
    assert [graphql_amount(cents, "USD") for cents in (1000, 1050, 1999, 0, -5)] == [
        "10.0", "10.5", "19.99", "0.0", "-0.05",
    ]  # fmt: skip
    assert rest_amount(1000, "USD") == "10.00"
    assert (graphql_amount(1000, "JPY"), rest_amount(1000, "JPY")) == ("1000.0", "1000")


def test_tax_is_rounded_per_line_then_summed():
    order = _order("several_taxes", 1)
    assert len(order["lines"][0]["taxLines"]) == 3
    for line in order["lines"]:
        for tax in line["taxLines"]:
            exact = Decimal(line["originalTotal"].shop) * Decimal(tax["rate"])
            assert abs(tax["price"].shop - exact) <= Decimal("0.5")
    lines = sum(tax["price"].shop for line in order["lines"] for tax in line["taxLines"])
    shipping = sum(tax["price"].shop for tax in order["shippingLines"][0]["taxLines"])
    assert order["totals"]["totalTax"].shop == lines + shipping


def test_foreign_order_has_two_currencies():
    order = _order("foreign_currency", 1)
    total = order["totals"]["currentTotal"]
    assert (total.currency, total.presentment_currency) == ("USD", "EUR")
    assert total.shop != total.presentment
    assert order["taxesIncluded"]


def test_shapes_are_what_they_say():
    assert len(_order("many_lines", 1)["lines"]) == 300
    assert len(_order("plain", 1, lines=3)["lines"]) == 3
    assert _order("tip", 1)["totals"]["totalTip"].shop == 350
    assert _order("duties", 1)["totals"]["totalDuties"].shop == 407
    assert _order("free_order", 1)["totals"]["totalPrice"].shop == 0
    assert _order("guest", 1)["customer"] is None
    assert _order("custom_line", 1)["lines"][-1]["variant"] is None
    assert _order("payment_authorized", 1)["financialStatus"] == "AUTHORIZED"
    assert _order("partially_paid", 1)["financialStatus"] == "PARTIALLY_PAID"
    assert _order("payment_pending", 1)["financialStatus"] == "PENDING"
    assert _order("gift_card_payment", 1)["transactions"][0]["gateway"] == "gift_card"
    assert _order("cash_rounding", 1)["totals"]["paymentRounding"].shop == -2
    gift = _order("gift_card_product", 1)["lines"][1]
    assert gift["isGiftCard"]
    assert gift["discounts"] == gift["taxLines"] == []
    variants = {line["variant"] for line in _order("same_variant_twice", 1)["lines"]}
    assert len(variants) == 1


MUTABLE = ["percentage_discount", "tax_included", "several_taxes", "foreign_currency", "yen", "duties", "tip"]


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(MUTABLE),
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), max_size=6),
    st.booleans(),
)
def test_refunds_in_any_order_add_up(shape, seed, takes, shipping):
    order, ids = generate(shape, seed, GOODS, _ids(), WHEN)[0], _ids()
    for index, count in takes:
        line = order["lines"][index % len(order["lines"])]
        count = min(count, line["currentQuantity"])
        if count:
            changes.refund(order, ids, WHEN, [(line["id"], count, "NO_RESTOCK")])
            assert check_order(order) == []
    if shipping:
        changes.refund(order, ids, WHEN, shipping=True)
        changes.refund(order, ids, WHEN, adjustment=1)
    assert check_order(order) == []
    paid, back = order["totals"]["received"].shop, order["totals"]["refunded"].shop
    assert 0 <= back <= paid
    assert order["totals"]["outstanding"].shop == order["totals"]["currentTotal"].shop - paid + back


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(MUTABLE), st.integers(0, 10_000), st.lists(st.integers(-3, 3), max_size=5))
def test_edits_in_any_order_add_up(shape, seed, deltas):
    order, ids = generate(shape, seed, GOODS, _ids(), WHEN)[0], _ids()
    for delta in deltas:
        line = order["lines"][0]
        if delta and line["unfulfilledQuantity"] + delta >= 0:
            changes.edit(order, ids, WHEN, [(line["id"], delta)])
            assert check_order(order) == []
    changes.cancel(order, ids, WHEN)
    assert check_order(order) == []
    assert order["totals"]["currentTotal"].shop == 0


def test_whole_refund_leaves_nothing():
    order, ids = _order("percentage_discount", 3), _ids()
    units = [(line["id"], line["quantity"], "RETURN") for line in order["lines"]]
    changes.refund(order, ids, WHEN, units, shipping=True)
    assert order["totals"]["currentTotal"].shop == 0
    assert order["totals"]["currentTax"].shop == 0
    assert order["financialStatus"] == "REFUNDED"


def test_pending_refund_does_not_count_yet():
    order, ids = _order("plain", 3), _ids()
    line = order["lines"][0]
    changes.refund(order, ids, WHEN, [(line["id"], 1, "CANCEL")], payment="PENDING")
    assert order["totals"]["refunded"].shop == 0
    assert order["financialStatus"] == "PAID"
    changes.settle_refunds(order)
    assert order["totals"]["refunded"].shop > 0


def test_what_cannot_be_taken_is_refused():
    order, ids = _order("plain", 3), _ids()
    line = order["lines"][0]
    untouched = copy.deepcopy(order)
    with pytest.raises(ValueError, match="cannot remove"):
        changes.refund(order, ids, WHEN, [(line["id"], line["quantity"] + 1, "CANCEL")])
    with pytest.raises(ValueError, match="no line"):
        changes.edit(order, ids, WHEN, [(-1, 1)])
    assert order == untouched


def test_self_check_finds_a_cent():
    order = _order("plain", 3)
    order["lines"][0]["taxLines"][0]["price"] = order["lines"][0]["taxLines"][0]["price"]._replace(shop=1)
    assert any("rounded per line" in fault for fault in check_order(order))
    order = _order("plain", 3)
    order["agreements"][0]["sales"].pop()
    assert check_order(order)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_placed_orders_add_up_and_balance_their_stock(shape):
    shop = Shop(Store())
    for seed in range(1 if shape == "many_lines" else 4):
        order = place(shop, shape, seed)
        assert check_order(order) == []
        rows = [row for key in order["fulfillmentOrders"] for row in shop.store.get("fo", key)["lines"]]
        for line in order["lines"]:
            left = sum(row["remaining"] for row in rows if row["line"] == line["id"])
            assert left == (line["unfulfilledQuantity"] if not order["cancelledAt"] else 0)
    levels = shop.store.all("level").values()
    waiting = sum(row["remaining"] for fo in shop.store.all("fo").values() for row in fo["lines"] if row["item"])
    assert sum(level["committed"] for level in levels) == waiting
