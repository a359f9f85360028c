"""Refunds and their lines."""

from __future__ import annotations

from typing import Any

from ..money import as_money, total
from ..paging import connection
from ..shop import Shop
from .base import field, get, rename
from .orders import line_of

rename("RefundLineItem", subtotalSet="subtotal", totalTaxSet="tax")


@field("Order", "refunds")
def _refunds(order, _info, first=None):
    return [_refund(order, row) for row in order["refunds"][:first]]


def _refund(order: dict, row: dict) -> dict:
    return {**row, "_order": order}


def refund_by_id(shop: Shop, key: str | int) -> dict[str, Any] | None:
    """A refund by its number."""
    order = shop.store.get("order", shop.store.get("refund", int(key)))
    rows = order["refunds"] if order else ()
    return next((_refund(order, row) for row in rows if row["id"] == int(key)), None)


@field("Refund", "order")
def _refund_order(refund, _info):
    return refund["_order"]


@field("Refund", "totalRefundedSet")
def _refund_total(refund, _info):
    order = refund["_order"]
    rows = [
        row["amount"]
        for row in order["transactions"]
        if row["id"] in refund["transactions"] and row["status"] == "SUCCESS"
    ]
    return total(rows, as_money(order["totals"]["net"]))


@field("Refund", "refundLineItems")
def _refund_lines(refund, _info, **arguments):
    return connection([{**row, "_order": refund["_order"]} for row in refund["lines"]], arguments)


@field("RefundLineItem", "restocked")
def _restocked(row, _info):
    return row["restockType"] != "NO_RESTOCK"


@field("RefundLineItem", "lineItem")
def _refund_line_item(row, _info):
    return line_of(row["_order"], row["line"])


@field("RefundLineItem", "location")
def _refund_location(row, info):
    return get(info, "location", row["location"])


@field("Refund", "transactions")
def _refund_transactions(refund, _info, **arguments):
    order = refund["_order"]
    rows = [{**row, "_order": order} for row in order["transactions"] if row["id"] in refund["transactions"]]
    return connection(rows, arguments)
