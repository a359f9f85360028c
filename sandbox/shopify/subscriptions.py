"""Webhook subscriptions: who wants to hear of what, and which fields of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .shop import Shop
from .store import stamp


def topic_name(topic: str) -> str:
    """``orders/create`` as the API's enum writes it: ``ORDERS_CREATE``."""
    return topic.replace("/", "_").upper()


def create(shop: Shop, topic: str, data: dict[str, Any], version: str) -> tuple[dict | None, str]:
    """A new subscription, or None with the reason why not.

    Plain http is accepted, other than at Shopify: the receiver is local.
    """
    uri = data.get("uri") or data.get("callbackUrl") or ""
    if urlsplit(uri).scheme not in ("http", "https") or not urlsplit(uri).netloc:
        return None, "Address is invalid"
    for row in shop.store.all("subscription").values():
        if row["topic"] == topic and row["uri"] == uri and row["filter"] == data.get("filter"):
            return None, "Address for this topic has already been taken"
    key = shop.ids("WebhookSubscription")
    moment = stamp()
    return shop.store.put(
        "subscription",
        key,
        {
            "id": key,
            "topic": topic,
            "uri": uri,
            "format": data.get("format") or "JSON",
            "includeFields": data.get("includeFields") or [],
            "filter": data.get("filter"),
            "name": data.get("name"),
            "version": version,
            "failures": 0,
            "createdAt": moment,
            "updatedAt": moment,
        },
    ), ""


def update(shop: Shop, key: int, data: dict[str, Any]) -> tuple[dict | None, str]:
    """Change what is given of a subscription."""
    row = shop.store.get("subscription", key)
    if row is None:
        return None, "Webhook subscription does not exist"
    row["uri"] = data.get("uri") or data.get("callbackUrl") or row["uri"]
    for name in ("format", "includeFields", "filter", "name"):
        if data.get(name) is not None:
            row[name] = data[name]
    row["updatedAt"] = stamp()
    return shop.store.put("subscription", key, row), ""


def delete(shop: Shop, key: int) -> bool:
    """Delete a subscription; False when there was none."""
    if shop.store.get("subscription", key) is None:
        return False
    shop.store.delete("subscription", key)
    return True


def included(payload: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Only the named fields of a payload; a dot leads into objects and lists."""
    if not fields:
        return payload
    result: dict[str, Any] = {}
    for name in fields:
        _copy(payload, result, name.split("."))
    return result


def _copy(source: dict[str, Any], target: dict[str, Any], path: list[str]) -> None:
    head, *rest = path
    if head not in source:
        return
    value = source[head]
    if not rest or value is None:
        target[head] = value
    elif isinstance(value, list):
        rows = target.setdefault(head, [{} for _row in value])
        for row, out in zip(value, rows, strict=True):
            _copy(row, out, rest)
    elif isinstance(value, dict):
        _copy(value, target.setdefault(head, {}), rest)
