"""Returns and refunds that begin in Odoo: entered, approved, declined, closed, paid back at Shopify.

Admin API: ``returnCreate`` and the steps take no idempotency key. A return carries our
reference in the notes of its lines, a refund in its note, so that what was done before an
answer was lost is found again; a step is found by the return's status. ``refundCreate`` takes
a key as well (mandatory since 2026-04).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...connector_base.lib.adapter import Call, CallResult
from ...connector_base.lib.errors import DataError
from ...connector_oms.lib.documents import RefundRequest, ReturnExecution, ReturnRequest, ReturnStep
from . import const, exchange
from .client import ShopifyClient, user_error
from .operations import operation
from .paging import by_ids
from .values import decimal, format_time, nodes, shop_amount, text

CATEGORY = "return"
Json = Mapping[str, Any]

#: canonical reason -> handles of Shopify's library that mean it, the best first
REASONS = {
    "unwanted": ("unwanted", "changed-my-mind", "customer-changed-their-mind", "no-longer-needed"),
    "defective": ("defective", "damaged-or-defective", "damaged"),
    "wrong_item": ("wrong-item", "received-the-wrong-item"),
    "not_as_described": ("not-as-described", "item-not-as-described"),
    "size_too_small": ("size-too-small", "too-small", "size-was-too-small"),
    "size_too_large": ("size-too-large", "too-large", "size-was-too-large"),
    "color": ("color",),
    "style": ("style",),
    "other": ("other",),
}
#: step -> (operation, its payload's field, status after it)
STEPS = {
    "approve": ("return_approve", "returnApproveRequest", "OPEN"),
    "decline": ("return_decline", "returnDeclineRequest", "DECLINED"),
    "close": ("return_close", "returnClose", "CLOSED"),
}


def prepare(
    client: ShopifyClient, document: ReturnRequest | ReturnStep | ReturnExecution | RefundRequest, now: datetime
) -> list[Call]:
    """The call that does what a document says; none where it is so already.

    :raises DataError: Shopify does not let it be done, or a refund comes to another amount
    """
    if isinstance(document, ReturnRequest):
        return [_create_call(client, document)]
    if isinstance(document, RefundRequest):
        return [_refund_call(client, document)]
    if isinstance(document, ReturnExecution):
        return exchange.prepare(client, document)
    return _step_calls(client, document)


def _create_call(client: ShopifyClient, request: ReturnRequest) -> Call:
    returnable = _returnable(client, request.order_id)
    reasons = _reasons(client)
    rows: list[dict[str, Any]] = []
    for line in request.lines:
        left = line.quantity
        reason = next((reasons[handle] for handle in REASONS[line.reason] if handle in reasons), None)
        note = _note(line.note, request.reference)
        for entry in returnable.get(line.line_id, ()):
            units = min(left, entry["quantity"])
            if units:
                row = {"fulfillmentLineItemId": entry["id"], "quantity": units, "returnReasonNote": note}
                rows.append({**row, "returnReasonDefinitionId": reason} if reason else row)
                left -= units
                entry["quantity"] -= units
        if left:
            raise DataError(
                f"Shopify lets {line.quantity - left} of {line.quantity} units be returned",
                category=CATEGORY,
                params={"order": request.order_id, "line": line.line_id},
            )
    given = {"orderId": request.order_id, "requestedAt": format_time(request.requested_at), "returnLineItems": rows}
    if request.exchanges:
        given["exchangeLineItems"] = [
            {"variantId": one.product_id, "quantity": one.quantity} for one in request.exchanges
        ]
    sizes = {"lines": const.LINES_PER_RETURN, "exchanges": const.EXCHANGES_PER_RETURN}
    return Call(
        key=request.reference,
        operation="return_create",
        body=operation("return_create").body({"returnInput": given, **sizes}),
        meta={"order_id": request.order_id, "reference": request.reference},
    )


def _note(words: str, reference: str) -> str:
    """A note that our reference can be found in, however long the words are."""
    mark = f"({reference})"
    return f"{words[: const.NOTE_LIMIT - len(mark) - 1]} {mark}".strip()


def _returnable(client: ShopifyClient, order_id: str) -> dict[str, list[dict[str, Any]]]:
    """{line id: [{id, quantity}]} of shipped units that may still come back."""
    sizes = {"first": const.FULFILLMENTS_RETURNABLE, "lines": const.LINES_PER_RETURN}
    answer = client.query("returnable_items", {"id": order_id, **sizes}).data
    found: dict[str, list[dict[str, Any]]] = {}
    for shipment in nodes(answer.get("returnableFulfillments")):
        for row in nodes(shipment.get("returnableFulfillmentLineItems")):
            item = row["fulfillmentLineItem"]
            entry = {"id": item["id"], "quantity": int(row["quantity"])}
            found.setdefault(item["lineItem"]["id"], []).append(entry)
    return found


def _reasons(client: ShopifyClient) -> dict[str, str]:
    """{handle: id} of the reasons that are still offered."""
    answer = client.query("return_reasons", {"first": const.MAX_ITEMS}).data
    rows = nodes(answer.get("returnReasonDefinitions"))
    return {row["handle"].replace("_", "-").lower(): row["id"] for row in rows if not row.get("deleted")}


def _step_calls(client: ShopifyClient, step: ReturnStep) -> list[Call]:
    name, __, after = STEPS[step.step]
    status = _status(client, step.return_id)
    if status is None:
        raise DataError("Shopify does not know the return (any more)", category=CATEGORY)
    if status == after:
        return []
    variables: dict[str, Any] = {"id": step.return_id}
    if step.step == "decline":
        given = {"id": step.return_id, "declineReason": "OTHER"}
        variables = {"input": {**given, "declineNote": step.note[: const.NOTE_LIMIT]} if step.note else given}
    elif step.step == "approve":
        variables = {"input": {"id": step.return_id}}
    meta = {"order_id": step.order_id, "return_id": step.return_id, "step": step.step}
    return [Call(key=step.reference, operation=name, body=operation(name).body(variables), meta=meta)]


def _status(client: ShopifyClient, return_id: str) -> str | None:
    entry = client.query("return_status", {"id": return_id}).data.get("return")
    return text(entry.get("status")) if entry else None


def reckon(client: ShopifyClient, request: RefundRequest) -> Json:
    """What a refund comes to: Shopify's ``SuggestedRefund``.

    :raises DataError: the order is not there, or nothing is left to be refunded
    """
    lines = [
        {"lineItemId": line.line_id, "quantity": line.quantity, "restockType": "NO_RESTOCK"} for line in request.lines
    ]
    variables = {"id": request.order_id, "lines": lines, "shipping": request.shipping}
    order = client.query("suggested_refund", variables).data.get("order") or {}
    found = order.get("suggestedRefund")
    if not found or shop_amount(found.get("amountSet")) <= 0:
        raise DataError("nothing is left to be refunded for this", category=CATEGORY)
    return found


def _refund_call(client: ShopifyClient, request: RefundRequest) -> Call:
    found = reckon(client, request)
    amount = shop_amount(found["amountSet"])
    if amount != request.amount:
        raise DataError(
            f"the refund comes to {amount} by now, not {request.amount}: decide anew",
            category=CATEGORY,
            params={"order": request.order_id},
        )
    paid = found["amountSet"]["presentmentMoney"]
    given = {
        "orderId": request.order_id,
        "currency": paid["currencyCode"],
        "note": _note(request.note, request.reference),
        "refundLineItems": [
            {"lineItemId": line.line_id, "quantity": line.quantity, "restockType": "NO_RESTOCK"}
            for line in request.lines
        ],
        "transactions": [
            {
                "orderId": request.order_id,
                "parentId": (row.get("parentTransaction") or {}).get("id"),
                "gateway": row["gateway"],
                "kind": "REFUND",
                "amount": text(row["amountSet"]["presentmentMoney"]["amount"]),
            }
            for row in found["suggestedTransactions"]
            if decimal(row["amountSet"]["presentmentMoney"]["amount"]) > 0
        ],
    }
    if request.shipping:
        given["shipping"] = {"fullRefund": True}
    return Call(
        key=request.reference,
        operation="refund_create",
        body=operation("refund_create").body({"input": given, "key": request.key}),
        meta={"order_id": request.order_id, "reference": request.reference},
    )


def send_return(client: ShopifyClient, call: Call) -> CallResult:
    """Enter a return.

    :raises AmbiguousError: it may have worked
    """
    payload = client.mutate(call.operation, call.body, safe=False).data.get("returnCreate") or {}
    _raise_refusal(call, payload)
    return _entered(payload.get("return") or {})


def send_step(client: ShopifyClient, call: Call) -> CallResult:
    """Approve, decline or close a return.

    :raises AmbiguousError: it may have worked
    """
    __, field, __ = STEPS[call.meta["step"]]
    payload = client.mutate(call.operation, call.body, safe=False).data.get(field) or {}
    _raise_refusal(call, payload)
    return CallResult(call.meta["return_id"])


def send_refund(client: ShopifyClient, call: Call) -> CallResult:
    """Pay back; its key makes a second sending harmless, yet a lost answer is looked up."""
    payload = client.mutate(call.operation, call.body, safe=False).data.get("refundCreate") or {}
    _raise_refusal(call, payload)
    return CallResult(text((payload.get("refund") or {}).get("id")))


def _raise_refusal(call: Call, payload: Json) -> None:
    error = user_error(payload.get("userErrors") or [], category=CATEGORY, params={"order": call.meta["order_id"]})
    if error:
        raise error


def _entered(entry: Json) -> CallResult:
    lines = [
        {
            "id": row["id"],
            "line_id": text(((row.get("fulfillmentLineItem") or {}).get("lineItem") or {}).get("id")),
            "quantity": int(row.get("quantity") or 0),
        }
        for row in nodes(entry.get("returnLineItems"))
    ]
    exchanges = [
        {"id": row["id"], "product_id": text(row.get("variantId"))} for row in nodes(entry.get("exchangeLineItems"))
    ]
    return CallResult(text(entry.get("id")), {"name": text(entry.get("name")), "lines": lines, "exchanges": exchanges})


def find_return(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """The return of a call whose answer was lost, by our reference in its notes."""
    sizes = {
        "returns": const.RETURNS_PER_ORDER,
        "lines": const.LINES_PER_RETURN,
        "exchanges": const.EXCHANGES_PER_RETURN,
    }
    for node in by_ids(client, "order_returns", [call.meta["order_id"]], 1, **sizes):
        for entry in nodes((node.value or {}).get("returns")):
            notes = (text(row.get("returnReasonNote")) for row in nodes(entry.get("returnLineItems")))
            if any(call.meta["reference"] in note for note in notes):
                return _entered(entry)
    return None


def find_step(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """Whether a return has the status that a step leads to."""
    after = STEPS[call.meta["step"]][2]
    return CallResult(call.meta["return_id"]) if _status(client, call.meta["return_id"]) == after else None


def find_refund(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """The refund of a call whose answer was lost, by our reference in its note."""
    variables = {"id": call.meta["order_id"], "first": const.REFUNDS_PER_ORDER}
    order = client.query("refunds_of_order", variables).data.get("order") or {}
    for entry in order.get("refunds") or ():
        if call.meta["reference"] in text(entry.get("note")):
            return CallResult(entry["id"])
    return None


def reckoned(client: ShopifyClient, request: RefundRequest) -> Decimal:
    """What a refund comes to, in the shop's currency."""
    return shop_amount(reckon(client, request)["amountSet"])
