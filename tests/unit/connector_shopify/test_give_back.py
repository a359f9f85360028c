"""Returns and refunds out, over real HTTP against the local Shopify: entered once, paid back once."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.connector_base.lib.errors import AmbiguousError, DataError, PermanentError
from addons.connector_oms.lib.documents import (
    RefundRequest,
    RefundRequestLine,
    ReturnRequest,
    ReturnRequestLine,
    ReturnStep,
)
from addons.connector_shopify.lib import give_back

from .test_against_sandbox import served, ship, shop  # noqa: F401  (fixtures)

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=timezone.utc)


def shipped(shop):  # noqa: F811
    """An order of two lines that has left: (order id, its canonical document)."""
    (order,) = shop.place("plain", lines=2)
    for call in shop.adapter.prepare("shipment.out", ship(shop, order)):
        shop.adapter.send(call)
    (document,) = shop.read(order)
    return order, document


def request(order, line, units=1, **values):
    lines = (ReturnRequestLine(line_id=line.external_id, quantity=units, **values),)
    return ReturnRequest(reference="R-abc", order_id=order, requested_at=NOW, lines=lines)


def prepare(shop, document):  # noqa: F811
    (call,) = shop.adapter.prepare("return.out", document)
    return call


def entered(shop, order):  # noqa: F811
    return shop.read(order)[0].returns


def test_a_return_is_entered_with_reason_and_reference(shop):  # noqa: F811
    order, document = shipped(shop)
    call = prepare(shop, request(order, document.lines[0], reason="size_too_small", note="Tight"))
    result = shop.adapter.send(call)
    (entry,) = entered(shop, order)
    assert (entry.external_id, entry.name, entry.status) == (result.external_id, result.data["name"], "open")
    assert (entry.lines[0].reason, entry.lines[0].note) == ("Size too small", "Tight (R-abc)")
    line = {"id": entry.lines[0].external_id, "line_id": document.lines[0].external_id, "quantity": 1}
    assert result.data["lines"] == [line]


def test_the_reference_survives_many_words(shop):  # noqa: F811
    order, document = shipped(shop)
    call = prepare(shop, request(order, document.lines[0], note="much " * 100))
    (row,) = json.loads(call.body)["variables"]["returnInput"]["returnLineItems"]
    assert len(row["returnReasonNote"]) <= 255
    assert "(R-abc)" in row["returnReasonNote"]


def test_a_return_whose_answer_was_lost_is_found(shop):  # noqa: F811
    order, document = shipped(shop)
    call = prepare(shop, request(order, document.lines[0]))
    assert shop.adapter.lookup(call) is None
    shop.oracle("faults", {"kind": "close", "operation": "returnCreate", "count": 1})
    with pytest.raises(AmbiguousError):
        shop.adapter.send(call)
    found = shop.adapter.lookup(call)
    assert found.external_id == entered(shop, order)[0].external_id
    assert found.data["lines"]


def test_no_more_than_has_left_can_come_back(shop):  # noqa: F811
    order, document = shipped(shop)
    line = document.lines[0]
    with pytest.raises(DataError, match="lets"):
        shop.adapter.prepare("return.out", request(order, line, int(line.quantity) + 1))


def step(entry, order, name):
    return ReturnStep(reference="s-1", order_id=order, return_id=entry.external_id, step=name)


@pytest.mark.parametrize(("name", "status"), (("approve", "open"), ("decline", "declined")))
def test_what_a_customer_asks_for_is_decided(shop, name, status):  # noqa: F811
    order, __ = shipped(shop)
    rows = [{"line": 0, "quantity": 1}]
    shop.oracle(f"orders/{order.rsplit('/', 1)[1]}/return", {"lines": rows, "status": "REQUESTED"})
    (entry,) = entered(shop, order)
    call = prepare(shop, step(entry, order, name))
    assert shop.adapter.lookup(call) is None
    shop.adapter.send(call)
    assert entered(shop, order)[0].status == status
    assert shop.adapter.lookup(call) is not None
    assert shop.adapter.prepare("return.out", step(entry, order, name)) == [], "it is so already"


def test_a_step_that_is_not_possible_is_refused(shop):  # noqa: F811
    order, document = shipped(shop)
    shop.adapter.send(prepare(shop, request(order, document.lines[0])))
    (entry,) = entered(shop, order)
    shop.adapter.send(prepare(shop, step(entry, order, "close")))
    with pytest.raises(PermanentError, match="cannot decline"):
        shop.adapter.send(prepare(shop, step(entry, order, "decline")))


def test_an_unknown_return(shop):  # noqa: F811
    order, document = shipped(shop)
    gone = ReturnStep(reference="s", order_id=order, return_id="gid://shopify/Return/1", step="close")
    with pytest.raises(DataError, match="does not know"):
        shop.adapter.prepare("return.out", gone)


def refund(order, line, units=1, amount="0", **values):
    lines = (RefundRequestLine(line_id=line.external_id, quantity=units),)
    return RefundRequest(
        reference="RF-abc",
        key="5b1f6a4e-0000-4000-8000-000000000001",
        order_id=order,
        lines=lines,
        amount=Decimal(amount),
        **values,
    )


def test_what_is_reckoned_is_paid_back_to_the_cent_and_once(shop):  # noqa: F811
    order, document = shipped(shop)
    line = document.lines[0]
    amount = shop.adapter.reckon_refund(refund(order, line))
    assert amount > 0
    call = prepare(shop, refund(order, line, amount=amount, note="Damaged"))
    first = shop.adapter.send(call)
    again = shop.adapter.send(call)
    assert first.external_id == again.external_id
    (booked,) = shop.read(order)[0].refunds
    assert (booked.refund_id, booked.amount) == (first.external_id, amount)
    paid_back = [Decimal(row["amount"]) for row in shop.told(order)["transactions"] if row["kind"] == "REFUND"]
    assert paid_back == [amount]


def test_a_refund_with_shipping_comes_to_more(shop):  # noqa: F811
    order, document = shipped(shop)
    line = document.lines[0]
    bare = shop.adapter.reckon_refund(refund(order, line))
    whole = shop.adapter.reckon_refund(refund(order, line, shipping=True))
    assert whole > bare
    shop.adapter.send(prepare(shop, refund(order, line, amount=whole, shipping=True)))
    assert shop.read(order)[0].refunds[0].amount == whole


def test_another_amount_than_was_decided_is_not_paid(shop):  # noqa: F811
    order, document = shipped(shop)
    line = document.lines[0]
    amount = shop.adapter.reckon_refund(refund(order, line))
    with pytest.raises(DataError, match="decide anew"):
        shop.adapter.prepare("return.out", refund(order, line, amount=amount + 1))


def test_nothing_is_left_to_be_refunded(shop):  # noqa: F811
    order, document = shipped(shop)
    line = document.lines[0]
    units = int(line.quantity)
    amount = shop.adapter.reckon_refund(refund(order, line, units))
    shop.adapter.send(prepare(shop, refund(order, line, units, amount)))
    with pytest.raises(DataError, match="nothing is left"):
        shop.adapter.reckon_refund(refund(order, line))


def test_a_refund_whose_answer_was_lost_is_found(shop):  # noqa: F811
    order, document = shipped(shop)
    line = document.lines[0]
    amount = shop.adapter.reckon_refund(refund(order, line))
    call = prepare(shop, refund(order, line, amount=amount))
    assert shop.adapter.lookup(call) is None
    shop.oracle("faults", {"kind": "close", "operation": "refundCreate", "count": 1})
    with pytest.raises(AmbiguousError):
        shop.adapter.send(call)
    assert shop.adapter.lookup(call).external_id == shop.read(order)[0].refunds[0].refund_id
    assert len(shop.read(order)[0].refunds) == 1


def test_every_reason_has_a_name_at_the_shop(shop):  # noqa: F811
    offered = give_back._reasons(shop.adapter.client)
    assert all(any(handle in offered for handle in handles) for handles in give_back.REASONS.values())
