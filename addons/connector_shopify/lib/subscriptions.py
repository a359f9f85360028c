"""The webhook subscriptions the hub needs at Shopify: made, mended, tidied up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...connector_base.lib.errors import ConfigurationError
from .client import ShopifyClient, user_error
from .const import MAX_ITEMS, SUBSCRIPTIONS
from .operations import operation
from .paging import all_nodes
from .values import text

Json = Mapping[str, Any]


@dataclass
class Changes:
    """What was done, by topic (WebhookSubscriptionTopic)."""

    kept: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What has to be done.

    :param mend: (subscription, topic)
    :param delete: subscriptions of ours that are of no use (any more)
    """

    keep: tuple[str, ...] = ()
    create: tuple[str, ...] = ()
    mend: tuple[tuple[Json, str], ...] = ()
    delete: tuple[Json, ...] = ()


def plan(existing: Iterable[Json], callback_url: str, former_urls: Collection[str] = ()) -> Plan:
    """Compare the app's subscriptions with those that the hub needs. Pure.

    Shopify lists all subscriptions of the app, also those of another Odoo that shares
    the app: ours are known by their address, others are left alone.

    :param former_urls: addresses of ours that are no longer used; a subscription there
        is moved rather than replaced, so that no delivery falls in between
    """
    ours = [entry for entry in existing if entry.get("uri") in (callback_url, *former_urls)]
    # those at the right address first: they are kept where a topic has several
    ours.sort(key=lambda entry: entry.get("uri") != callback_url)
    keep, mend, delete, seen = [], [], [], set()
    for entry in ours:
        topic = text(entry.get("topic"))
        if topic not in SUBSCRIPTIONS or topic in seen:
            delete.append(entry)
            continue
        seen.add(topic)
        if is_right(entry, topic, callback_url):
            keep.append(topic)
        else:
            mend.append((entry, topic))
    create = tuple(topic for topic in SUBSCRIPTIONS if topic not in seen)
    return Plan(tuple(keep), create, tuple(mend), tuple(delete))


def is_right(entry: Json, topic: str, callback_url: str) -> bool:
    """Whether a subscription delivers what the hub needs, to where it is needed."""
    return (
        entry.get("uri") == callback_url
        and text(entry.get("format")).upper() in ("", "JSON")
        and set(entry.get("includeFields") or ()) == set(SUBSCRIPTIONS[topic])
        and not entry.get("filter")
    )


def read(client: ShopifyClient) -> list[Json]:
    """All subscriptions that this app made through the API."""
    return list(all_nodes(client, "webhook_subscriptions", ("webhookSubscriptions",), MAX_ITEMS))


def ensure(client: ShopifyClient, callback_url: str, former_urls: Collection[str] = ()) -> Changes:
    """Make the subscriptions what they should be. Safe to repeat.

    :raises ConfigurationError: Shopify does not take the address or a topic
    """
    todo = plan(read(client), callback_url, former_urls)
    changes = Changes(kept=list(todo.keep))
    for topic in todo.create:
        _change(client, "create", {"topic": topic, "subscription": wanted(topic, callback_url)})
        changes.created.append(topic)
    for entry, topic in todo.mend:
        subscription = wanted(topic, callback_url)
        if entry.get("filter"):
            subscription["filter"] = ""  # somebody's filter would keep orders from us
        _change(client, "update", {"id": entry["id"], "subscription": subscription})
        changes.mended.append(topic)
    for entry in todo.delete:
        _change(client, "delete", {"id": entry["id"]})
        changes.deleted.append(text(entry.get("topic")))
    return changes


def missing(client: ShopifyClient, callback_url: str) -> list[str]:
    """Topics that are not delivered, or not as they should be."""
    todo = plan(read(client), callback_url)
    return [*todo.create, *(topic for _entry, topic in todo.mend)]


def wanted(topic: str, callback_url: str) -> dict[str, Any]:
    """WebhookSubscriptionInput of a topic."""
    return {
        "uri": callback_url,
        "format": "JSON",
        "includeFields": list(SUBSCRIPTIONS[topic]),
    }


def _change(client: ShopifyClient, verb: str, variables: Json) -> None:
    # safe: a second creation is refused as taken, a second update or deletion harmless
    name = f"webhook_subscription_{verb}"
    answer = client.mutate(name, operation(name).body(variables), safe=True)
    payload = answer.data.get(f"webhookSubscription{verb.capitalize()}") or {}
    errors = [error for error in payload.get("userErrors") or () if not _is_settled(error)]
    error = user_error(
        errors,
        default=ConfigurationError,
        category="configuration",
        params={"topic": text(variables.get("topic"))},
    )
    if error:
        raise error


def _is_settled(error: Json) -> bool:
    """Another worker, or a first try whose answer was lost, did it before."""
    message = text(error.get("message")).lower()
    return "already been taken" in message or "does not exist" in message
