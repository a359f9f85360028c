"""Returns that an app enters and decides on, and what a refund would come to."""

from __future__ import annotations

import copy
import itertools
from typing import Any

from .. import orders, returns
from ..generator import changes
from ..gid import gid, number
from ..inventory import error
from ..money import as_money, total
from ..paging import connection
from .base import field, global_id, shop_of
from .returns import return_of

REASONS = (
    ("unwanted", "Customer changed their mind"),
    ("defective", "Damaged or defective"),
    ("wrong-item", "Received the wrong item"),
    ("not-as-described", "Item not as described"),
    ("size-too-small", "Size was too small"),
    ("size-too-large", "Size was too large"),
    ("color", "Color"),
    ("style", "Style"),
    ("other", "Other"),
)
global_id("ReturnableFulfillment")


@field("QueryRoot", "returnReasonDefinitions")
def _reasons(_root, _info, **arguments):
    rows = [
        {"id": gid("ReturnReasonDefinition", index), "handle": handle, "name": name, "deleted": False}
        for index, (handle, name) in enumerate(REASONS, 1)
    ]
    return connection(rows, arguments, key=lambda row: row["id"])


def _order_of(shop, global_text: str) -> dict | None:
    return shop.store.get("order", number(global_text, "Order"))


@field("QueryRoot", "returnableFulfillments")
def _returnable(_root, info, orderId, **arguments):  # noqa: N803  (Shopify's names)
    shop = shop_of(info)
    order = _order_of(shop, orderId) or {}
    rows = [{"id": key, "order": order["id"]} for key in order.get("fulfillments", ())]
    return connection(rows, arguments, key=lambda row: row["id"])


@field("ReturnableFulfillment", "returnableFulfillmentLineItems")
def _returnable_lines(entry, info, **arguments):
    shop = shop_of(info)
    order = shop.store.get("order", entry["order"])
    rows = []
    for row in shop.store.get("fulfillment", entry["id"])["lines"]:
        left = min(row["quantity"], returns.returnable(order, row["line"]))
        if left > 0:
            item = {"id": row["id"], "line": row["line"], "_order": order}
            rows.append({"quantity": left, "fulfillmentLineItem": item})
    return connection(rows, arguments, key=lambda row: row["fulfillmentLineItem"]["id"])


@field("QueryRoot", "return")
def _return(_root, info, id):  # noqa: A002
    order, own = _stored(shop_of(info), id)
    return return_of(order, own["id"]) if own else None


def _stored(shop, global_text: str) -> tuple[dict | None, dict | None]:
    """(order, its return) as they are kept, to be changed in place."""
    key = number(global_text, "Return")
    order = shop.store.get("order", shop.store.get("return", key) or 0)
    return order, next((row for row in (order or {}).get("returns", ()) if row["id"] == key), None)


def _refused(message: str, code: str, *path: str) -> dict[str, Any]:
    return {"return": None, "userErrors": [error(path, code, message)]}


@field("Mutation", "returnCreate")
def _create(_root, info, returnInput):  # noqa: N803
    shop = shop_of(info)
    order = _order_of(shop, returnInput["orderId"])
    if order is None:
        return _refused("Order not found.", "NOT_FOUND", "returnInput", "orderId")
    shipped = {
        row["id"]: row["line"] for key in order["fulfillments"] for row in shop.store.get("fulfillment", key)["lines"]
    }
    rows = []
    for index, row in enumerate(returnInput["returnLineItems"]):
        path = ("returnInput", "returnLineItems", str(index), "fulfillmentLineItemId")
        line = shipped.get(number(row["fulfillmentLineItemId"], "FulfillmentLineItem"))
        if line is None:
            return _refused("Fulfillment line item not found.", "NOT_FOUND", *path)
        rows.append((line, row))
    notes = {line: (_reason_of(row), row.get("returnReasonNote") or "") for line, row in rows}
    units: dict[int, int] = {}
    for line, row in rows:
        units[line] = units.get(line, 0) + row["quantity"]
    exchanges = [
        (number(row["variantId"], "ProductVariant"), row["quantity"])
        for row in returnInput.get("exchangeLineItems") or ()
    ]
    if any(shop.store.get("variant", variant) is None for variant, __ in exchanges):
        return _refused("Variant not found.", "NOT_FOUND", "returnInput", "exchangeLineItems")
    try:
        entry = returns.announce(shop, order, list(units.items()), notes=notes, exchanges=exchanges)
    except ValueError as problem:
        return _refused(str(problem), "INVALID", "returnInput", "returnLineItems")
    return {"return": return_of(order, entry["id"]), "userErrors": []}


def _reason_of(row: dict) -> str:
    key = number(row.get("returnReasonDefinitionId") or "", "ReturnReasonDefinition")
    return REASONS[key - 1][0].replace("-", "_") if 0 < key <= len(REASONS) else "other"


def _stepper(action: str):
    def resolve(_root, info, input=None, id=None):  # noqa: A002
        shop = shop_of(info)
        order, own = _stored(shop, id or input["id"])
        if own is None:
            return _refused("Return not found.", "NOT_FOUND", "id")
        try:
            returns.step(shop, order, own, action)
        except ValueError as problem:
            return _refused(str(problem), "INVALID_STATE", "id")
        return {"return": return_of(order, own["id"]), "userErrors": []}

    return resolve


@field("Mutation", "returnProcess")
def _process(_root, info, input):  # noqa: A002
    shop = shop_of(info)
    order, own = _stored(shop, input["returnId"])
    if own is None:
        return _refused("Return not found.", "NOT_FOUND", "input", "returnId")
    units = [(number(row["id"], "ReturnLineItem"), row["quantity"]) for row in input.get("returnLineItems") or ()]
    exchanges = [number(row["id"], "ExchangeLineItem") for row in input.get("exchangeLineItems") or ()]
    try:
        orders.process_return(shop, order, own, units, exchanges)
    except ValueError as problem:
        return _refused(str(problem), "INVALID", "input")
    return {"return": return_of(order, own["id"]), "userErrors": []}


field("Mutation", "returnApproveRequest")(_stepper("approve"))
field("Mutation", "returnDeclineRequest")(_stepper("decline"))
field("Mutation", "returnClose")(_stepper("close"))


@field("Order", "suggestedRefund")
def _suggested(order, _info, refundLineItems=None, refundShipping=False, **_arguments):  # noqa: N803
    """What a refund would do, tried on a copy of the order."""
    trial = copy.deepcopy(order)
    numbers = itertools.count(1)
    units = [(number(row["lineItemId"], "LineItem"), row["quantity"], "NO_RESTOCK") for row in refundLineItems or ()]
    zero = as_money(order["totals"]["net"]).zero()
    try:
        entry, __ = changes.refund(trial, lambda _kind: -next(numbers), "", units, shipping=bool(refundShipping))
    except (ValueError, KeyError):
        return {"amountSet": zero, "suggestedTransactions": []}
    paid = [row for row in trial["transactions"] if row["id"] in entry["transactions"]]
    return {
        "amountSet": total((row["amount"] for row in paid), zero),
        "suggestedTransactions": [
            {
                "gateway": row["gateway"],
                "amountSet": as_money(row["amount"]),
                "parentTransaction": next(
                    ({**one, "_order": order} for one in order["transactions"] if one["id"] == row["parent"]), None
                ),
            }
            for row in paid
        ],
    }
