"""Shipments out: matched on line id, split by place, never twice, never clipped."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from addons.connector_base.lib.errors import (
    AmbiguousError,
    ConflictError,
    DataError,
)
from addons.connector_oms.lib.documents import Package, Shipment, ShipmentLine, Tracking

from .fakes import NOW, FakeShop, page

ORDER = "gid://shopify/Order/1"
BERLIN = "gid://shopify/Location/10"
PARIS = "gid://shopify/Location/20"
A, B = "gid://shopify/LineItem/100", "gid://shopify/LineItem/200"


def fo(number, place=BERLIN, lines=((A, 2),), status="OPEN", can=True, **fields):
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": status,
        "requestStatus": "UNSUBMITTED",
        "assignedLocation": {"name": "Somewhere", "location": {"id": place}},
        "supportedActions": [{"action": "CREATE_FULFILLMENT"}] if can else [],
        "fulfillmentHolds": [],
        "lineItems": page(
            [
                {
                    "id": f"gid://shopify/FulfillmentOrderLineItem/{number}{index}",
                    "totalQuantity": units,
                    "remainingQuantity": units,
                    "lineItem": {"id": line},
                }
                for index, (line, units) in enumerate(lines)
            ]
        ),
    } | fields


def done(number, lines=((A, 2),), place=BERLIN, numbers=("T1",), status="SUCCESS", at=NOW):
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "name": f"#1-F{number}",
        "status": status,
        "createdAt": at.isoformat(),
        "location": {"id": place},
        "trackingInfo": [{"number": number} for number in numbers],
        "fulfillmentLineItems": page([{"lineItem": {"id": line}, "quantity": units} for line, units in lines]),
    }


def shop(orders, shipped=(), cancelled=None, created=None):
    def fulfillment_orders(variables):
        value = {"id": ORDER, "name": "#1", "cancelledAt": cancelled}
        return {"order": value | {"fulfillmentOrders": page(list(orders))}}

    return FakeShop(
        FulfillmentOrders=fulfillment_orders,
        Fulfillments=lambda variables: {"order": {"id": ORDER, "fulfillments": list(shipped)}},
        FulfillmentCreate=lambda variables: (
            created if isinstance(created, Exception) else {"fulfillmentCreate": created}
        ),
    )


def shipment(lines=((A, 2),), packages=None, **fields):
    if packages is None:
        packages = [Package(reference="P1", tracking=Tracking(number="T1", carrier="UPS"))]
    values = {
        "reference": "WH/OUT/1",
        "order_id": ORDER,
        "location_id": BERLIN,
        "shipped_at": NOW,
        "lines": [ShipmentLine(line_id=line, quantity=units) for line, units in lines],
        "packages": packages,
    }
    return Shipment(**values | fields)


def prepare(orders, document=None, shipped=(), **fields):
    fake = shop(orders, shipped, **fields)
    return fake.adapter().prepare("shipment.out", document or shipment())


def variables(call):
    return json.loads(call.body)["variables"]["fulfillment"]


def takes(call):
    return {
        entry["fulfillmentOrderId"].rsplit("/", 1)[1]: [
            (item["id"].rsplit("/", 1)[1], item["quantity"]) for item in entry["fulfillmentOrderLineItems"]
        ]
        for entry in variables(call)["lineItemsByFulfillmentOrder"]
    }


def test_a_whole_shipment_is_one_call():
    (call,) = prepare([fo(1)])
    assert (call.key, call.operation) == ("WH/OUT/1:10", "fulfillment_create")
    assert takes(call) == {"1": [("10", 2)]}
    assert variables(call)["trackingInfo"] == {"numbers": ["T1"], "company": "UPS"}
    assert variables(call)["notifyCustomer"] is False


def test_a_partial_shipment_takes_its_units_only():
    (call,) = prepare([fo(1, lines=((A, 5), (B, 1)))], shipment(((A, 2),)))
    assert takes(call) == {"1": [("10", 2)]}


def test_lines_are_matched_by_id_also_where_a_variant_stands_twice():
    (call,) = prepare([fo(1, lines=((A, 2), (B, 2)))], shipment(((B, 1),)))
    assert takes(call) == {"1": [("11", 1)]}


def test_a_line_that_stands_twice_in_the_shipment_is_added_up():
    (call,) = prepare([fo(1, lines=((A, 2),))], shipment(((A, 1), (A, 1))))
    assert takes(call) == {"1": [("10", 2)]}


def test_two_fulfilment_orders_of_one_place_are_one_call():
    (call,) = prepare([fo(1, lines=((A, 1),)), fo(2, lines=((A, 1),))])
    assert takes(call) == {"1": [("10", 1)], "2": [("20", 1)]}


def test_places_are_calls_of_their_own_with_their_own_packages():
    packages = [
        Package(
            reference="P1",
            tracking=Tracking(number="T1"),
            lines=[ShipmentLine(line_id=A, quantity=2)],
        ),
        Package(
            reference="P2",
            tracking=Tracking(number="T2"),
            lines=[ShipmentLine(line_id=B, quantity=1)],
        ),
    ]
    orders = [fo(1, BERLIN, ((A, 2),)), fo(2, PARIS, ((B, 1),))]
    first, second = prepare(orders, shipment(((A, 2), (B, 1)), packages))
    assert (first.key, second.key) == ("WH/OUT/1:10", "WH/OUT/1:20")
    assert (takes(first), takes(second)) == ({"1": [("10", 2)]}, {"2": [("20", 1)]})
    assert variables(first)["trackingInfo"]["numbers"] == ["T1"]
    assert variables(second)["trackingInfo"]["numbers"] == ["T2"]


def test_the_own_place_goes_first():
    orders = [fo(1, PARIS, ((A, 2),)), fo(2, BERLIN, ((A, 1),))]
    first, second = prepare(orders)
    assert (takes(first), takes(second)) == ({"2": [("20", 1)]}, {"1": [("10", 1)]})


def test_an_order_that_waits_elsewhere_is_fulfilled_there():
    (call,) = prepare([fo(1, PARIS)])
    assert call.key == "WH/OUT/1:20"
    assert call.meta["location_id"] == PARIS


def test_carriers_that_differ_are_left_to_shopify():
    packages = [
        Package(reference="P1", tracking=Tracking(number="T1", carrier="UPS", url="https://u/1")),
        Package(reference="P2", tracking=Tracking(number="T2", carrier="DHL", url="https://d/2")),
        Package(reference="P3"),
    ]
    (call,) = prepare([fo(1)], shipment(packages=packages))
    assert variables(call)["trackingInfo"] == {
        "numbers": ["T1", "T2"],
        "urls": ["https://u/1", "https://d/2"],
    }


def test_urls_are_given_for_all_numbers_or_none():
    packages = [
        Package(reference="P1", tracking=Tracking(number="T1", url="https://u/1")),
        Package(reference="P2", tracking=Tracking(number="T2")),
    ]
    (call,) = prepare([fo(1)], shipment(packages=packages))
    assert variables(call)["trackingInfo"] == {"numbers": ["T1", "T2"]}


def test_without_packages_there_is_no_tracking():
    (call,) = prepare([fo(1)], shipment(packages=[]))
    assert "trackingInfo" not in variables(call)


HOLD = {"reasonNotes": "", "displayReason": "Awaiting payment", "reason": "AWAITING_PAYMENT"}


@pytest.mark.parametrize(
    ("orders", "shipped", "cancelled", "reason", "words"),
    [
        (
            [fo(1, status="ON_HOLD", can=False, fulfillmentHolds=[HOLD])],
            [],
            None,
            "hold",
            "Awaiting",
        ),
        ([fo(1, status="SCHEDULED", can=False)], [], None, "scheduled", "later date"),
        ([fo(1, status="CANCELLED", can=False)], [], None, "cancelled", "is cancelled"),
        ([fo(1)], [], "2026-11-01T00:00:00Z", None, None),
        ([fo(1, lines=((A, 0),))], [], "2026-11-01T00:00:00Z", "cancelled", "order is cancelled"),
        ([fo(1, can=False, requestStatus="SUBMITTED")], [], None, "moved", "Somewhere"),
        ([fo(1, can=False)], [], None, "refused", "does not allow"),
        ([fo(1, lines=((A, 0),))], [done(1, numbers=())], None, "fulfilled", "#1-F1"),
        ([fo(1, lines=((B, 2),))], [], None, "removed", "removed"),
        ([], [], None, "removed", "removed"),
    ],
)
def test_what_cannot_be_fulfilled_says_why(orders, shipped, cancelled, reason, words):
    if reason is None:
        assert prepare(orders, shipped=shipped, cancelled=cancelled)
        return
    with pytest.raises(DataError, match=words) as caught:
        prepare(orders, shipment(packages=[]), shipped=shipped, cancelled=cancelled)
    assert caught.value.category == "fulfilment"
    (line,) = caught.value.params["lines"]
    assert (line["line_id"], line["reason"]) == (A, reason)
    assert (line["wanted"], line["possible"]) == (2, 0)


def test_too_many_units_are_refused_and_not_clipped():
    with pytest.raises(DataError) as caught:
        prepare([fo(1, lines=((A, 2),))], shipment(((A, 3),)))
    (line,) = caught.value.params["lines"]
    assert (line["wanted"], line["possible"]) == (3, 2)


def test_half_a_unit_is_refused():
    with pytest.raises(DataError, match="whole units"):
        prepare([fo(1)], shipment(((A, Decimal("0.5")),)))


def test_what_is_there_under_our_tracking_number_is_not_sent_again():
    assert prepare([fo(1, lines=((A, 0),), status="CLOSED", can=False)], shipped=[done(1)]) == []


def test_the_part_that_is_there_already_is_left_out():
    orders = [fo(1, BERLIN, ((A, 0),), can=False), fo(2, PARIS, ((B, 1),))]
    (call,) = prepare(orders, shipment(((A, 2), (B, 1))), shipped=[done(1)])
    assert takes(call) == {"2": [("20", 1)]}


def test_the_same_lines_under_another_number_are_not_ours():
    closed = [fo(1, lines=((A, 0),), status="CLOSED", can=False)]
    with pytest.raises(DataError, match="shipped already"):
        prepare(closed, shipped=[done(1, numbers=("OTHER",))])
    with pytest.raises(DataError, match="removed"):
        prepare(closed, shipped=[done(1, status="CANCELLED")])


def test_an_order_shopify_does_not_know():
    fake = FakeShop(FulfillmentOrders=lambda variables: {"order": None})
    with pytest.raises(DataError):
        fake.adapter().prepare("shipment.out", shipment())


def test_long_fulfilment_orders_are_read_to_the_last_line():
    entry = fo(1, lines=((B, 1),))
    entry["lineItems"]["pageInfo"] = {"hasNextPage": True, "endCursor": "c1"}
    fake = shop([entry])
    rest = fo(1, lines=((B, 1), (A, 2)))["lineItems"]["nodes"][1:]
    fake.answers["FulfillmentOrderLines"] = lambda variables: {"fulfillmentOrder": {"lineItems": page(rest)}}
    (call,) = fake.adapter().prepare("shipment.out", shipment())
    assert takes(call) == {"1": [("11", 2)]}


def test_sending_gives_the_fulfilments_id():
    fake = shop([fo(1)], created={"fulfillment": done(5), "userErrors": []})
    adapter = fake.adapter()
    (call,) = adapter.prepare("shipment.out", shipment())
    result = adapter.send(call)
    assert result.external_id == "gid://shopify/Fulfillment/5"
    assert result.data["name"] == "#1-F5"
    assert fake.http.requests[-1]["body"] == call.body
    assert fake.http.requests[-1]["safe"] is False


def test_a_refusal_means_prepare_again():
    created = {"fulfillment": None, "userErrors": [{"field": [], "message": "is not open"}]}
    adapter = shop([fo(1)], created=created).adapter()
    (call,) = adapter.prepare("shipment.out", shipment())
    with pytest.raises(ConflictError, match="is not open") as caught:
        adapter.send(call)
    assert caught.value.category == "fulfilment"


def lookup(shipped, known=(), document=None):
    adapter = shop([fo(1)], list(known)).adapter()
    (call,) = adapter.prepare("shipment.out", document or shipment())
    return shop([], [*known, *shipped]).adapter().lookup(call)


def test_a_lost_answer_is_found_again():
    before = done(1, lines=((B, 1),))
    found = lookup([done(2)], known=[before])
    assert found.external_id == "gid://shopify/Fulfillment/2"


@pytest.mark.parametrize(
    "other",
    [
        done(2, lines=((A, 1),)),
        done(2, lines=((A, 2), (B, 1))),
        done(2, place=PARIS),
        done(2, numbers=("OTHER",)),
        done(2, status="CANCELLED"),
        done(2, at=NOW - timedelta(hours=1)),
    ],
)
def test_another_fulfilment_is_not_taken_for_ours(other):
    assert lookup([other]) is None


def test_the_same_fulfilment_from_before_the_intent_is_not_ours():
    assert lookup([], known=[done(1)]) is None


def test_numbers_that_were_added_at_shopify_do_not_hide_ours():
    assert lookup([done(2, numbers=("T0", "T1"))])
    assert lookup([done(2, numbers=())])
    assert lookup([done(2)], document=shipment(packages=[]))


def test_a_timeout_after_the_work_was_done_does_not_fulfil_twice():
    """What the hub does: send, lose the answer, look up, and leave it at that."""
    made = []

    def create(values):
        made.append(done(9))
        return AmbiguousError("ReadTimeout")

    fake = shop([fo(1)])
    fake.answers["FulfillmentCreate"] = create
    fake.answers["Fulfillments"] = lambda values: {"order": {"fulfillments": list(made)}}
    adapter = fake.adapter()
    (call,) = adapter.prepare("shipment.out", shipment())
    with pytest.raises(AmbiguousError):
        adapter.send(call)
    assert adapter.lookup(call).external_id == "gid://shopify/Fulfillment/9"
    assert len(made) == 1
