"""Health, requests, faults, settings, limits."""

from __future__ import annotations

import json
from typing import Any

from .. import auth
from ..faults import KINDS
from ..settings import BUCKET_SECONDS, PLANS
from ..store import stamp
from .core import Oracle, flag, route


@route("GET", "health")
def _health(oracle: Oracle, data: dict) -> dict:
    store = oracle.shop.store
    return {
        "status": "ok",
        "shop": oracle.shop.settings["shop"]["myshopifyDomain"],
        "orders": len(store.all("order")),
        "subscriptions": len(store.all("subscription")),
        "deliveries_pending": oracle.dispatcher.pending(),
    }


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
    rows = oracle.shop.store.requests(" AND ".join(conditions), tuple(values), int(data.get("limit", 1000)))
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
    requests = [
        {"root": root, "outcome": outcome, "count": count, "points": points}
        for root, outcome, count, points in store.count_requests()
    ]
    return {
        **counts,
        "requests": requests,
        "deliveries": deliveries,
        "idempotency_keys": len(keys),
        "idempotency_repeats": sum(keys),
        "throttle": oracle.api.bucket.status(),
    }


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
    return oracle.change_settings(data)


@route("POST", "cost")
def _cost(oracle: Oracle, data: dict) -> dict:
    if data.get("plan"):
        speed = PLANS[data["plan"]]
        data = {**data, "per_second": speed, "maximum": speed * BUCKET_SECONDS}
    known = {name: float(data[name]) for name in ("maximum", "per_second") if name in data}
    if known:
        oracle.change_settings({"cost": known})
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
        old = store.get("idempotency", data["key"]) or {"key": data["key"], "digest": "", "at": stamp(), "answer": None}
        store.put("idempotency", data["key"], {**old, "state": data["state"]})
        store.commit()
        return store.get("idempotency", data["key"])


@route("POST", "reset")
def _reset(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        kept = shop.settings if flag(data.get("keep_settings", True)) else None
        kept_subscriptions = dict(shop.store.all("subscription")) if flag(data.get("keep_subscriptions")) else {}
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
