"""Mutations: what a client may change."""

from __future__ import annotations

import uuid
from typing import Any

from .. import fulfilment, inventory, orders, subscriptions, work
from ..fulfilment import Refused
from ..gid import gid, number, split_gid
from ..idempotency import idempotent
from ..inventory import error
from ..money import to_units
from .base import NODE_KINDS, field, shop_of, typed
from .refunds import refund_by_id


def _refused(refused: Refused, **empty: Any) -> dict[str, Any]:
    return {**empty, "userErrors": [refused.user_error]}


def _fault(message: str, *path: str) -> dict[str, Any]:
    return error(path, "INVALID", message) if path else {"field": None, "message": message, "code": "INVALID"}


@field("Mutation", "inventorySetQuantities")
@idempotent()
def _set_quantities(_root, info, input):  # noqa: A002  (Shopify's name)
    return inventory.set_quantities(shop_of(info), input)


@field("Mutation", "inventoryAdjustQuantities")
@idempotent()
def _adjust_quantities(_root, info, input):  # noqa: A002
    return inventory.adjust_quantities(shop_of(info), input)


@field("Mutation", "inventoryActivate")
@idempotent()
def _activate(
    _root,
    info,
    inventoryItemId,
    locationId,
    available=None,
    onHand=None,  # noqa: N803
    **_arguments,
):
    level, message = inventory.activate(
        shop_of(info), number(inventoryItemId, "InventoryItem"), number(locationId, "Location"), available, onHand
    )
    return {"inventoryLevel": level, "userErrors": [_fault(message, "inventoryItemId")] if message else []}


@field("Mutation", "inventoryDeactivate")
def _deactivate(_root, info, inventoryLevelId):  # noqa: N803
    location, _sep, item = split_gid(inventoryLevelId)[1].partition("?inventory_item_id=")
    message = "The specified inventory level could not be found."
    if location.isdigit() and item.isdigit():
        message = inventory.deactivate(shop_of(info), int(item), int(location))
    return {"userErrors": [_fault(message, "inventoryLevelId")] if message else []}


def _tracking(data: dict | None) -> list[dict[str, Any]]:
    """FulfillmentTrackingInput as a list, one entry a number."""
    data = data or {}
    numbers = data.get("numbers") or ([data["number"]] if data.get("number") else [])
    urls = data.get("urls") or ([data["url"]] if data.get("url") else [])
    count = max(len(numbers), len(urls), 1 if data.get("company") else 0)
    return [
        {
            "number": numbers[i] if i < len(numbers) else None,
            "url": urls[i] if i < len(urls) else None,
            "company": data.get("company"),
        }
        for i in range(count)
    ]


def _rows(rows: list[dict] | None) -> list[tuple[int, int]] | None:
    """FulfillmentOrderLineItemInput as (id, quantity); nothing given means all."""
    if not rows:
        return None
    return [(number(row["id"], "FulfillmentOrderLineItem"), row["quantity"]) for row in rows]


@field("Mutation", "fulfillmentCreate")
def _fulfillment_create(_root, info, fulfillment, message=None):
    groups = [
        (number(row["fulfillmentOrderId"], "FulfillmentOrder"), _rows(row.get("fulfillmentOrderLineItems")))
        for row in fulfillment["lineItemsByFulfillmentOrder"]
    ]
    try:
        created = fulfilment.create(
            shop_of(info),
            groups,
            _tracking(fulfillment.get("trackingInfo")),
            fulfillment.get("notifyCustomer") or False,
        )
    except Refused as refused:
        return _refused(refused, fulfillment=None)
    return {"fulfillment": created, "userErrors": []}


@field("Mutation", "fulfillmentTrackingInfoUpdate")
def _tracking_update(_root, info, fulfillmentId, trackingInfoInput, **_arguments):  # noqa: N803
    try:
        changed = fulfilment.set_tracking(
            shop_of(info), number(fulfillmentId, "Fulfillment"), _tracking(trackingInfoInput)
        )
    except Refused as refused:
        return _refused(refused, fulfillment=None)
    return {"fulfillment": changed, "userErrors": []}


@field("Mutation", "fulfillmentCancel")
def _fulfillment_cancel(_root, info, id):  # noqa: A002
    try:
        return {"fulfillment": fulfilment.cancel(shop_of(info), number(id, "Fulfillment")), "userErrors": []}
    except Refused as refused:
        return _refused(refused, fulfillment=None)


@field("Mutation", "fulfillmentOrderHold")
def _hold(_root, info, id, fulfillmentHold):  # noqa: A002, N803
    try:
        fo, entry = work.hold(
            shop_of(info),
            number(id, "FulfillmentOrder"),
            fulfillmentHold["reason"],
            fulfillmentHold.get("reasonNotes"),
            fulfillmentHold.get("handle"),
        )
    except Refused as refused:
        return _refused(refused)
    return {"fulfillmentHold": entry, "fulfillmentOrder": fo, "userErrors": []}


@field("Mutation", "fulfillmentOrderReleaseHold")
def _release(_root, info, id, **_arguments):  # noqa: A002
    try:
        return {"fulfillmentOrder": work.release(shop_of(info), number(id, "FulfillmentOrder")), "userErrors": []}
    except Refused as refused:
        return _refused(refused)


@field("Mutation", "fulfillmentOrderMove")
def _move(_root, info, id, newLocationId, fulfillmentOrderLineItems=None):  # noqa: A002, N803
    try:
        fo = work.relocate(shop_of(info), number(id, "FulfillmentOrder"), number(newLocationId, "Location"))
    except Refused as refused:
        return _refused(refused)
    return {"movedFulfillmentOrder": fo, "originalFulfillmentOrder": fo, "userErrors": []}


@field("Mutation", "fulfillmentOrderSplit")
def _split(_root, info, fulfillmentOrderSplits):  # noqa: N803
    done = []
    try:
        for row in fulfillmentOrderSplits:
            fo, other = work.split(
                shop_of(info),
                number(row["fulfillmentOrderId"], "FulfillmentOrder"),
                _rows(row["fulfillmentOrderLineItems"]) or [],
            )
            done.append({"fulfillmentOrder": fo, "remainingFulfillmentOrder": other})
    except Refused as refused:
        return _refused(refused, fulfillmentOrderSplits=None)
    return {"fulfillmentOrderSplits": done, "userErrors": []}


@field("Mutation", "orderCancel")
def _order_cancel(
    _root,
    info,
    orderId,
    reason,
    restock,
    refundMethod=None,
    refund=None,  # noqa: N803
    staffNote=None,
    **_arguments,
):  # noqa: N803
    shop = shop_of(info)
    order = shop.store.get("order", number(orderId, "Order"))
    problem = "Order does not exist" if order is None else orders.why_not_cancel(order)
    if problem:
        row = error(("orderId",), "INVALID" if order else "NOT_FOUND", problem)
        return {"job": None, "orderCancelUserErrors": [row], "userErrors": [row]}
    pay_back = bool(refund or (refundMethod or {}).get("originalPaymentMethodsRefund"))
    job = gid("Job", uuid.uuid4())
    shop.jobs.run(job, lambda: orders.cancel(shop, order, reason, pay_back, restock, staffNote))
    return {"job": {"id": job, "done": False}, "orderCancelUserErrors": [], "userErrors": []}


def _keep_refund(answer: dict) -> dict:
    return {"refund": answer["refund"]["id"]}


def _recall_refund(shop, kept: dict) -> dict:
    entry = refund_by_id(shop, kept["refund"])
    return {"refund": entry, "order": entry["_order"], "userErrors": []}


@field("Mutation", "refundCreate")
@idempotent(_keep_refund, _recall_refund)
def _refund_create(_root, info, input):  # noqa: A002
    shop = shop_of(info)
    order = shop.store.get("order", number(input["orderId"], "Order"))
    if order is None:
        return {"refund": None, "userErrors": [_fault("Order does not exist", "orderId")]}
    units = [
        (number(row["lineItemId"], "LineItem"), row["quantity"], row.get("restockType") or "NO_RESTOCK")
        for row in input.get("refundLineItems") or ()
    ]
    places = [
        number(row["locationId"], "Location") for row in input.get("refundLineItems") or () if row.get("locationId")
    ]
    wanted = sum(to_units(row["amount"], order["currencyCode"]) for row in input.get("transactions") or ())
    bare = not units and not input.get("shipping")
    try:
        entry = orders.refund(
            shop,
            order,
            units,
            places[0] if places else None,
            shipping=bool((input.get("shipping") or {}).get("fullRefund")),
            adjustment=wanted if bare else 0,
            payment="SUCCESS" if input.get("transactions") else None,
            note=input.get("note"),
        )
    except ValueError as problem:
        return {"refund": None, "order": order, "userErrors": [_fault(str(problem), "input")]}
    return {"refund": {**entry, "_order": order}, "order": order, "userErrors": []}


@field("Mutation", "orderUpdate")
def _order_update(_root, info, input):  # noqa: A002
    shop = shop_of(info)
    order = shop.store.get("order", number(input["id"], "Order"))
    if order is None:
        return {"order": None, "userErrors": [_fault("Order does not exist", "id")]}
    known = {key: input[key] for key in ("note", "tags", "email", "poNumber") if key in input}
    return {"order": orders.change(shop, order, known), "userErrors": []}


def _change_tags(info, key: str, change) -> dict[str, Any]:
    shop = shop_of(info)
    kind, number_text = split_gid(key)
    document = shop.store.get(NODE_KINDS.get(kind, ""), int(number_text or 0))
    if document is None or "tags" not in document:
        return {"node": None, "userErrors": [_fault("Node does not exist", "id")]}
    document["tags"] = change(document["tags"])
    if kind == "Order":
        orders.change(shop, document, {"tags": document["tags"]})
    return {"node": typed(kind, document), "userErrors": []}


@field("Mutation", "tagsAdd")
def _tags_add(_root, info, id, tags):  # noqa: A002
    return _change_tags(info, id, lambda old: list(dict.fromkeys([*old, *tags])))


@field("Mutation", "tagsRemove")
def _tags_remove(_root, info, id, tags):  # noqa: A002
    return _change_tags(info, id, lambda old: [tag for tag in old if tag not in tags])


@field("Mutation", "orderMarkAsPaid")
def _mark_as_paid(_root, info, input):  # noqa: A002
    shop = shop_of(info)
    order = shop.store.get("order", number(input["id"], "Order"))
    if order is None:
        return {"order": None, "userErrors": [_fault("Order does not exist", "id")]}
    return {"order": orders.pay(shop, order), "userErrors": []}


@field("Mutation", "webhookSubscriptionCreate")
def _subscribe(_root, info, topic, webhookSubscription):  # noqa: N803
    row, message = subscriptions.create(shop_of(info), topic, webhookSubscription, info.context.version)
    path = ("webhookSubscription", "callbackUrl")
    return {"webhookSubscription": row, "userErrors": [_fault(message, *path)] if message else []}


@field("Mutation", "webhookSubscriptionUpdate")
def _resubscribe(_root, info, id, webhookSubscription):  # noqa: A002, N803
    row, message = subscriptions.update(shop_of(info), number(id, "WebhookSubscription"), webhookSubscription)
    return {"webhookSubscription": row, "userErrors": [_fault(message, "id")] if message else []}


@field("Mutation", "webhookSubscriptionDelete")
def _unsubscribe(_root, info, id):  # noqa: A002
    done = subscriptions.delete(shop_of(info), number(id, "WebhookSubscription"))
    message = "Webhook subscription does not exist"
    return {"deletedWebhookSubscriptionId": id if done else None, "userErrors": [] if done else [_fault(message, "id")]}
