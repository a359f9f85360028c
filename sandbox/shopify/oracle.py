"""``/_oracle``: ask what the shop holds and was sent, and make things happen.

Routes are declared with ``@route``; a handler gets the parts of the path that
stand in braces and one dict of arguments, the JSON body laid over the query.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from . import auth, inventory, orders, summary, work
from .api import AdminApi, Reply
from .faults import KINDS, FaultPlan
from .fulfilment import Refused, touch
from .generator import SHAPES, check_order
from .gid import gid, split_gid
from .settings import PLANS
from .shop import Shop
from .store import stamp
from .webhooks import Dispatcher

Handler = Callable[..., Any]
_ROUTES: list[tuple[str, list[str], Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Declare a handler; ``{}`` in a path stands for one part of it."""

    def register(function: Handler) -> Handler:
        _ROUTES.append((method, path.strip("/").split("/"), function))
        return function

    return register


class Oracle:
    """Everything a test or the demo asks of the sandbox, other than as a client."""

    def __init__(self, shop: Shop, api: AdminApi, dispatcher: Dispatcher, faults: FaultPlan):
        self.shop = shop
        self.api = api
        self.dispatcher = dispatcher
        self.faults = faults

    def handle(self, method: str, names: list[str], query: dict[str, str], raw: bytes) -> Reply:
        """Find the route and answer; problems of the caller are a 400 with the reason."""
        try:
            data = json.loads(raw) if raw.strip() else {}
        except ValueError as error:
            return Reply(400, {"error": f"the body is not JSON: {error}"})
        arguments = {**query, **data} if isinstance(data, dict) else {**query, "list": data}
        for verb, parts, function in _ROUTES:
            found = _match(parts, names)
            if verb == method and found is not None:
                try:
                    return Reply(200, function(self, *found, **{"data": arguments}))
                except (ValueError, KeyError, TypeError, Refused) as error:
                    return Reply(400, {"error": str(error) or repr(error)})
        known = sorted({f"{verb} /_oracle/{'/'.join(parts)}" for verb, parts, _f in _ROUTES})
        return Reply(404, {"error": "no such route", "routes": known})

    def location(self, text: Any) -> int:
        """A place by global id, number or name.

        :raises ValueError: there is none
        """
        tail = split_gid(str(text))[1] or str(text)
        for row in self.shop.store.all("location").values():
            if tail == str(row["id"]) or tail.lower() == row["name"].lower():
                return row["id"]
        raise ValueError(f"no location {text!r}")

    def item(self, text: Any) -> int:
        """An inventory item by global id, number or SKU.

        :raises ValueError: there is none
        """
        tail = split_gid(str(text))[1] or str(text)
        for row in self.shop.store.all("item").values():
            if tail == str(row["id"]) or tail == row["sku"]:
                return row["id"]
        raise ValueError(f"no item {text!r}")


def _match(parts: list[str], names: list[str]) -> list[str] | None:
    if len(parts) != len(names):
        return None
    found = []
    for part, name in zip(parts, names, strict=True):
        if part == "{}":
            found.append(name.replace("%23", "#"))
        elif part != name:
            return None
    return found


def _flag(value: Any) -> bool:
    return value in (True, 1, "1", "true", "yes")


@route("GET", "health")
def _health(oracle: Oracle, data: dict) -> dict:
    store = oracle.shop.store
    return {"status": "ok", "shop": oracle.shop.settings["shop"]["myshopifyDomain"],
            "orders": len(store.all("order")), "subscriptions": len(store.all("subscription")),
            "deliveries_pending": oracle.dispatcher.pending()}


@route("GET", "catalogue")
def _catalogue(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        return {
            "shop": shop.settings["shop"],
            "locations": [summary.location(row) for row in shop.store.all("location").values()],
            "variants": [summary.variant(shop, row)
                         for row in shop.store.all("variant").values()],
        }


@route("GET", "shapes")
def _shapes(oracle: Oracle, data: dict) -> dict:
    return {name: (function.__doc__ or "").strip() for name, function in SHAPES.items()}


@route("POST", "orders")
def _place(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    wanted = data.get("shape", "plain")
    shapes = list(SHAPES) if wanted == "all" else (
        wanted if isinstance(wanted, list) else str(wanted).split(","))
    count = int(data.get("count", len(shapes)))
    lines = int(data["lines"]) if data.get("lines") else None
    placed = []
    for index in range(count):
        seed = f"{data['seed']}/{index}" if data.get("seed") is not None else None
        with shop.store.lock:
            order = orders.place(shop, shapes[index % len(shapes)], seed, lines)
            shop.store.commit()
        placed.append({"id": gid("Order", order["id"]), "name": order["name"],
                       "shape": order["shape"]})
    return {"count": len(placed), "orders": placed}


@route("GET", "orders")
def _list_orders(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        rows = [row for row in shop.store.all("order").values()
                if not data.get("shape") or row["shape"] == data["shape"]]
        offset, limit = int(data.get("offset", 0)), int(data.get("limit", 10_000))
        page = rows[offset:offset + limit]
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
    orders.cancel(oracle.shop, order, data.get("reason", "CUSTOMER"),
                  _flag(data.get("refund", True)), _flag(data.get("restock", True)))


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
    orders.refund(oracle.shop, order, units, place, shipping=_flag(data.get("shipping")),
                  adjustment=cents, payment=data.get("payment", "SUCCESS"),
                  note=data.get("note"))


def _do_fulfil(oracle: Oracle, order: dict, data: dict) -> None:
    units = _units(order, data) if data.get("lines") else None
    tracking = [{"number": data.get("tracking"), "company": data.get("company"), "url": None}]
    orders.fulfil(oracle.shop, order, units, tracking if data.get("tracking") else [])


def _do_delete(oracle: Oracle, order: dict, data: dict) -> None:
    oracle.shop.store.delete("order", order["id"])
    oracle.shop.emit("orders/delete", order)


ACTIONS: dict[str, Callable[[Oracle, dict, dict], Any]] = {
    "cancel": _do_cancel,
    "edit": _do_edit,
    "refund": _do_refund,
    "fulfil": _do_fulfil,
    "delete": _do_delete,
    "pay": lambda oracle, order, data: orders.pay(oracle.shop, order),
    "settle-refunds": lambda oracle, order, data: orders.settle_refunds(
        oracle.shop, order, data.get("status", "SUCCESS")),
    "change": lambda oracle, order, data: orders.change(oracle.shop, order, data),
    "touch": lambda oracle, order, data: (touch(oracle.shop, order),
                                          oracle.shop.emit("orders/updated", order)),
}


@route("POST", "orders/{}/{}")
def _act(oracle: Oracle, key: str, action: str, data: dict) -> dict:
    if action not in ACTIONS:
        raise ValueError(f"no action {action!r}; there are: {', '.join(ACTIONS)}")
    with oracle.shop.store.lock:
        order = orders.find(oracle.shop, key)
        ACTIONS[action](oracle, order, data)
        oracle.shop.store.commit()
        return summary.order(oracle.shop, order)


@route("GET", "fulfillment-orders")
def _fulfillment_orders(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        rows = [summary.fulfillment_order(shop, fo) for fo in shop.store.all("fo").values()]
    return {"fulfillment_orders": [row for row in rows
                                   if not data.get("status") or row["status"] == data["status"]]}


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


@route("GET", "inventory")
def _inventory(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    place = oracle.location(data["location"]) if data.get("location") else None
    with shop.store.lock:
        rows = [summary.level(shop, row) for row in shop.store.all("level").values()
                if place in (None, row["location"])]
    if data.get("sku"):
        rows = [row for row in rows if row["sku"] == data["sku"]]
    return {"count": len(rows), "levels": rows}


@route("POST", "inventory")
def _set_inventory(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    changed = []
    with shop.store.lock:
        for row in data.get("list") or [data]:
            item, place = oracle.item(row["sku"]), oracle.location(row["location"])
            level = inventory.level_of(shop, item, place) or shop.add_level(item, place, 0,
                                                                            stamp())
            for name in (*inventory.PARTS, "incoming"):
                if name in row:
                    inventory.move(shop, item, place, **{name: int(row[name]) - level[name]})
            if row.get("active") is False:
                level["active"] = False
                shop.store.put("level", f"{item}:{place}", level)
            changed.append(summary.level(shop, level))
        shop.store.commit()
    return {"levels": changed}


@route("POST", "buy")
def _buy(oracle: Oracle, data: dict) -> dict:
    shop, count = oracle.shop, int(data.get("quantity", 1))
    with shop.store.lock:
        item, place = oracle.item(data["sku"]), oracle.location(data["location"])
        inventory.move(shop, item, place, available=-count, committed=count)
        shop.store.commit()
        return summary.level(shop, shop.store.get("level", f"{item}:{place}"))


@route("GET", "subscriptions")
def _subscriptions(oracle: Oracle, data: dict) -> dict:
    with oracle.shop.store.lock:
        return {"subscriptions": list(oracle.shop.store.all("subscription").values())}


@route("DELETE", "subscriptions")
def _drop_subscriptions(oracle: Oracle, data: dict) -> dict:
    store = oracle.shop.store
    with store.lock:
        keys = list(store.all("subscription"))
        for key in keys:
            store.delete("subscription", key)
        store.commit()
    return {"deleted": len(keys)}


@route("GET", "deliveries")
def _deliveries(oracle: Oracle, data: dict) -> dict:
    with oracle.shop.store.lock:
        rows = [
            summary.delivery(row, _flag(data.get("body")))
            for row in oracle.shop.store.all("delivery").values()
            if all(not data.get(name) or str(row[name]) == split_or(data[name])
                   for name in ("topic", "status", "resource"))
        ]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["status"]] = counts.get(row["status"], 0) + 1
    return {"count": len(rows), "by_status": counts,
            "deliveries": rows[-int(data.get("limit", 10_000)):]}


def split_or(text: Any) -> str:
    """The number of a global id, any other text as it is."""
    return split_gid(str(text))[1] or str(text)


@route("POST", "deliveries/{}/resend")
def _resend(oracle: Oracle, key: str, data: dict) -> dict:
    store = oracle.shop.store
    with store.lock:
        row = store.get("delivery", int(key))
        if row is None:
            raise ValueError(f"no delivery {key}")
        again = oracle.dispatcher.add({**row, "status": "pending", "attempts": [],
                                       "planned": [], "duplicate_of": row["id"],
                                       "due": time.time()})
        store.commit()
        return summary.delivery(store.get("delivery", again))


@route("POST", "webhooks/emit")
def _emit(oracle: Oracle, data: dict) -> dict:
    with oracle.shop.store.lock:
        resource = orders.find(oracle.shop, data["order"]) if data.get("order") else data["body"]
        oracle.shop.emit(data["topic"], resource)
        oracle.shop.store.commit()
    return {"emitted": data["topic"]}


@route("POST", "webhooks/plan")
def _plan(oracle: Oracle, data: dict) -> dict:
    return _settings(oracle, {"webhooks": {"plan": data}})["webhooks"]["plan"]


@route("POST", "webhooks/pause")
def _pause(oracle: Oracle, data: dict) -> dict:
    return _settings(oracle, {"webhooks": {"paused": True}})["webhooks"]


@route("POST", "webhooks/resume")
def _resume(oracle: Oracle, data: dict) -> dict:
    return _settings(oracle, {"webhooks": {"paused": False}})["webhooks"]


@route("POST", "webhooks/hurry")
def _hurry(oracle: Oracle, data: dict) -> dict:
    oracle.dispatcher.hurry()
    return {"pending": oracle.dispatcher.pending()}


@route("POST", "webhooks/rotate-secret")
def _rotate(oracle: Oracle, data: dict) -> dict:
    settings = oracle.shop.settings
    _settings(oracle, {
        "client_secret": data.get("secret") or f"{settings['client_secret']}-rotated",
        "previous_secrets": [*settings["previous_secrets"], settings["client_secret"]],
        "sign_with": data.get("sign_with", "current"),
    })
    return {"client_secret": oracle.shop.settings["client_secret"],
            "sign_with": oracle.shop.settings["sign_with"]}


@route("GET", "wait")
def _wait(oracle: Oracle, data: dict) -> dict:
    deadline = time.monotonic() + float(data.get("timeout", 30))
    while oracle.dispatcher.pending() and time.monotonic() < deadline:
        time.sleep(0.02)
    return {"pending": oracle.dispatcher.pending()}


@route("GET", "requests")
def _requests(oracle: Oracle, data: dict) -> dict:
    conditions, values = ["id > ?"], [int(data.get("since", 0))]
    for name in ("operation", "outcome", "correlation", "version"):
        if data.get(name):
            conditions.append(f"{name} = ?")
            values.append(data[name])
    if data.get("root"):
        conditions.append("root LIKE ?")
        values.append(f"%{data['root']}%")
    rows = oracle.shop.store.requests(" AND ".join(conditions), tuple(values),
                                      int(data.get("limit", 1000)))
    for row in rows:
        row["body"] = _parsed(row["body"])
        row["answer"] = _parsed(row["answer"])
    return {"count": len(rows), "requests": rows}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@route("GET", "counters")
def _counters(oracle: Oracle, data: dict) -> dict:
    store = oracle.shop.store
    with store.lock:
        deliveries: dict[str, int] = {}
        for row in store.all("delivery").values():
            name = f"{row['topic']} {row['status']}"
            deliveries[name] = deliveries.get(name, 0) + 1
        keys = [row.get("repeats", 0) for row in store.all("idempotency").values()]
        counts = {kind: len(store.all(kind)) for kind in ("order", "fo", "fulfillment", "group")}
    requests = [{"root": root, "outcome": outcome, "count": count, "points": points}
                for root, outcome, count, points in store.count_requests()]
    return {**counts, "requests": requests, "deliveries": deliveries,
            "idempotency_keys": len(keys), "idempotency_repeats": sum(keys),
            "throttle": oracle.api.bucket.status()}


@route("GET", "faults")
def _faults(oracle: Oracle, data: dict) -> dict:
    return {"faults": oracle.faults.listed(), "kinds": KINDS}


@route("POST", "faults")
def _add_fault(oracle: Oracle, data: dict) -> dict:
    for row in data.get("list") or [data]:
        oracle.faults.add(row)
    return {"faults": oracle.faults.listed()}


@route("DELETE", "faults")
def _clear_faults(oracle: Oracle, data: dict) -> dict:
    oracle.faults.clear()
    return {"faults": []}


@route("GET", "settings")
def _get_settings(oracle: Oracle, data: dict) -> dict:
    return oracle.shop.settings


@route("PATCH", "settings")
def _settings(oracle: Oracle, data: dict) -> dict:
    with oracle.shop.store.lock:
        settings = oracle.shop.change_settings(data)
        oracle.shop.store.commit()
    if "cost" in data:
        oracle.api.bucket.configure(settings["cost"]["maximum"], settings["cost"]["per_second"])
    oracle.dispatcher.wake()
    return settings


@route("POST", "cost")
def _cost(oracle: Oracle, data: dict) -> dict:
    if data.get("plan"):
        speed = PLANS[data["plan"]]
        data = {**data, "per_second": speed, "maximum": speed * 20}
    known = {name: float(data[name]) for name in ("maximum", "per_second") if name in data}
    if known:
        _settings(oracle, {"cost": known})
    if "available" in data:
        oracle.api.bucket.drain(float(data["available"]))
    return oracle.api.bucket.status()


@route("POST", "tokens/expire")
def _expire(oracle: Oracle, data: dict) -> dict:
    with oracle.shop.store.lock:
        count = auth.expire_all(oracle.shop)
        oracle.shop.store.commit()
    return {"expired": count}


@route("POST", "idempotency")
def _idempotency(oracle: Oracle, data: dict) -> dict:
    store = oracle.shop.store
    with store.lock:
        old = store.get("idempotency", data["key"]) or {"key": data["key"], "digest": "",
                                                        "at": stamp(), "answer": None}
        store.put("idempotency", data["key"], {**old, "state": data["state"]})
        store.commit()
        return store.get("idempotency", data["key"])


@route("POST", "locations")
def _add_location(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        key = max(shop.store.all("location")) + 1
        blank = {name: None for name in ("address1", "address2", "city", "zip", "province",
                                         "provinceCode", "country", "countryCode", "phone")}
        row = {"id": key, "name": data["name"], "timezone": data.get("timezone"),
               "active": data.get("active", True),
               "address": {**blank, "countryCode": "US", **data.get("address", {})},
               "createdAt": stamp(), "updatedAt": stamp()}
        shop.store.put("location", key, row)
        shop.emit("locations/create", {"id": key, "name": row["name"]})
        shop.store.commit()
    return summary.location(row)


@route("PATCH", "locations/{}")
def _change_location(oracle: Oracle, key: str, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        row = shop.store.get("location", oracle.location(key))
        row.update({name: data[name] for name in ("name", "active") if name in data})
        row["updatedAt"] = stamp()
        shop.store.put("location", row["id"], row)
        shop.store.commit()
    return summary.location(row)


@route("POST", "variants")
def _add_variant(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        row = shop.new_variant(data["sku"], round(float(data.get("price", 10)) * 100),
                               data.get("title", data["sku"]), data.get("barcode"))
        for place in shop.store.all("location"):
            if data.get("stock") is not None:
                shop.add_level(row["item"], place, int(data["stock"]), stamp())
        shop.emit("products/create", shop.store.get("product", row["product"]))
        shop.store.commit()
        return summary.variant(shop, row)


@route("POST", "reset")
def _reset(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        kept = shop.settings if _flag(data.get("keep_settings", True)) else None
        kept_subscriptions = dict(shop.store.all("subscription")) if _flag(
            data.get("keep_subscriptions")) else {}
        shop.store.reset()
        if kept:
            shop.store.put("setting", "all", kept)
        shop.set_up(int(data.get("variants", 40)), int(data.get("stock", 250)))
        for key, row in kept_subscriptions.items():
            shop.store.put("subscription", key, row)
        shop.store.commit()
        oracle.faults.clear()
        oracle.dispatcher.reload()
    cost = shop.settings["cost"]
    oracle.api.bucket.configure(cost["maximum"], cost["per_second"])
    return _health(oracle, {})
