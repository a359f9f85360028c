"""Fulfilment orders and fulfilments.

Rules as Shopify's: work is created by routing, one fulfilment order for each
place; a fulfilment covers fulfilment orders of one order and one place, and
never more than remains; holds, moves and splits change who may ship what.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .generator.totals import refresh
from .inventory import level_of, move
from .shop import Shop
from .store import stamp

ACTIONS = {
    "OPEN": ("CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD", "SPLIT"),
    "IN_PROGRESS": ("CREATE_FULFILLMENT", "MARK_AS_OPEN", "HOLD"),
    "ON_HOLD": ("RELEASE_HOLD", "HOLD", "MOVE"),
}
ACTIVE = tuple(ACTIONS)
#: path of userErrors about what is to be fulfilled
BY_FULFILLMENT_ORDER = ("fulfillment", "lineItemsByFulfillmentOrder")


class Refused(Exception):
    """A rule forbids it. ``field`` is the path of a userError, ``code`` its code."""

    def __init__(self, message: str, field: Sequence[str] = (), code: str | None = None):
        super().__init__(message)
        self.user_error = {"field": list(field) or None, "message": message, "code": code}


def orders_of(shop: Shop, order: dict) -> list[dict[str, Any]]:
    """The fulfilment orders of an order, oldest first."""
    return [shop.store.get("fo", key) for key in order["fulfillmentOrders"]]


def supported_actions(fo: dict[str, Any]) -> tuple[str, ...]:
    """What may be done with a fulfilment order now."""
    return ACTIONS.get(fo["status"], ())


def route(shop: Shop, order: dict) -> None:
    """Assign the lines of a new order to places and promise their stock.

    A line goes where enough of it lies, the order's first place before others;
    when nowhere is enough, it goes to the first place and is oversold there.
    ``spread`` gives lines to the places in turn.
    """
    places = [p["id"] for p in shop.store.all("location").values() if p["active"]]
    start = order["number"] % len(places)
    places = places[start:] + places[:start]
    order["fulfillmentOrders"], order["fulfillments"] = [], []
    by_place: dict[int, list[tuple[dict, int]]] = {}
    for index, line in enumerate(line for line in order["lines"] if line["fulfillable"]):
        turn = places[index % len(places) :] + places[: index % len(places)]
        place = _place_for(shop, line, turn if order["spread"] else places)
        by_place.setdefault(place, []).append((line, line["quantity"]))
    for place, lines in by_place.items():
        open_order(shop, order, place, lines)


def _place_for(shop: Shop, line: dict, places: Sequence[int]) -> int:
    if line["item"]:
        stocked = [place for place in places if level_of(shop, line["item"], place)]
        for place in stocked:
            if level_of(shop, line["item"], place)["available"] >= line["quantity"]:
                return place
        if stocked:
            return stocked[0]
    return places[0]


def open_order(
    shop: Shop, order: dict, place: int, lines: Iterable[tuple[dict, int]], promise: bool = True
) -> dict[str, Any]:
    """A new fulfilment order at a place.

    :param promise: move the stock from available to committed
    """
    moment = stamp()
    fo = {
        "id": shop.ids("FulfillmentOrder"),
        "order": order["id"],
        "location": place,
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "holds": [],
        "createdAt": moment,
        "updatedAt": moment,
        "lines": [],
    }
    for line, count in lines:
        fo["lines"].append(
            {
                "id": shop.ids("FulfillmentOrderLineItem"),
                "line": line["id"],
                "item": line["item"],
                "total": count,
                "remaining": count,
            }
        )
        if promise and line["item"]:
            move(shop, line["item"], place, available=-count, committed=count)
    order["fulfillmentOrders"].append(fo["id"])
    return shop.store.put("fo", fo["id"], fo)


def take_off(shop: Shop, order: dict, line: dict, count: int, restock: bool = True, empty: str = "CLOSED") -> None:
    """Units of a line are no longer to be shipped; ``empty``: what becomes of emptied work."""
    for fo in orders_of(shop, order):
        for row in fo["lines"]:
            if row["line"] != line["id"] or not count or fo["status"] not in ACTIVE:
                continue
            taken = min(count, row["remaining"])
            row["remaining"] -= taken
            row["total"] -= taken
            count -= taken
            if line["item"] and taken:
                move(shop, line["item"], fo["location"], committed=-taken, available=taken if restock else 0)
        close_if_done(shop, fo, empty)


def put_on(shop: Shop, order: dict, line: dict, count: int) -> None:
    """More units of a line are to be shipped."""
    for fo in orders_of(shop, order):
        if fo["status"] == "OPEN":
            rows = [row for row in fo["lines"] if row["line"] == line["id"]]
            if rows:
                rows[0]["total"] += count
                rows[0]["remaining"] += count
                if line["item"]:
                    move(shop, line["item"], fo["location"], available=-count, committed=count)
                shop.store.put("fo", fo["id"], fo)
                return
    active = [place["id"] for place in shop.store.all("location").values() if place["active"]]
    open_order(shop, order, _place_for(shop, {**line, "quantity": count}, active), [(line, count)])


def close_if_done(shop: Shop, fo: dict, empty: str = "CLOSED") -> None:
    """A fulfilment order with nothing left is closed (``empty``: or cancelled)."""
    if fo["status"] in ACTIVE and not any(row["remaining"] for row in fo["lines"]):
        fo["status"] = empty
    fo["updatedAt"] = stamp()
    shop.store.put("fo", fo["id"], fo)


def close_all(shop: Shop, order: dict) -> None:
    """The order was cancelled: whatever is still open is, too."""
    for fo in orders_of(shop, order):
        close_if_done(shop, fo, "CANCELLED")
        if fo["status"] == "CANCELLED":
            shop.emit("fulfillment_orders/cancelled", fo)


def create(
    shop: Shop,
    groups: Sequence[tuple[int, Sequence[tuple[int, int]] | None]],
    tracking: Sequence[dict],
    notify: bool = False,
) -> dict[str, Any]:
    """``fulfillmentCreate``.

    :param groups: (fulfilment order, [(its line, quantity)] or None for all)
    :raises Refused: a rule forbids it; nothing was changed
    """
    picked = [_pick(shop, key, rows) for key, rows in groups]
    if len({fo["order"] for fo, _rows in picked}) != 1:
        raise Refused("All fulfillment orders must belong to the same order.", BY_FULFILLMENT_ORDER)
    if len({fo["location"] for fo, _rows in picked}) != 1:
        raise Refused("All fulfillment orders must be assigned to a single location.", BY_FULFILLMENT_ORDER)
    order = shop.store.get("order", picked[0][0]["order"])
    fulfillment = _new_fulfillment(shop, order, picked[0][0]["location"], tracking, notify)
    for fo, rows in picked:
        _ship(shop, order, fo, rows, fulfillment)
    shop.store.put("fulfillment", fulfillment["id"], fulfillment)
    order["fulfillments"].append(fulfillment["id"])
    touch(shop, order)
    shop.emit("fulfillments/create", fulfillment)
    shop.emit("orders/updated", order)
    whole = order["fulfillmentStatus"] == "FULFILLED"
    shop.emit("orders/fulfilled" if whole else "orders/partially_fulfilled", order)
    return fulfillment


def _new_fulfillment(shop: Shop, order: dict, place: int, tracking: Sequence[dict], notify: bool) -> dict[str, Any]:
    moment = stamp()
    return {
        "id": shop.ids("Fulfillment"),
        "order": order["id"],
        "name": f"{order['name']}-F{len(order['fulfillments']) + 1}",
        "location": place,
        "status": "SUCCESS",
        "createdAt": moment,
        "updatedAt": moment,
        "tracking": list(tracking),
        "notified": bool(notify),
        "lines": [],
    }


def _pick(shop: Shop, key: int, rows: Sequence[tuple[int, int]] | None) -> tuple[dict, list]:
    """Check one fulfilment order of a request and find its lines."""
    where = BY_FULFILLMENT_ORDER
    fo = shop.store.get("fo", key)
    if fo is None:
        raise Refused("Fulfillment order does not exist.", where)
    if "CREATE_FULFILLMENT" not in supported_actions(fo):
        raise Refused(f"Fulfillment order {key} has an unfulfillable status= {fo['status'].lower()}.", where)
    if rows is None:
        return fo, [(row, row["remaining"]) for row in fo["lines"] if row["remaining"]]
    by_id = {row["id"]: row for row in fo["lines"]}
    wanted: dict[int, int] = {}
    for row_id, count in rows:
        wanted[row_id] = wanted.get(row_id, 0) + count
    for row_id, count in wanted.items():
        row = by_id.get(row_id)
        if row is None:
            raise Refused("Fulfillment order line item does not exist.", where)
        if count < 1 or count > row["remaining"]:
            raise Refused("Invalid fulfillment order line item quantity requested.", where)
    return fo, [(by_id[row_id], count) for row_id, count in wanted.items()]


def _ship(shop: Shop, order: dict, fo: dict, rows: list, fulfillment: dict) -> None:
    lines = {line["id"]: line for line in order["lines"]}
    for row, count in rows:
        line = lines[row["line"]]
        row["remaining"] -= count
        line["fulfilledQuantity"] += count
        line["unfulfilledQuantity"] -= count
        fulfillment["lines"].append(
            {
                "id": shop.ids("FulfillmentLineItem"),
                "line": line["id"],
                "quantity": count,
                "fo": fo["id"],
                "row": row["id"],
            }
        )
        if line["item"]:
            move(shop, line["item"], fo["location"], committed=-count)
    if any(row["remaining"] for row in fo["lines"]):
        fo["status"] = "IN_PROGRESS"
    close_if_done(shop, fo)


def cancel(shop: Shop, key: int) -> dict[str, Any]:
    """``fulfillmentCancel``: its units are to be shipped again.

    :raises Refused: there is none, or it is cancelled already
    """
    fulfillment = shop.store.get("fulfillment", key)
    if fulfillment is None or fulfillment["status"] == "CANCELLED":
        raise Refused("Fulfillment does not exist or is cancelled.", ("id",))
    order = shop.store.get("order", fulfillment["order"])
    lines = {line["id"]: line for line in order["lines"]}
    again = []
    for row in fulfillment["lines"]:
        line = lines[row["line"]]
        line["fulfilledQuantity"] -= row["quantity"]
        line["unfulfilledQuantity"] += row["quantity"]
        again.append((line, row["quantity"]))
        if line["item"]:
            move(shop, line["item"], fulfillment["location"], committed=row["quantity"])
    open_order(shop, order, fulfillment["location"], again, promise=False)
    fulfillment.update(status="CANCELLED", updatedAt=stamp())
    shop.store.put("fulfillment", key, fulfillment)
    touch(shop, order)
    shop.emit("fulfillments/update", fulfillment)
    shop.emit("orders/updated", order)
    return fulfillment


def set_tracking(shop: Shop, key: int, tracking: Sequence[dict]) -> dict[str, Any]:
    """``fulfillmentTrackingInfoUpdate``.

    :raises Refused: there is no such fulfilment
    """
    fulfillment = shop.store.get("fulfillment", key)
    if fulfillment is None:
        raise Refused("Fulfillment does not exist.", ("fulfillmentId",))
    fulfillment.update(tracking=list(tracking), updatedAt=stamp())
    shop.store.put("fulfillment", key, fulfillment)
    shop.emit("fulfillments/update", fulfillment)
    return fulfillment


def touch(shop: Shop, order: dict) -> dict[str, Any]:
    """Recompute an order and mark it as updated now."""
    live = [fo for fo in orders_of(shop, order) if fo["status"] in ACTIVE]
    order["onHold"] = bool(live) and all(fo["status"] == "ON_HOLD" for fo in live)
    order["updatedAt"] = stamp()
    refresh(order)
    return shop.store.put("order", order["id"], order)
