"""Subscriptions and deliveries."""

from __future__ import annotations

import time
from typing import Any

from .. import orders, summary
from ..gid import split_gid
from .core import Oracle, flag, route


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
            summary.delivery(row, flag(data.get("body")))
            for row in oracle.shop.store.all("delivery").values()
            if all(
                not data.get(name) or str(row[name]) == split_or(data[name]) for name in ("topic", "status", "resource")
            )
        ]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["status"]] = counts.get(row["status"], 0) + 1
    return {"count": len(rows), "by_status": counts, "deliveries": rows[-int(data.get("limit", 10_000)) :]}


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
        again = oracle.dispatcher.add(
            {**row, "status": "pending", "attempts": [], "planned": [], "duplicate_of": row["id"], "due": time.time()}
        )
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
    return oracle.change_settings({"webhooks": {"plan": data}})["webhooks"]["plan"]


@route("POST", "webhooks/pause")
def _pause(oracle: Oracle, data: dict) -> dict:
    return oracle.change_settings({"webhooks": {"paused": True}})["webhooks"]


@route("POST", "webhooks/resume")
def _resume(oracle: Oracle, data: dict) -> dict:
    return oracle.change_settings({"webhooks": {"paused": False}})["webhooks"]


@route("POST", "webhooks/hurry")
def _hurry(oracle: Oracle, data: dict) -> dict:
    oracle.dispatcher.hurry()
    return {"pending": oracle.dispatcher.pending()}


@route("POST", "webhooks/rotate-secret")
def _rotate(oracle: Oracle, data: dict) -> dict:
    settings = oracle.shop.settings
    oracle.change_settings(
        {
            "client_secret": data.get("secret") or f"{settings['client_secret']}-rotated",
            "previous_secrets": [*settings["previous_secrets"], settings["client_secret"]],
            "sign_with": data.get("sign_with", "current"),
        },
    )
    return {"client_secret": oracle.shop.settings["client_secret"], "sign_with": oracle.shop.settings["sign_with"]}


@route("GET", "wait")
def _wait(oracle: Oracle, data: dict) -> dict:
    deadline = time.monotonic() + float(data.get("timeout", 30))
    while (oracle.dispatcher.pending() or oracle.shop.jobs.pending()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return {"pending": oracle.dispatcher.pending()}
