"""Rules of fulfilment orders in the local Shopify."""

from __future__ import annotations

import pytest
from sandbox_client import Client

from sandbox.shopify.server import Sandbox


@pytest.fixture(scope="module")
def client():
    with Sandbox() as sandbox:
        yield Client(sandbox)


def _create(client, *groups, **extra):
    """fulfillmentCreate with (fulfilment order, [(line, quantity)] or None)."""
    rows = []
    for fo, lines in groups:
        row = {"fulfillmentOrderId": fo["id"]}
        if lines is not None:
            row["fulfillmentOrderLineItems"] = [{"id": key, "quantity": count} for key, count in lines]
        rows.append(row)
    data = {"lineItemsByFulfillmentOrder": rows, **extra}
    answer = client.data("fulfillment_create", fulfillment=data)["fulfillmentCreate"]
    return answer["fulfillment"], [error["message"] for error in answer["userErrors"]]


def test_one_fulfilment_order_for_each_place(client):
    order = client.place("multi_location")
    places = [fo["location_id"] for fo in order["fulfillment_orders"]]
    assert len(places) == len(set(places)) > 1
    lines = [row["line_id"] for fo in order["fulfillment_orders"] for row in fo["lines"]]
    assert sorted(lines) == sorted(line["id"] for line in order["lines"])


def test_fulfilments_of_two_places_are_refused(client):
    order = client.place("multi_location")
    done, messages = _create(client, *((fo, None) for fo in order["fulfillment_orders"][:2]))
    assert done is None
    assert messages == ["All fulfillment orders must be assigned to a single location."]
    assert client.order(order["name"])["fulfillments"] == []


def test_fulfilments_of_two_orders_are_refused(client):
    first, second = client.place(seed=1), client.place(seed=1)
    _done, messages = _create(client, *((order["fulfillment_orders"][0], None) for order in (first, second)))
    assert messages == ["All fulfillment orders must belong to the same order."]


def test_whole_order_by_place(client):
    order = client.place("multi_location")
    for fo in order["fulfillment_orders"]:
        done, messages = _create(client, (fo, None), trackingInfo={"numbers": ["A", "B"], "company": "DHL"})
        assert messages == []
        assert [row["number"] for row in done["trackingInfo"]] == ["A", "B"]
        assert done["location"]["id"] == fo["location_id"]
    after = client.order(order["name"])
    assert after["fulfillment_status"] == "FULFILLED"
    assert {fo["status"] for fo in after["fulfillment_orders"]} == {"CLOSED"}


def test_partial_then_rest_then_nothing(client):
    order = client.place("same_variant_twice")
    fo = order["fulfillment_orders"][0]
    first, second = fo["lines"]
    _create(client, (fo, [(first["id"], 1)]))
    after = client.order(order["name"])
    assert after["fulfillment_status"] == "PARTIALLY_FULFILLED"
    assert after["fulfillment_orders"][0]["status"] == "IN_PROGRESS"
    assert [row["remaining"] for row in after["fulfillment_orders"][0]["lines"]] == [1, 1]
    shipped = {line["id"]: line["fulfilled_quantity"] for line in after["lines"]}
    assert shipped == {first["line_id"]: 1, second["line_id"]: 0}
    assert _create(client, (fo, None))[1] == []
    assert "unfulfillable status" in _create(client, (fo, None))[1][0]


def test_more_than_remains_is_refused(client):
    order = client.place("same_variant_twice")
    fo = order["fulfillment_orders"][0]
    key = fo["lines"][0]["id"]
    for lines in ([(key, 3)], [(key, 1), (key, 2)], [(key, 0)]):
        done, messages = _create(client, (fo, lines))
        assert done is None
        assert messages == ["Invalid fulfillment order line item quantity requested."]
    assert _create(client, (fo, [("gid://shopify/FulfillmentOrderLineItem/1", 1)]))[1]


def test_repeat_makes_a_second_fulfilment(client):
    """There is no idempotency key here: the client has to look before it repeats."""
    order = client.place("same_variant_twice")
    fo = order["fulfillment_orders"][0]
    for _try in range(2):
        assert _create(client, (fo, [(fo["lines"][0]["id"], 1)]))[1] == []
    assert len(client.order(order["name"])["fulfillments"]) == 2


def test_hold_and_release(client):
    order = client.place("on_hold")
    fo = order["fulfillment_orders"][0]
    assert (fo["status"], fo["holds"]) == ("ON_HOLD", ["INCORRECT_ADDRESS"])
    assert "CREATE_FULFILLMENT" not in fo["actions"]
    assert "unfulfillable status= on_hold" in _create(client, (fo, None))[1][0]
    after = client.oracle(f"fulfillment-orders/{fo['id'].rpartition('/')[2]}/release", {})
    assert after["fulfillment_orders"][0]["status"] == "OPEN"
    assert _create(client, (fo, None))[1] == []


def test_move_takes_the_stock_promise_along(client):
    order = client.place(seed=4)
    fo = order["fulfillment_orders"][0]
    target = next(name for name in client.places() if name != fo["location"])
    sku, count = order["lines"][0]["sku"], order["lines"][0]["quantity"]
    before = client.level(sku, target)["committed"]
    after = client.oracle(f"fulfillment-orders/{fo['id'].rpartition('/')[2]}/move", {"location": target})
    assert after["fulfillment_orders"][0]["location"] == target
    assert client.level(sku, target)["committed"] == before + count


def test_split_leaves_two_at_one_place(client):
    order = client.place("same_variant_twice")
    fo = order["fulfillment_orders"][0]
    after = client.oracle(f"fulfillment-orders/{fo['id'].rpartition('/')[2]}/split", {"lines": [[0, 1]]})
    both = after["fulfillment_orders"]
    assert [[row["remaining"] for row in one["lines"]] for one in both] == [[1, 1], [1]]
    done, messages = _create(client, *((one, None) for one in both))
    assert messages == []
    assert client.order(order["name"])["fulfillment_status"] == "FULFILLED"
    assert done["status"] == "SUCCESS"


def test_cancelled_order_cannot_be_fulfilled(client):
    order = client.place()
    client.oracle(f"orders/{order['number']}/cancel", {})
    assert "unfulfillable status= cancelled" in _create(client, (order["fulfillment_orders"][0], None))[1][0]


def test_shipped_order_cannot_be_cancelled(client):
    order = client.place("partially_fulfilled")
    answer = client.data("order_cancel", orderId=order["id"], reason="CUSTOMER", restock=True)["orderCancel"]
    assert answer["orderCancelUserErrors"][0]["code"] == "INVALID"
    assert client.order(order["name"])["cancelled_at"] is None


def test_second_cancellation_is_refused(client):
    order = client.place()
    values = {"orderId": order["id"], "reason": "CUSTOMER", "restock": True}
    assert client.data("order_cancel", **values)["orderCancel"]["orderCancelUserErrors"] == []
    again = client.data("order_cancel", **values)["orderCancel"]
    assert again["orderCancelUserErrors"][0]["message"] == "Order has already been cancelled"


def test_slow_cancellation_job(client):
    client.oracle("settings", {"job_seconds": 0.3}, method="PATCH")
    try:
        order = client.place()
        answer = client.data("order_cancel", orderId=order["id"], reason="CUSTOMER", restock=True)
        job = answer["orderCancel"]["job"]
        assert job["done"] is False
        assert client.data("order_state", id=order["id"])["order"]["cancelledAt"] is None
        client.oracle("wait", timeout=5)
        assert client.data("order_state", id=order["id"])["order"]["cancelledAt"]
        assert client.data("query($id: ID!) { job(id: $id) { done } }", id=job["id"])["job"]["done"]
    finally:
        client.oracle("settings", {"job_seconds": 0.0}, method="PATCH")


def test_refund_of_unshipped_units_shrinks_the_work(client):
    order = client.place("partially_refunded")
    first = order["lines"][0]
    rows = {row["line_id"]: row["remaining"] for fo in order["fulfillment_orders"] for row in fo["lines"]}
    assert (first["quantity"], first["current_quantity"], rows[first["id"]]) == (3, 2, 2)


def test_edit_adds_work(client):
    order = client.place("edited")
    rows = {row["line_id"]: row["remaining"] for fo in order["fulfillment_orders"] for row in fo["lines"]}
    assert [rows[line["id"]] for line in order["lines"]] == [3, 1]
    assert [line["current_quantity"] for line in order["lines"]] == [3, 1]


def test_deleted_order_leaves_nothing(client):
    order = client.place()
    client.oracle(f"orders/{order['number']}/delete", {})
    assert client.data("order_state", id=order["id"]) == {"order": None}
    keys = [fo["order_id"] for fo in client.oracle("fulfillment-orders")["fulfillment_orders"]]
    assert order["id"] not in keys
