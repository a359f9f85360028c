"""Returns and their lines."""

from __future__ import annotations

from ..gid import gid
from ..paging import connection
from ..returns import status_of
from .base import constant, field, global_id, typed
from .orders import line_of

for _type in ("Return", "ReturnLineItem", "ExchangeLineItem"):
    global_id(_type)
constant("ReturnLineItem", customerNote=None)


@field("Order", "returnStatus")
def _status(order, _info):
    return status_of(order)


def return_of(order: dict, key: int | None) -> dict | None:
    """A return of an order by its number."""
    rows = (row for row in order.get("returns", ()) if row["id"] == key)
    return next(({**row, "_order": order} for row in rows), None)


@field("Order", "returns")
def _returns(order, _info, **arguments):
    return connection([{**row, "_order": order} for row in order.get("returns", ())], arguments)


@field("Return", "returnLineItems")
def _lines(entry, _info, **arguments):
    rows = [typed("ReturnLineItem", {**row, "_order": entry["_order"]}) for row in entry["lines"]]
    return connection(rows, arguments)


@field("Return", "exchangeLineItems")
def _exchanges(entry, _info, **arguments):
    rows = [{**row, "_order": entry["_order"]} for row in entry.get("exchanges", ())]
    return connection(rows, arguments, key=lambda row: row["id"])


@field("ExchangeLineItem", "variantId")
def _variant(row, _info):
    return gid("ProductVariant", row["variant"])


@field("ExchangeLineItem", "lineItems")
def _exchange_lines(row, _info):
    return [line_of(row["_order"], row["line"])] if row["line"] else []


@field("ReturnLineItem", "returnReasonNote")
def _note(row, _info):
    return row["note"]


@field("ReturnLineItem", "returnReasonDefinition")
def _reason(row, _info):
    return (
        {"id": "gid://shopify/ReturnReasonDefinition/1", "name": row["reason"].replace("_", " ").capitalize()}
        if row["reason"]
        else None
    )


@field("ReturnLineItem", "fulfillmentLineItem")
def _shipped(row, _info):
    return {"id": row["fulfillmentLine"], "line": row["line"], "_order": row["_order"]}


@field("Refund", "return")
def _refund_return(refund, _info):
    return return_of(refund["_order"], refund.get("return"))


@field("ReturnAgreement", "return")
def _agreement_return(agreement, _info):
    return return_of(agreement["_order"], agreement.get("return"))
