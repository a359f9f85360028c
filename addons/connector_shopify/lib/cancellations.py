"""Asking Shopify to cancel an order. Pure.

Admin API, orderCancel: works in the background, cannot be undone, takes no
idempotency key; ``order.cancelledAt`` says whether it happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ...connector_base.lib.adapter import Call, CallResult
from ...connector_base.lib.errors import DataError, PermanentError, TransientError
from ...connector_oms.lib.documents import CancellationRequest
from .client import user_error
from .const import CANCEL_REASONS, NOTE_LIMIT
from .operations import operation
from .values import format_time, parse_time, text

OPERATION = "order_cancel"
CATEGORY = "cancellation"
#: how long Shopify's job may take before "not cancelled" is believed
SETTLING = timedelta(minutes=2)

Json = Mapping[str, Any]


def cancel_calls(request: CancellationRequest, order: Json | None, now: datetime) -> list[Call]:
    """The call that cancels an order, none where it is cancelled already.

    :param order: answer of ``order_state``, None where Shopify has no such order
    :param now: aware time of the intent
    :raises DataError: there is no such order
    """
    if order is None:
        raise DataError(
            "Shopify does not know the order (any more)",
            category=CATEGORY,
            params={"order": request.order_id, "reason": "unknown"},
        )
    if order.get("cancelledAt"):
        return []
    variables: dict[str, Any] = {
        "orderId": request.order_id,
        "reason": CANCEL_REASONS[request.reason],
        "restock": request.restock,
        "notifyCustomer": request.notify_customer,
        "refundMethod": {"originalPaymentMethodsRefund": request.refund},
    }
    if request.staff_note:
        variables["staffNote"] = request.staff_note[:NOTE_LIMIT]
    return [
        Call(
            key=f"{request.reference or request.order_id}:cancel",
            operation=OPERATION,
            body=operation(OPERATION).body(variables),
            meta={"order_id": request.order_id, "prepared_at": format_time(now)},
        )
    ]


def cancel_result(call: Call, payload: Json) -> CallResult:
    """What Shopify answered; the order itself is cancelled a little later.

    :param payload: ``data.orderCancel``
    :raises ConnectorError: it was refused (fulfilled, returned or paid in a way that forbids it)
    """
    error = user_error(
        payload.get("orderCancelUserErrors") or [],
        default=PermanentError,
        category=CATEGORY,
        params={"order": call.meta["order_id"]},
    )
    if error:
        raise error
    job = payload.get("job") or {}
    return CallResult(
        external_id=call.meta["order_id"],
        data={"job": text(job.get("id")), "done": bool(job.get("done"))},
    )


def cancel_found(call: Call, order: Json | None, now: datetime) -> CallResult | None:
    """The effect of a call whose answer was lost, None where the order is not cancelled.

    :param order: answer of ``order_state``
    :raises TransientError: not cancelled, but Shopify may still be at it
    """
    if not order or not order.get("cancelledAt"):
        asked = parse_time(call.meta.get("prepared_at"))
        if order and asked and now - asked < SETTLING:
            raise TransientError("Shopify may still be cancelling the order: look again later")
        return None
    data = {"cancelled_at": order["cancelledAt"], "reason": text(order.get("cancelReason")).lower()}
    return CallResult(external_id=call.meta["order_id"], data=data)
