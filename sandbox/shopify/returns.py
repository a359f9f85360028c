"""Returns: announced by a customer or the merchant, approved, declined, closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .fulfilment import touch
from .shop import Shop
from .store import stamp

#: what a return may become from where it is
NEXT = {
    "approve": ({"REQUESTED"}, "OPEN"),
    "decline": ({"REQUESTED"}, "DECLINED"),
    "cancel": ({"REQUESTED", "OPEN"}, "CANCELED"),
    "close": ({"OPEN"}, "CLOSED"),
    "reopen": ({"CLOSED"}, "OPEN"),
}


def announce(
    shop: Shop,
    order: dict,
    units: Sequence[tuple[int, int]],
    status: str = "OPEN",
    reason: str = "",
    note: str = "",
    notes: dict[int, tuple[str, str]] | None = None,
    exchanges: Sequence[tuple[int, int]] = (),
) -> dict[str, Any]:
    """Announce that shipped units come back.

    :param units: (line id, quantity)
    :param status: ``REQUESTED`` by the customer, or ``OPEN`` by the merchant
    :param notes: {line id: (reason, note)} where they differ by line
    :param exchanges: (variant id, quantity) of what is sent instead, once it is processed
    :raises ValueError: more than was shipped and is not announced yet
    """
    rows = []
    for line_id, count in units:
        why, words = (notes or {}).get(line_id, (reason, note))
        if not 0 < count <= returnable(order, line_id):
            raise ValueError("only shipped units that are not announced yet can be returned")
        rows.append(
            {
                "id": shop.ids("ReturnLineItem"),
                "line": line_id,
                "quantity": count,
                "fulfillmentLine": _fulfillment_line(shop, order, line_id),
                "reason": why,
                "note": words,
            }
        )
    entry = {
        "id": shop.ids("Return"),
        "name": f"{order['name']}-R{len(order.setdefault('returns', [])) + 1}",
        "status": status,
        "createdAt": stamp(),
        "lines": rows,
        "exchanges": [
            {"id": shop.ids("ExchangeLineItem"), "variant": variant, "quantity": count, "line": None}
            for variant, count in exchanges
        ],
    }
    order["returns"].append(entry)
    shop.store.put("return", entry["id"], order["id"])
    touch(shop, order)
    shop.emit("returns/request" if status == "REQUESTED" else "returns/approve", {"order": order, "return": entry})
    shop.emit("orders/updated", order)
    return entry


def returnable(order: dict, line_id: int) -> int:
    """Shipped units of a line that no return announces."""
    line = next(line for line in order["lines"] if line["id"] == line_id)
    return line["fulfilledQuantity"] - _announced(order, line_id)


def _announced(order: dict, line_id: int) -> int:
    live = [entry for entry in order.get("returns", ()) if entry["status"] not in ("DECLINED", "CANCELED")]
    return sum(row["quantity"] for entry in live for row in entry["lines"] if row["line"] == line_id)


def _fulfillment_line(shop: Shop, order: dict, line_id: int) -> int:
    rows = (row for key in order["fulfillments"] for row in shop.store.get("fulfillment", key)["lines"])
    return next(row["id"] for row in rows if row["line"] == line_id)


def step(shop: Shop, order: dict, entry: dict, action: str) -> dict[str, Any]:
    """Approve, decline, cancel, close or reopen a return.

    :raises ValueError: not from where it is
    """
    allowed, after = NEXT[action]
    if entry["status"] not in allowed:
        raise ValueError(f"a return that is {entry['status']} cannot {action}")
    entry["status"] = after
    touch(shop, order)
    shop.emit(f"returns/{action}", {"order": order, "return": entry})
    shop.emit("orders/updated", order)
    return entry


def status_of(order: dict) -> str:
    """OrderReturnStatus."""
    states = [entry["status"] for entry in order.get("returns", ())]
    if "OPEN" in states:
        return "IN_PROGRESS"
    if "REQUESTED" in states:
        return "RETURN_REQUESTED"
    if "CLOSED" in states:
        return "RETURNED"
    return "NO_RETURN" if not states or "DECLINED" not in states else "RETURN_FAILED"
