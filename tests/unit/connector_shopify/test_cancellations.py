"""Cancellations out: a background job, and one that cannot be undone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from addons.connector_base.lib.errors import (
    AmbiguousError,
    AuthError,
    DataError,
    PermanentError,
    TransientError,
)
from addons.connector_oms.lib.documents import CancellationRequest
from addons.connector_shopify.lib.adapter import ShopifyAdapter, ShopifySettings

from .fakes import NOW, FakeShop

ORDER = "gid://shopify/Order/1"


def shop(order=None, errors=()):
    payload = {"job": {"id": "gid://shopify/Job/1", "done": False}}
    return FakeShop(
        OrderState=lambda values: {"order": order},
        OrderCancel=lambda values: {"orderCancel": payload | {"orderCancelUserErrors": list(errors)}},
    )


OPEN = {"id": ORDER, "cancelledAt": None}
CANCELLED = {"id": ORDER, "cancelledAt": "2026-11-21T12:00:05Z", "cancelReason": "STAFF"}


def prepare(order=OPEN, **fields):
    request = CancellationRequest(**{"order_id": ORDER, "reason": "staff"} | fields)
    return shop(order).adapter().prepare("cancel.out", request)


def test_a_request():
    (call,) = prepare(reference="S1/cancel", reason="inventory", refund=True, staff_note="x" * 300)
    sent = json.loads(call.body)["variables"]
    assert call.key == "S1/cancel:cancel"
    assert (sent["orderId"], sent["reason"], sent["restock"]) == (ORDER, "INVENTORY", True)
    assert sent["refundMethod"] == {"originalPaymentMethodsRefund": True}
    assert len(sent["staffNote"]) == 255


def test_an_order_that_is_cancelled_needs_no_call():
    assert prepare(CANCELLED) == []


def test_an_order_shopify_does_not_know():
    with pytest.raises(DataError):
        prepare(None)


def test_the_answer_is_a_job():
    (call,) = prepare()
    result = shop(OPEN).adapter().send(call)
    assert result.external_id == ORDER
    assert result.data == {"job": "gid://shopify/Job/1", "done": False}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("INVALID", PermanentError),
        ("NOT_FOUND", DataError),
        ("NO_REFUND_PERMISSION", AuthError),
        ("INTERNAL_ERROR", AmbiguousError),
    ],
)
def test_refusals(code, expected):
    (call,) = prepare()
    refused = shop(OPEN, [{"code": code, "field": None, "message": "has been fulfilled"}])
    with pytest.raises(expected, match="has been fulfilled") as caught:
        refused.adapter().send(call)
    assert caught.value.category == "cancellation"


def test_a_lost_answer_is_settled_by_the_order_itself():
    (call,) = prepare()
    assert shop(CANCELLED).adapter().lookup(call).data["reason"] == "staff"


def test_not_cancelled_is_believed_only_after_a_while():
    (call,) = prepare()
    with pytest.raises(TransientError, match="look again"):
        shop(OPEN).adapter().lookup(call)
    later = ShopifyAdapter(shop(OPEN).client(), ShopifySettings(), now=lambda: NOW + timedelta(minutes=3))
    assert later.lookup(call) is None
