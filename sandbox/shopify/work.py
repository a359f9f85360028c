"""Holds, moves and splits of fulfilment orders, by the API or by the merchant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .fulfilment import Refused, close_if_done, open_order, supported_actions, touch
from .generator.changes import find_line
from .inventory import move
from .shop import Shop
from .store import stamp


def _find(shop: Shop, key: int, action: str) -> dict[str, Any]:
    fo = shop.store.get("fo", key)
    if fo is None:
        raise Refused("Fulfillment order does not exist.", ("id",), "FULFILLMENT_ORDER_NOT_FOUND")
    if action not in supported_actions(fo):
        raise Refused(
            f"Fulfillment order {key} does not support {action} while it is {fo['status'].lower()}.", ("id",), "INVALID"
        )
    return fo


def hold(shop: Shop, key: int, reason: str, notes: str | None = None, handle: str | None = None) -> tuple[dict, dict]:
    """Put a fulfilment order on hold; (fulfilment order, hold).

    :raises Refused: it cannot be held now
    """
    fo = _find(shop, key, "HOLD")
    entry = {"id": shop.ids("FulfillmentHold"), "reason": reason, "notes": notes, "handle": handle or ""}
    fo["holds"].append(entry)
    fo.update(status="ON_HOLD", updatedAt=stamp())
    shop.store.put("fo", key, fo)
    touch(shop, shop.store.get("order", fo["order"]))
    shop.emit("fulfillment_orders/placed_on_hold", fo)
    return fo, entry


def release(shop: Shop, key: int) -> dict[str, Any]:
    """Release every hold of a fulfilment order.

    :raises Refused: it is not on hold
    """
    fo = _find(shop, key, "RELEASE_HOLD")
    started = any(row["remaining"] < row["total"] for row in fo["lines"])
    fo.update(holds=[], status="IN_PROGRESS" if started else "OPEN", updatedAt=stamp())
    shop.store.put("fo", key, fo)
    touch(shop, shop.store.get("order", fo["order"]))
    shop.emit("fulfillment_orders/hold_released", fo)
    return fo


def relocate(shop: Shop, key: int, place: int) -> dict[str, Any]:
    """Move a whole fulfilment order to another place, its stock promise with it.

    :raises Refused: it cannot be moved there
    """
    fo = _find(shop, key, "MOVE")
    location = shop.store.get("location", place)
    if location is None or not location["active"]:
        raise Refused("Location does not exist.", ("newLocationId",), "LOCATION_NOT_FOUND")
    for row in fo["lines"]:
        if row["item"] and row["remaining"]:
            count = row["remaining"]
            move(shop, row["item"], fo["location"], available=count, committed=-count)
            if shop.store.get("level", f"{row['item']}:{place}") is None:
                shop.add_level(row["item"], place, 0, stamp())
            move(shop, row["item"], place, available=-count, committed=count)
    fo.update(location=place, updatedAt=stamp())
    shop.store.put("fo", key, fo)
    touch(shop, shop.store.get("order", fo["order"]))
    shop.emit("fulfillment_orders/moved", fo)
    return fo


def split(shop: Shop, key: int, rows: Sequence[tuple[int, int]]) -> tuple[dict, dict]:
    """Split units off into a new fulfilment order at the same place.

    :param rows: (line of the fulfilment order, quantity)
    :return: (the original with the rest, the new one)
    :raises Refused: it cannot be split so
    """
    fo = _find(shop, key, "SPLIT")
    by_id = {row["id"]: row for row in fo["lines"]}
    order = shop.store.get("order", fo["order"])
    for row_id, count in rows:
        if row_id not in by_id or not 0 < count <= by_id[row_id]["remaining"]:
            raise Refused(
                "Invalid fulfillment order line item quantity requested.", ("fulfillmentOrderSplits",), "GREATER_THAN"
            )
    parts = []
    for row_id, count in rows:
        by_id[row_id]["remaining"] -= count
        by_id[row_id]["total"] -= count
        parts.append((find_line(order, by_id[row_id]["line"]), count))
    fo["lines"] = [row for row in fo["lines"] if row["total"]]
    other = open_order(shop, order, fo["location"], parts, promise=False)
    close_if_done(shop, fo)
    touch(shop, order)
    shop.emit("fulfillment_orders/split", fo)
    return fo, other
