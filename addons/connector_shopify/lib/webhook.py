"""Deliveries of webhooks: are they Shopify's, and what do they speak of.

A payload is only a notification: the state is fetched from Shopify afterwards, so
neither its age nor the order of arrival matters.
Shopify, "Webhooks": verification, delivery headers, handling duplicates.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ...connector_base.lib.adapter import Incoming
from ...connector_base.lib.errors import AuthError, DataError
from .const import ORDER_IN, PAYOUT_IN, TOPICS
from .values import gid, parse_time

HMAC_HEADER = "x-shopify-hmac-sha256"
TOPIC_HEADER = "x-shopify-topic"
ID_HEADER = "x-shopify-webhook-id"
EVENT_HEADER = "x-shopify-event-id"
TIME_HEADER = "x-shopify-triggered-at"
SHOP_HEADER = "x-shopify-shop-domain"


def sign(raw: bytes, secret: str) -> str:
    """The signature Shopify puts into X-Shopify-Hmac-Sha256: base64 of HMAC-SHA256."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def verify(raw: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Whether ``signature`` was made of these bytes with one of the secrets.

    All secrets are tried in constant time each, so that the answer's delay tells
    nothing. Two are valid for up to an hour after one was rotated.

    :param signature: value of the header
    :param secrets: client secrets; empty ones never match
    """
    given = signature.strip().encode("utf-8", "replace")
    matches = [hmac.compare_digest(sign(raw, secret).encode(), given) for secret in secrets if secret]
    return any(matches)


def receive(headers: Mapping[str, str], raw: bytes, secrets: Iterable[str], shop_domain: str = "") -> Incoming | None:
    """Authenticate a delivery and name what it speaks of.

    The signature covers the body only. A captured body sent again under another
    topic or id is therefore possible; it does no harm where the state is fetched,
    and whoever handles ``privacy.in`` or ``backend.in`` has to check with Shopify
    (an app that still answers was not uninstalled).

    :param headers: lower-case names
    :param secrets: the client secret, and the former one while it is rotated
    :param shop_domain: the shop this backend belongs to, "" for any; an app's secret
        signs for all its shops
    :return: None for a topic that the hub has no use for
    :raises AuthError: the signature is wrong or missing, or it is another shop's
    :raises DataError: signed, but without a topic
    """
    if not verify(raw, headers.get(HMAC_HEADER, ""), secrets):
        raise AuthError("the webhook's signature is wrong or missing")
    shop = headers.get(SHOP_HEADER, "").strip().lower()
    if shop_domain and shop and shop != shop_domain.strip().lower():
        raise AuthError("the webhook belongs to another shop")
    source_topic = headers.get(TOPIC_HEADER, "").strip().lower()
    if not source_topic:
        raise DataError("the webhook names no topic")
    if source_topic not in TOPICS:
        return None
    topic, resource, paths = TOPICS[source_topic]
    payload = read_payload(raw)
    return Incoming(
        topic=topic,
        # no id: the same bytes are the same event
        key=headers.get(ID_HEADER, "").strip() or hashlib.sha256(raw).hexdigest(),
        raw=raw,
        business_key=_first_gid(payload, resource, paths),
        occurred_at=_occurred_at(headers, payload),
        source_topic=source_topic,
        event_id=headers.get(EVENT_HEADER, "").strip(),
        subject=order_number(payload) if topic == ORDER_IN else "",
    )


def order_number(payload: Mapping[str, Any]) -> str:
    """What shop and customer call an order, "" where a notification does not say it."""
    name = payload.get("name")
    return name if isinstance(name, str) else ""


def read_payload(raw: bytes) -> Mapping[str, Any]:
    """The payload as a JSON object, {} for anything else."""
    try:
        payload = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def subject(raw: bytes, topic: str) -> str:
    """The identifier a notification of a flow is about, "" when it names none.

    :param topic: the hub's flow code; its webhook topics' paths are tried in turn
    """
    payload = read_payload(raw)
    if topic == PAYOUT_IN:  # found by look-ups only
        return gid("ShopifyPaymentsPayout", payload.get("admin_graphql_api_id"))
    tried = set()
    for flow, resource, paths in TOPICS.values():
        if flow == topic and (resource, paths) not in tried:
            tried.add((resource, paths))
            found = _first_gid(payload, resource, _strong_first(paths, payload))
            if found:
                return found
    return ""


def _strong_first(paths: tuple[str, ...], payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Without the bare ``id`` where the payload names its order by another field.

    The ``id`` of a refund or transaction is not the order's.
    """
    named = any(name in payload for name in ("order_id", "order_edit", "order"))
    return tuple(path for path in paths if not (named and path == "id"))


def _first_gid(payload: Mapping[str, Any], resource: str, paths: Iterable[str]) -> str:
    for path in paths:
        value: Any = payload
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        found = gid(resource, value)
        if found:
            return found
    return ""


def _occurred_at(headers: Mapping[str, str], payload: Mapping[str, Any]) -> datetime | None:
    written = payload.get("updated_at")
    return parse_time(headers.get(TIME_HEADER)) or parse_time(written if isinstance(written, str) else None)
