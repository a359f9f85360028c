"""Orders, fulfilment orders and fulfilments."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .. import orders, payouts, returns, summary, work
from ..fulfilment import touch
from ..generator import SHAPES, check_order
from ..gid import gid, split_gid
from .core import Oracle, flag, route


@route("GET", "shapes")
def _shapes(oracle: Oracle, data: dict) -> dict:
    return {name: (function.__doc__ or "").strip() for name, function in SHAPES.items()}


#: what a shop sells most of the time, for ``mix``
EVERYDAY = (
    "plain",
    "plain",
    "plain",
    "percentage_discount",
    "fixed_discount",
    "several_taxes",
    "tax_included",
    "guest",
    "free_shipping",
    "multi_location",
)


def _wanted_shapes(data: dict) -> tuple[list[str], int]:
    """The shapes to go through and how many orders: by default one of each."""
    wanted = data.get("shape", "plain")
    shapes = wanted if isinstance(wanted, list) else str(wanted).split(",")
    if wanted in ("all", "mix"):
        shapes = list(SHAPES)
    count = int(data.get("count", len(shapes)))
    if wanted == "mix":
        chance = random.Random(str(data.get("seed", "mix")))
        shapes += chance.choices(EVERYDAY, k=max(0, count - len(shapes)))
        shapes = shapes[:count]
        chance.shuffle(shapes)
    return shapes, count


@route("POST", "orders")
def _place(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    shapes, count = _wanted_shapes(data)
    lines = int(data["lines"]) if data.get("lines") else None
    placed, gone = [], []
    wanted = [(row["sku"], int(row.get("quantity", 1))) for row in data.get("items", ())]
    for index in range(count):
        seed = f"{data['seed']}/{index}" if data.get("seed") is not None else None
        with shop.store.lock:
            gone = orders.sold_out(shop, wanted) if data.get("deny") else []
            if gone:
                break
            order = orders.place(shop, shapes[index % len(shapes)], seed, lines, wanted)
            shop.store.commit()
        placed.append({"id": gid("Order", order["id"]), "name": order["name"], "shape": order["shape"]})
    return {"count": len(placed), "orders": placed, "sold_out": gone}


@route("GET", "orders")
def _list_orders(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        rows = [
            row for row in shop.store.all("order").values() if not data.get("shape") or row["shape"] == data["shape"]
        ]
        offset, limit = int(data.get("offset", 0)), int(data.get("limit", 10_000))
        page = rows[offset : offset + limit]
        return {"count": len(rows), "orders": [summary.order(shop, row) for row in page]}


@route("GET", "orders/{}")
def _one_order(oracle: Oracle, key: str, data: dict) -> dict:
    with oracle.shop.store.lock:
        return summary.order(oracle.shop, orders.find(oracle.shop, key))


@route("GET", "check")
def _check(oracle: Oracle, data: dict) -> dict:
    with oracle.shop.store.lock:
        rows = oracle.shop.store.all("order").values()
        faults = {row["name"]: check_order(row) for row in rows}
    return {name: found for name, found in faults.items() if found}


def _line_id(order: dict, key: Any) -> int:
    """A line by global id, number or, below 1000, position."""
    number = int(split_gid(str(key))[1] or key)
    return order["lines"][number]["id"] if number < 1000 else number


def _units(order: dict, data: dict, *defaults: Any) -> list[tuple]:
    """``lines`` as [{"line", "quantity"}] or [[line, quantity]]."""
    found = []
    for row in data.get("lines", ()):
        pair = (row["line"], row["quantity"]) if isinstance(row, dict) else row[:2]
        found.append((_line_id(order, pair[0]), int(pair[1]), *defaults))
    return found


def _do_cancel(oracle: Oracle, order: dict, data: dict) -> None:
    orders.cancel(
        oracle.shop,
        order,
        data.get("reason", "CUSTOMER"),
        flag(data.get("refund", True)),
        flag(data.get("restock", True)),
    )


def _do_edit(oracle: Oracle, order: dict, data: dict) -> None:
    moves = _units(order, data)
    added = []
    for row in data.get("add", ()):
        added.append(orders.line_of_sku(oracle.shop, order, row["sku"], int(row["quantity"])))
    orders.edit(oracle.shop, order, moves, added)


def _do_refund(oracle: Oracle, order: dict, data: dict) -> None:
    units = _units(order, data, data.get("restock", "CANCEL"))
    place = oracle.location(data["location"]) if data.get("location") else None
    cents = round(float(data.get("amount", 0)) * 100)
    orders.refund(
        oracle.shop,
        order,
        units,
        place,
        shipping=flag(data.get("shipping")),
        adjustment=cents,
        payment=data.get("payment", "SUCCESS"),
        note=data.get("note"),
        home=int(split_gid(str(data["return"]))[1] or data["return"]) if data.get("return") else None,
    )


def _do_return(oracle: Oracle, order: dict, data: dict) -> None:
    """``lines``, ``status`` and ``exchange`` announce one; ``return`` and ``step`` go on with it.

    The step ``process`` takes everything that is announced off the order, and puts what is
    sent instead on it.
    """
    if data.get("step"):
        key = int(split_gid(str(data["return"]))[1] or data["return"])
        entry = next(row for row in order.get("returns", ()) if row["id"] == key)
        if data["step"] == "process":
            units = [(row["id"], row["quantity"]) for row in entry["lines"]]
            orders.process_return(oracle.shop, order, entry, units, [row["id"] for row in entry["exchanges"]])
        else:
            returns.step(oracle.shop, order, entry, data["step"])
    else:
        returns.announce(
            oracle.shop,
            order,
            _units(order, data),
            data.get("status", "OPEN"),
            data.get("reason", ""),
            data.get("note", ""),
            exchanges=[
                (oracle.shop.by_sku(row["sku"])["id"], int(row["quantity"])) for row in data.get("exchange", ())
            ],
        )


def _do_fulfil(oracle: Oracle, order: dict, data: dict) -> None:
    units = _units(order, data) if data.get("lines") else None
    tracking = [{"number": data.get("tracking"), "company": data.get("company"), "url": None}]
    orders.fulfil(oracle.shop, order, units, tracking if data.get("tracking") else [])


def _do_delete(oracle: Oracle, order: dict, data: dict) -> None:
    store = oracle.shop.store
    store.delete("order", order["id"])
    for kind, name in (("fo", "fulfillmentOrders"), ("fulfillment", "fulfillments")):
        for key in order[name]:
            store.delete(kind, key)
    oracle.shop.emit("orders/delete", order)


ACTIONS: dict[str, Callable[[Oracle, dict, dict], Any]] = {
    "cancel": _do_cancel,
    "edit": _do_edit,
    "refund": _do_refund,
    "return": _do_return,
    "fulfil": _do_fulfil,
    "delete": _do_delete,
    "pay": lambda oracle, order, data: orders.pay(oracle.shop, order),
    "settle-refunds": lambda oracle, order, data: orders.settle_refunds(
        oracle.shop, order, data.get("status", "SUCCESS")
    ),
    "change": lambda oracle, order, data: orders.change(oracle.shop, order, data),
    "touch": lambda oracle, order, data: (touch(oracle.shop, order), oracle.shop.emit("orders/updated", order)),
}


@route("POST", "orders/{}/{}")
def _act(oracle: Oracle, key: str, action: str, data: dict) -> dict:
    if action not in ACTIONS:
        raise ValueError(f"no action {action!r}; there are: {', '.join(ACTIONS)}")
    with oracle.shop.store.lock:
        order = orders.find(oracle.shop, key)
        ACTIONS[action](oracle, order, data)
        oracle.shop.store.commit()
        return {} if action == "delete" else summary.order(oracle.shop, order)


@route("POST", "payouts")
def _pay_out(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        payout = payouts.pay_out(shop, data.get("status", "PAID"), int(data.get("fee", 0)), data.get("dispute"))
        shop.store.commit()
        return {"id": gid("ShopifyPaymentsPayout", payout["id"]), "net": payout["net"], **_settled(payout)}


@route("GET", "payouts")
def _list_payouts(oracle: Oracle, data: dict) -> dict:
    with oracle.shop.store.lock:
        rows = oracle.shop.store.all("payout").values()
        return {
            "payouts": [
                {
                    "id": gid("ShopifyPaymentsPayout", row["id"]),
                    "net": row["net"],
                    "status": row["status"],
                    **_settled(row),
                }
                for row in rows
            ]
        }


def _settled(payout: dict) -> dict:
    return {"count": len(payout["transactions"]), "fees": sum(row["fee"] for row in payout["transactions"])}


@route("GET", "fulfillment-orders")
def _fulfillment_orders(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        rows = [summary.fulfillment_order(shop, fo) for fo in shop.store.all("fo").values()]
    return {"fulfillment_orders": [row for row in rows if not data.get("status") or row["status"] == data["status"]]}


@route("POST", "fulfillment-orders/{}/{}")
def _work(oracle: Oracle, key: str, action: str, data: dict) -> dict:
    shop, number = oracle.shop, int(key)
    with shop.store.lock:
        if action == "hold":
            work.hold(shop, number, data.get("reason", "OTHER"), data.get("notes"))
        elif action == "release":
            work.release(shop, number)
        elif action == "move":
            work.relocate(shop, number, oracle.location(data["location"]))
        elif action == "split":
            rows = shop.store.get("fo", number)["lines"]
            parts = [(rows[index]["id"], count) for index, count in data["lines"]]
            work.split(shop, number, parts)
        else:
            raise ValueError(f"no action {action!r}; there are: hold, release, move, split")
        shop.store.commit()
        return summary.order(shop, orders.find(shop, shop.store.get("fo", number)["order"]))


@route("GET", "fulfillments")
def _fulfillments(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        rows = [summary.fulfillment(shop, r) for r in shop.store.all("fulfillment").values()]
    if data.get("order"):
        wanted = gid("Order", orders.find(shop, data["order"])["id"])
        rows = [row for row in rows if row["order_id"] == wanted]
    return {"count": len(rows), "fulfillments": rows}
