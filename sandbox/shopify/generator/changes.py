"""What happens to an order after it was placed: edits, refunds, cancellation.

Pure: the order is changed in place, stock and fulfilment orders are the caller's.
Each function returns what left or joined the unshipped part of each line.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ..money import Money, as_money, total
from .build import tax_rows
from .layout import lay_line
from .ledger import (
    NextId,
    add_units,
    agree,
    charge_sale,
    line_sale,
    remove_units,
    sale,
    zero,
)
from .pricing import Exchange
from .spec import LineSpec, OrderSpec
from .totals import refresh

#: (line, change of its unshipped quantity)
Effects = list[tuple[dict[str, Any], int]]


def find_line(order: dict, line_id: int) -> dict[str, Any]:
    """A line by id.

    :raises ValueError: the order has none of that id
    """
    for line in order["lines"]:
        if line["id"] == line_id:
            return line
    raise ValueError(f"order {order['name']} has no line {line_id}")


def exchange_of(order: dict) -> Exchange:
    """The order's currencies and the rate it was placed at."""
    return Exchange(
        OrderSpec(
            shape="",
            lines=[],
            currency=order["currencyCode"],
            presentment_currency=order["presentmentCurrencyCode"],
            rate=Decimal(order["rate"]),
        )
    )


def edit(
    order: dict, ids: NextId, when: str, changes: Sequence[tuple[int, int]], added: Sequence[LineSpec] = ()
) -> Effects:
    """Edit an order: units added to or removed from lines, new lines.

    :param changes: (line id, change of quantity)
    :raises ValueError: a line is missing or has too few units left to ship
    """
    effects: Effects = []
    sales = []
    for line_id, delta in changes:
        line = find_line(order, line_id)
        if delta > 0:
            sales.append(add_units(order, ids, line, delta))
        else:
            if line["unfulfilledQuantity"] < -delta:
                raise ValueError("only units that have not shipped can be removed")
            sales.append(remove_units(order, ids, line, -delta))
        line["unfulfilledQuantity"] += delta
        effects.append((line, delta))
    for line in _add_lines(order, ids, added):
        sales.append(line_sale(order, ids, line))
        effects.append((line, line["quantity"]))
    agree(order, ids, "ORDER_EDIT", when, sales)
    order["edited"] = True
    refresh(order)
    return effects


def _add_lines(order: dict, ids: NextId, added: Sequence[LineSpec]) -> list[dict[str, Any]]:
    lines = []
    for spec in added:
        line = lay_line(spec, order, ids, exchange_of(order))
        line["taxLines"] = tax_rows(as_money(line["originalTotal"]), spec.taxes, order["taxesIncluded"])
        order["lines"].append(line)
        lines.append(line)
    return lines


def exchange(
    order: dict, ids: NextId, when: str, units: Sequence[tuple[int, int]], added: Sequence[LineSpec], home: int
) -> list[dict[str, Any]]:
    """Take shipped units back, and sell others instead: the new lines.

    :param units: (line id, quantity)
    :param home: the return that it belongs to
    """
    sales = [remove_units(order, ids, find_line(order, line_id), count) for line_id, count in units]
    lines = _add_lines(order, ids, added)
    sales += [line_sale(order, ids, line) for line in lines]
    agree(order, ids, "RETURN", when, sales)["return"] = home
    order["edited"] = True
    refresh(order)
    return lines


def refund(
    order: dict,
    ids: NextId,
    when: str,
    units: Sequence[tuple[int, int, str]] = (),
    shipping: bool = False,
    adjustment: int = 0,
    payment: str | None = "SUCCESS",
    note: str | None = None,
    home: int | None = None,
) -> tuple[dict[str, Any], Effects]:
    """Refund units, shipping, or just an amount.

    :param units: (line id, quantity, ``NO_RESTOCK`` | ``CANCEL`` | ``RETURN``)
    :param adjustment: minor units of the shop's currency given back without goods
    :param payment: status of the refund's transaction; None: no money moves
    :param home: the return that it belongs to
    :raises ValueError: more than is left
    """
    refund_id = ids("Refund")
    effects: Effects = []
    sales, rows = [], []
    for line_id, count, restock in units:
        line = find_line(order, line_id)
        entry = remove_units(order, ids, line, count)
        sales.append(entry)
        unshipped = min(count, line["unfulfilledQuantity"])
        line["unfulfilledQuantity"] -= unshipped
        effects.append((line, -unshipped))
        rows.append(_refund_row(order, ids, line, count, restock, entry))
    if shipping:
        sales += _return_shipping(order, ids)
    if adjustment:
        amount = exchange_of(order).money(-adjustment)
        sales.append(sale(order, ids, "ADJUSTMENT", "RETURN", None, None, amount, []))
    agree(order, ids, "REFUND", when, sales, refund_id)
    entry = {"id": refund_id, "createdAt": when, "note": note, "lines": rows, "transactions": [], "return": home}
    order["refunds"].append(entry)
    refresh(order)
    if payment:
        _pay_back(order, ids, when, entry, sales, payment)
    return entry, effects


def _refund_row(order, ids, line, count, restock, entry) -> dict[str, Any]:
    subtotal = as_money(entry["total"]).times(-1)
    if not order["taxesIncluded"]:
        subtotal = subtotal.plus(as_money(entry["tax"]).times(-1), -1)
    return {
        "id": ids("RefundLineItem"),
        "line": line["id"],
        "quantity": count,
        "restockType": restock,
        "subtotal": subtotal,
        "tax": as_money(entry["tax"]).times(-1),
        "location": None,
    }


def _return_shipping(order: dict, ids: NextId) -> list[dict]:
    sales = []
    for row in order["shippingLines"]:
        discount = total((d["amount"] for d in row["discounts"]), zero(order))
        net = as_money(row["originalPrice"]).plus(discount, -1)
        if row["isRemoved"] or row["refunded"][0]:
            continue
        sales.append(charge_sale(order, ids, "SHIPPING", row["id"], net, row["taxLines"], -1, discount))
        row["refunded"] = net
    return sales


def _pay_back(order, ids, when, entry, sales, status) -> None:
    """Book the refund's transaction: what was taken back, at most what was paid."""
    amount: Money = total((row["total"] for row in sales), zero(order)).times(-1)
    left = order["totals"]["net"]
    if amount.shop > left.shop:
        amount = left
    if amount.shop <= 0:
        return
    paid = [row for row in order["transactions"] if row["kind"] in ("SALE", "CAPTURE")]
    row = {
        "id": ids("OrderTransaction"),
        "kind": "REFUND",
        "status": status,
        "gateway": paid[-1]["gateway"] if paid else "manual",
        "amount": amount,
        "processedAt": when,
        "parent": paid[-1]["id"] if paid else None,
        "rounding": None,
        "test": order["test"],
    }
    order["transactions"].append(row)
    entry["transactions"].append(row["id"])
    refresh(order)


def settle_refunds(order: dict, status: str = "SUCCESS") -> int:
    """Let the pending refund transactions of an order succeed or fail; how many did."""
    waiting = [r for r in order["transactions"] if r["kind"] == "REFUND" and r["status"] == "PENDING"]
    for row in waiting:
        row["status"] = status
    refresh(order)
    return len(waiting)


def cancel(
    order: dict,
    ids: NextId,
    when: str,
    reason: str = "CUSTOMER",
    pay_back: bool = True,
    restock: bool = True,
    note: str | None = None,
) -> Effects:
    """Cancel an order: everything unshipped and every charge is taken back.

    :raises ValueError: it is cancelled already, or something has shipped
    """
    if order["cancelledAt"]:
        raise ValueError("Order has already been cancelled")
    if any(line["fulfilledQuantity"] for line in order["lines"]):
        raise ValueError("Cannot cancel an order with fulfilled line items")
    kind = "CANCEL" if restock else "NO_RESTOCK"
    units = [(line["id"], line["currentQuantity"], kind) for line in order["lines"] if line["currentQuantity"]]
    _void_authorizations(order, ids, when)
    entry, effects = refund(order, ids, when, units, shipping=True, payment=None)
    agreement = order["agreements"][-1]
    for line in order["lines"]:
        agreement["sales"] += [
            charge_sale(order, ids, "DUTY", duty["id"], as_money(duty["price"]), duty["taxLines"], -1)
            for duty in line["duties"]
        ]
    agreement["sales"] += [
        charge_sale(order, ids, "ADDITIONAL_FEE", fee["id"], as_money(fee["price"]), fee["taxLines"], -1)
        for fee in order["fees"]
    ]
    refresh(order)
    if pay_back:
        _pay_back(order, ids, when, entry, agreement["sales"], "SUCCESS")
    order.update(cancelledAt=when, closedAt=when, cancelReason=reason, staffNote=note)
    refresh(order)
    return effects


def _void_authorizations(order: dict, ids: NextId, when: str) -> None:
    captured = {row["parent"] for row in order["transactions"] if row["kind"] == "CAPTURE"}
    for row in list(order["transactions"]):
        if row["kind"] == "AUTHORIZATION" and row["id"] not in captured:
            order["transactions"].append(
                {
                    **row,
                    "id": ids("OrderTransaction"),
                    "kind": "VOID",
                    "parent": row["id"],
                    "processedAt": when,
                }
            )
