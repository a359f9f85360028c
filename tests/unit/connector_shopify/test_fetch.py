"""Notifications completed into whole states, many a call, one bad one alone."""

from __future__ import annotations

import json

import pytest

from addons.connector_base.lib.errors import DataError, RateLimitedError, TransientError
from addons.connector_shopify.lib import const
from addons.connector_shopify.lib.decode import decode
from addons.connector_shopify.lib.fetch import fetch

from .builders import OrderBuilder
from .fakes import FakeShop, page


def notice(identifier):
    return json.dumps({"id": int(identifier.rsplit("/", 1)[1])}).encode()


class Orders:
    """A shop that holds built orders, and pages them as Shopify does."""

    def __init__(self, *builders, sales=50):
        self.builders = {builder.id: builder for builder in builders}
        self.sales = sales
        self.shop = FakeShop(
            OrdersById=self.by_id,
            OrderLines=self.more_lines,
            OrderSales=self.ledger,
            OrderSalesPage=self.more_ledger,
        )

    def by_id(self, variables):
        return {"nodes": [self._order(key, variables["lines"]) for key in variables["ids"]]}

    def _order(self, key, first):
        if key not in self.builders:
            return None
        order = self.builders[key].build()
        lines = order["lineItems"]["nodes"]
        cursor = str(first) if len(lines) > first else None
        return order | {"lineItems": page(lines[:first], cursor)}

    def more_lines(self, variables):
        order = self.builders[variables["id"]].build()
        start = int(variables["after"])
        end = start + variables["first"]
        lines = order["lineItems"]["nodes"]
        found = page(lines[start:end], str(end) if len(lines) > end else None)
        return {"order": {"id": order["id"], "updatedAt": order["updatedAt"], "lineItems": found}}

    def ledger(self, variables):
        return {"nodes": [self._ledger(key, variables, None, None) for key in variables["ids"]]}

    def more_ledger(self, variables):
        after, sale = variables["afterAgreement"], variables["afterSale"]
        return {"order": self._ledger(variables["id"], variables, after, sale)}

    def _ledger(self, key, variables, after, after_sale):
        builder = self.builders[key]
        if not hasattr(builder, "kept"):
            builder.kept = builder.agreements()
        start = int(after) + 1 if after is not None else 0
        end = start + variables["agreements"]
        edges = []
        for index, agreement in list(enumerate(builder.kept))[start:end]:
            begin, size = int(after_sale or 0), min(variables["sales"], self.sales)
            sales, stop = agreement["sales"], begin + size
            more = str(stop) if len(sales) > stop else None
            edges.append(
                {
                    "cursor": str(index),
                    "node": agreement | {"sales": page(sales[begin:stop], more)},
                }
            )
        info = {"hasNextPage": end < len(builder.kept), "endCursor": str(end - 1)}
        return {
            "id": key,
            "updatedAt": builder.build()["updatedAt"],
            "agreements": {"pageInfo": info, "edges": edges},
        }

    def fetch(self):
        """All orders at once, each decoded."""
        raws = {index: notice(key) for index, key in enumerate(self.builders)}
        packed = fetch(self.shop.client(), "order.in", raws)
        return [decode("order.in", packed[index])[0] for index in raws]


def plain(**fields):
    builder = OrderBuilder(**fields)
    builder.line(1000)
    return builder


def edited():
    builder = OrderBuilder()
    builder.line(1000, 3, discount=100)
    builder.remove(0, 1, "ORDER_EDIT")
    return builder


def test_many_orders_come_in_few_calls():
    orders = Orders(*(plain() for _order in range(25)))
    assert len(orders.fetch()) == 25
    assert [len(call["ids"]) for call in orders.shop.named("OrdersById")] == [10, 10, 5]
    assert not orders.shop.named("OrderSales")


def test_notifications_of_the_same_order_cost_one_read():
    builder = plain()
    orders = Orders(builder)
    raws = dict.fromkeys(range(5), notice(builder.id))
    packed = fetch(orders.shop.client(), "order.in", raws)
    assert len(set(packed.values())) == 1
    assert orders.shop.named("OrdersById") == [{"ids": [builder.id], "lines": 50}]


def test_three_hundred_lines_are_read_to_the_last():
    builder = OrderBuilder()
    for _line in range(300):
        builder.line(100)
    orders = Orders(builder)
    (order,) = orders.fetch()
    assert len(order.lines) == 300
    assert len({line.external_id for line in order.lines}) == 300
    assert len(orders.shop.named("OrderLines")) == 1


def test_seven_hundred_lines_take_three_more_pages():
    builder = OrderBuilder()
    for _line in range(700):
        builder.line(100)
    orders = Orders(builder)
    assert len(orders.fetch()[0].lines) == 700
    assert [call["after"] for call in orders.shop.named("OrderLines")] == ["50", "300", "550"]


def test_the_ledger_is_read_for_orders_that_need_it_only():
    orders = Orders(plain(), edited(), plain(), edited())
    found = orders.fetch()
    assert [line.quantity for order in found for line in order.lines] == [1, 2, 1, 2]
    (call,) = orders.shop.named("OrderSales")
    assert len(call["ids"]) == 2


def test_a_long_ledger_is_read_to_the_last_sale():
    builder = OrderBuilder()
    for _line in range(120):
        builder.line(1000, 2)
    for index in range(8):
        builder.remove(index, 1, "ORDER_EDIT" if index % 2 else "REFUND")
    orders = Orders(builder, sales=50)
    (order,) = orders.fetch()
    assert order.totals.lines == sum(line.net_amount for line in order.lines)
    assert order.totals.tax == sum(tax.amount for line in order.lines for tax in line.taxes)
    assert len(builder.kept) == 9
    assert orders.shop.named("OrderSalesPage")


def test_what_shopify_no_longer_has_is_none():
    orders = Orders(plain())
    raws = {1: notice("gid://shopify/Order/999999"), 2: notice(next(iter(orders.builders)))}
    packed = fetch(orders.shop.client(), "order.in", raws)
    assert packed[1] is None
    assert packed[2]


@pytest.mark.parametrize("bad", [b"{", b"[]", b"{}", b"\xff"])
def test_a_bad_notification_does_not_stop_its_neighbours(bad):
    orders = Orders(plain())
    raws = {1: bad, 2: notice(next(iter(orders.builders)))}
    packed = fetch(orders.shop.client(), "order.in", raws)
    assert packed[1] == bad
    assert decode("order.in", packed[2])
    with pytest.raises(DataError):
        decode("order.in", packed[1])


def test_nothing_but_bad_notifications_costs_no_call():
    orders = Orders()
    assert fetch(orders.shop.client(), "order.in", {1: b"{"}) == {1: b"{"}
    assert not orders.shop.calls


def test_one_unreadable_order_does_not_stop_its_neighbours():
    orders = Orders(plain(), plain())
    whole = orders.by_id

    def with_trouble(variables):
        data = whole(variables)
        data["nodes"][0] = None
        error = {
            "message": "internal",
            "path": ["nodes", 0],
            "extensions": {"code": "INTERNAL_SERVER_ERROR"},
        }
        return {"data": data, "errors": [error]}

    orders.shop.answers["OrdersById"] = with_trouble
    raws = {index: notice(key) for index, key in enumerate(orders.builders)}
    packed = fetch(orders.shop.client(), "order.in", raws)
    with pytest.raises(TransientError):
        decode("order.in", packed[0])
    assert decode("order.in", packed[1])


def test_an_order_that_changes_between_two_calls_is_read_again():
    builder = edited()
    orders = Orders(builder)
    times = iter(["2026-11-01T10:00:00Z", "2026-11-01T11:00:00Z"])
    whole = orders.ledger

    def change_once(variables):
        later = next(times, None)
        if later:
            builder.fields["updatedAt"] = later
        return whole(variables)

    orders.shop.answers["OrderSales"] = change_once
    (order,) = orders.fetch()
    assert order.version.hour == 11
    assert len(orders.shop.named("OrdersById")) == 3


def test_an_order_that_never_rests_is_left_for_later():
    builder = edited()
    orders = Orders(builder)
    count = iter(range(60))
    whole = orders.ledger

    def change(variables):
        builder.fields["updatedAt"] = f"2026-11-01T10:00:{next(count):02d}Z"
        return whole(variables)

    orders.shop.answers["OrderSales"] = change
    with pytest.raises(TransientError, match="keeps changing"):
        orders.fetch()


def test_lines_of_another_state_are_not_mixed_in():
    builder = OrderBuilder()
    for _line in range(60):
        builder.line(100)
    orders = Orders(builder)
    whole = orders.more_lines
    states = iter([{"updatedAt": "2026-11-09T00:00:00Z"}])

    def change_once(variables):
        data = whole(variables)
        data["order"] |= next(states, {})
        return data

    orders.shop.answers["OrderLines"] = change_once
    assert len(orders.fetch()[0].lines) == 60
    assert len(orders.shop.named("OrdersById")) == 2


def test_a_query_that_costs_too_much_is_halved():
    orders = Orders(*(plain() for _order in range(10)))
    whole = orders.by_id

    def refuse_many(variables):
        if len(variables["ids"]) > 3:
            error = {"message": "too much", "extensions": {"code": "MAX_COST_EXCEEDED"}}
            return {"errors": [error]}
        return whole(variables)

    orders.shop.answers["OrdersById"] = refuse_many
    assert len(orders.fetch()) == 10
    assert [len(call["ids"]) for call in orders.shop.named("OrdersById")] == [
        10, 5, 2, 3, 5, 2, 3,
    ]  # fmt: skip


def test_throttling_stops_the_batch_as_a_whole():
    orders = Orders(plain())
    orders.shop.answers["OrdersById"] = lambda variables: {
        "errors": [{"message": "slow", "extensions": {"code": "THROTTLED"}}]
    }
    with pytest.raises(RateLimitedError):
        orders.fetch()


def test_products_come_with_all_their_variants():
    def variant(number):
        return {
            "id": f"gid://shopify/ProductVariant/{number}",
            "title": "x",
            "displayName": "x",
            "product": {"title": "Ball", "status": "ACTIVE"},
        }

    shop = FakeShop(
        ProductsById=lambda variables: {
            "nodes": [
                {"id": key, "updatedAt": "now", "descriptionHtml": "<p>Round</p>", "variants": page([variant(1)], "c1")}
                for key in variables["ids"]
            ]
        },
        ProductVariants=lambda variables: {"product": {"variants": page([variant(2), variant(3)])}},
    )
    packed = fetch(shop.client(), const.PRODUCT_IN, {7: b'{"id": 5}'})
    documents = decode(const.PRODUCT_IN, packed[7])
    assert [one.description for one in documents] == ["<p>Round</p>"] * 3
    (call,) = shop.named("ProductVariants")
    assert (call["id"], call["after"]) == ("gid://shopify/Product/5", "c1")


def test_flows_without_a_state_pass_as_they_are():
    raws = {1: b'{"shop_id": 2}'}
    assert fetch(FakeShop().client(), const.PRIVACY_IN, raws) == raws


def test_a_product_that_goes_between_two_pages_is_tried_again_alone():
    def answer(variables):
        nodes = [{"id": key, "variants": page([], "c1" if key.endswith("/5") else None)} for key in variables["ids"]]
        return {"nodes": nodes}

    shop = FakeShop(ProductsById=answer, ProductVariants=lambda variables: {"product": None})
    packed = fetch(shop.client(), const.PRODUCT_IN, {1: b'{"id": 5}', 2: b'{"id": 6}'})
    assert decode(const.PRODUCT_IN, packed[2]) == []
    with pytest.raises(TransientError):
        decode(const.PRODUCT_IN, packed[1])


def test_an_amount_that_cannot_be_read_is_the_fault_of_its_order_alone():
    bad = plain(currentTotalPriceSet={"shopMoney": {"amount": "much"}})
    orders = Orders(bad, plain())
    raws = {index: notice(key) for index, key in enumerate(orders.builders)}
    packed = fetch(orders.shop.client(), "order.in", raws)
    assert decode("order.in", packed[1])
    with pytest.raises(DataError, match="not a number"):
        decode("order.in", packed[0])
