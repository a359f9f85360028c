"""The scenario's comparison finds what is wrong: each fault is planted once, and counted once."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from sandbox.scenario import compare_orders, compare_stock, compare_users
from sandbox.scenario.compare_fulfilments import read_fulfilments
from sandbox.scenario.sides import Sides

ORDER = "gid://shopify/Order/1"
LINE = "gid://shopify/LineItem/7"
SOURCE = {
    "id": ORDER,
    "name": "#1001",
    "shape": "plain",
    "currency": "USD",
    "taxes_included": False,
    "cancelled_at": None,
    "customer_id": "gid://shopify/Customer/5",
    "totals": {
        "currentTotal": "23.10",
        "currentTax": "1.10",
        "paymentRounding": "0.00",
        "refundRounding": "0.00",
    },
    "lines": [
        {
            "id": LINE,
            "title": "Lamp",
            "tip": False,
            "current_quantity": 2,
            "current_net": "22.00",
            "taxes": [{"current_amount": "1.10"}],
        }
    ],
    "fulfillments": [
        {
            "id": "f1",
            "status": "SUCCESS",
            "tracking": [{"number": "1Z"}],
            "lines": [{"line_id": LINE, "quantity": 2}],
        }
    ],
}
SALE = {
    "id": 11,
    "name": "#1001",
    "state": "sale",
    "partner_id": [3, "Ada"],
    "currency_id": [1, "USD"],
    "amount_tax": 1.1,
    "amount_total": 23.1,
    "integration_external_id": ORDER,
    "integration_number": "#1001",
    "integration_hold": False,
}
SALE_LINE = {
    "id": 21,
    "integration_external_id": LINE,
    "product_uom_qty": 2.0,
    "price_subtotal": 22.0,
    "price_total": 23.1,
}


@pytest.fixture
def sides() -> Sides:
    """One order that is right on both sides."""
    return Sides(
        source={ORDER: copy.deepcopy(SOURCE)},
        bound={ORDER: [11]},
        sales={11: dict(SALE)},
        lines={11: {LINE: dict(SALE_LINE)}},
        ledger={ORDER: ["done"]},
    )


def drop(sides: Sides) -> None:
    """Odoo has no sale order of it."""
    sides.bound.clear()
    sides.sales.clear()


def stand_in_exception(sides: Sides, category: str = "product") -> None:
    """An open exception is about it."""
    sides.open[ORDER] = [{"category": category, "cause": "No product with the SKU X."}]


def test_nothing_is_wrong_with_an_order_that_is_right(sides):
    assert compare_orders.lost(sides) == []
    assert compare_orders.duplicated(sides) == []
    assert compare_orders.off_by_a_cent(sides) == []
    assert compare_orders.without_cause(sides) == []


def test_order_that_is_nowhere_is_lost(sides):
    drop(sides)
    assert len(compare_orders.lost(sides)) == 1
    assert len(compare_orders.without_cause(sides)) == 1


def test_order_in_exception_is_not_lost(sides):
    drop(sides)
    stand_in_exception(sides)
    assert compare_orders.lost(sides) == []
    assert compare_orders.in_exception(sides) == [ORDER]
    assert compare_orders.without_cause(sides) == []


def test_exception_without_words_is_no_cause(sides):
    drop(sides)
    sides.open[ORDER] = [{"category": "product", "cause": " "}]
    assert len(compare_orders.without_cause(sides)) == 1


def test_order_that_was_over_is_left_out_only_if_the_shop_says_so(sides):
    drop(sides)
    sides.source[ORDER]["cancelled_at"] = "2026-11-01T10:00:00Z"
    assert compare_orders.left_out(sides) == [ORDER]
    assert compare_orders.lost(sides) == []
    sides.ledger[ORDER] = ["done", "pending"]
    assert compare_orders.left_out(sides) == []
    assert len(compare_orders.lost(sides)) == 1


def test_held_order_needs_an_exception(sides):
    sides.sales[11].update(state="draft", integration_hold="fraud")
    assert len(compare_orders.without_cause(sides)) == 1
    stand_in_exception(sides, "fraud")
    assert compare_orders.without_cause(sides) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda sides: sides.bound[ORDER].append(12),
        lambda sides: sides.sales.update({12: {**SALE, "id": 12, "integration_external_id": "x"}}),
    ],
    ids=["two links", "same number, no link"],
)
def test_second_sale_order_is_a_duplicate(sides, plant: Callable):
    plant(sides)
    assert compare_orders.duplicated(sides)


@pytest.mark.parametrize(
    ("record", "values"),
    [
        ("sale", {"amount_total": 23.11}),
        ("sale", {"amount_tax": 1.09}),
        ("sale", {"currency_id": [2, "EUR"]}),
        ("line", {"price_subtotal": 21.99}),
        ("line", {"price_total": 23.09}),
        ("line", {"product_uom_qty": 3.0}),
    ],
)
def test_one_cent_or_unit_is_noticed(sides, record, values):
    target = sides.sales[11] if record == "sale" else sides.lines[11][LINE]
    target.update(values)
    assert len(compare_orders.off_by_a_cent(sides)) == 1
    stand_in_exception(sides, "product")
    assert len(compare_orders.off_by_a_cent(sides)) == 1, "another exception excuses nothing"
    stand_in_exception(sides, "change")
    assert compare_orders.off_by_a_cent(sides) == []


def test_included_taxes_are_taken_out_of_the_line(sides):
    sides.source[ORDER]["taxes_included"] = True
    sides.lines[11][LINE].update(price_subtotal=20.9, price_total=22.0)
    assert compare_orders.off_by_a_cent(sides) == []


def test_missing_line_is_noticed(sides):
    sides.lines[11].clear()
    assert len(compare_orders.off_by_a_cent(sides)) == 1


class Records:
    """An Odoo of fixed answers."""

    def __init__(self, **answers):
        self.answers = answers

    def rows(self, model, domain, fields, **options):
        """What was laid out for the model."""
        return self.answers.get(model.replace(".", "_"), [])


def deliveries(units: float, number: str = "1Z") -> Records:
    """Validated deliveries of so many units."""
    move = {
        "sale_line_id": [21, ""],
        "quantity": units,
        "location_usage": "internal",
        "location_dest_usage": "customer",
    }
    picking = {"sale_id": [11, ""], "carrier_tracking_ref": number}
    return Records(stock_move=[move] if units else [], stock_picking=[picking])


@pytest.mark.parametrize(("units", "missing", "doubled"), [(2, 0, 0), (3, 1, 0), (1, 0, 1), (0, 0, 1)])
def test_fulfilments_are_counted_by_line(sides, units, missing, doubled):
    world = SimpleNamespace(odoo=deliveries(units), backend_id=1)
    found = read_fulfilments(world, sides, before=())
    assert (len(found.missing()), len(found.doubled())) == (missing, doubled)
    assert found.untracked() == []


def test_fulfilment_of_the_merchant_is_not_odoos(sides):
    world = SimpleNamespace(odoo=deliveries(0), backend_id=1)
    found = read_fulfilments(world, sides, before={"f1"})
    assert (found.missing(), found.doubled()) == ([], [])


def test_tracking_number_that_the_shop_does_not_show_is_noticed(sides):
    world = SimpleNamespace(odoo=deliveries(2, "1Z, 2Z"), backend_id=1)
    assert read_fulfilments(world, sides, before=()).untracked() == [f"{ORDER}: 2Z"]


def stock_world(offered=8, published=8, quantity=10.0, reserved=2.0, promised=0.0):
    """One product in one warehouse."""
    place = {"name": "Reno", "view_location_id": [9, ""], "id": 4}
    level = {
        "product_id": [5, "Lamp"],
        "warehouse_id": [4, ""],
        "published": published,
        "published_version": 1,
    }
    quant = {"product_id": [5, "Lamp"], "quantity": quantity, "reserved_quantity": reserved}
    move = {"product_id": [5, "Lamp"], "product_qty": promised, "quantity": 0.0}
    records = Records(integration_stock_level=[level], stock_quant=[quant], stock_move=[move] if promised else [])
    row = {"inventory_item_id": "i", "location_id": "l", "available": offered}
    return SimpleNamespace(
        odoo=records,
        shop=SimpleNamespace(get=lambda path: {"levels": [row]}),
        backend_id=1,
        warehouses={"l": place},
        products={"SKU": 5},
        stocked=[{"sku": "SKU", "inventory_item_id": "i"}],
    )


def test_stock_agrees_when_all_three_figures_are_one():
    assert compare_stock.stock_mismatches(stock_world()) == []


@pytest.mark.parametrize("values", [{"offered": 9}, {"published": 7}, {"quantity": 11.0}, {"promised": 1.0}])
def test_stock_figure_that_differs_is_noticed(values):
    assert len(compare_stock.stock_mismatches(stock_world(**values))) == 1


def test_delivery_that_waits_beside_free_stock_is_noticed():
    assert len(compare_stock.unreserved_deliveries(stock_world(promised=1.0))) == 1
    assert compare_stock.unreserved_deliveries(stock_world(promised=1.0, reserved=10.0)) == []


def test_more_reserved_than_there_is_noticed():
    assert len(compare_stock.overreserved(stock_world(reserved=11.0))) == 1
    assert compare_stock.overreserved(stock_world()) == []


def test_what_another_user_has_made_is_told():
    rows = [
        {"display_name": "#1001", "create_uid": [7, "Hub Goods (connector)"]},
        {"display_name": "#1002", "create_uid": [1, "System"]},
    ]
    assert compare_users.by_others(rows, "order", 7) == ["the order #1002 was made by System"]
