"""The connection test: one line for each fact, nothing is changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ...connector_base.lib.adapter import Check
from ...connector_base.lib.errors import ConnectorError
from . import const, subscriptions
from .client import ShopifyClient
from .paging import all_nodes


@dataclass(frozen=True)
class ShopFacts:
    """What Shopify says of a shop.

    :param domain: <shop>.myshopify.com, as webhooks name it
    :param timezone: IANA name; only for people, all times of the API carry their zone
    :param weight_unit: GRAMS, KILOGRAMS, OUNCES or POUNDS
    :param taxes_included: whether the shop's prices contain tax (an order tells for itself)
    """

    external_id: str
    name: str
    domain: str
    currency: str
    timezone: str
    weight_unit: str
    taxes_included: bool
    plan: str
    scopes: frozenset[str]


def read_facts(client: ShopifyClient) -> ShopFacts:
    """Ask the shop."""
    answer = client.query("shop").data
    shop = answer["shop"]
    return ShopFacts(
        external_id=shop["id"],
        name=shop["name"],
        domain=shop["myshopifyDomain"],
        currency=shop["currencyCode"],
        timezone=shop["ianaTimezone"],
        weight_unit=shop["weightUnit"],
        taxes_included=bool(shop["taxesIncluded"]),
        plan=(shop.get("plan") or {}).get("publicDisplayName", ""),
        scopes=granted_scopes(answer),
    )


def run(client: ShopifyClient, callback_url: str = "") -> list[Check]:
    """Try shop, scopes, version, locations and, with an address, the webhooks.

    A failure is a line too: nothing is raised for what Shopify answers.
    """
    try:
        facts = read_facts(client)
    except ConnectorError as error:
        return [Check("shop", False, str(error))]
    checks = [_shop(facts), *scope_checks(facts.scopes), _version(client)]
    checks.append(_guarded("locations", lambda: _locations(client)))
    if callback_url:
        checks.append(_guarded("webhooks", lambda: _webhooks(client, callback_url)))
    return checks


def _guarded(name: str, check: Any) -> Check:
    try:
        return check()
    except ConnectorError as error:
        return Check(name, False, str(error))


def _shop(facts: ShopFacts) -> Check:
    texts = (
        f"{facts.name} ({facts.domain})",
        f"{facts.currency}, {facts.timezone}",
        "prices contain tax" if facts.taxes_included else "tax is added to prices",
        facts.plan,
    )
    return Check("shop", True, "; ".join(filter(None, texts)))


def granted_scopes(answer: Mapping[str, Any]) -> frozenset[str]:
    """The scopes of the token, with what they imply: ``write_x`` reads x, too."""
    scopes = (answer.get("currentAppInstallation") or {}).get("accessScopes") or ()
    handles = {scope["handle"] for scope in scopes}
    implied = {f"read_{handle[6:]}" for handle in handles if handle.startswith("write_")}
    return frozenset(handles | implied)


def scope_checks(granted: Collection[str]) -> list[Check]:
    """One line for the scopes the hub needs, one for those that some shops need."""
    missing = [scope for scope in const.SCOPES if scope not in granted]
    text = f"missing: {', '.join(missing)}" if missing else f"{len(const.SCOPES)} granted"
    checks = [Check("scopes", not missing, text)]
    without = [f"{scope} ({why})" for scope, why in const.OPTIONAL_SCOPES.items() if scope not in granted]
    if without:
        checks.append(Check("optional scopes", True, f"not granted: {'; '.join(without)}"))
    return checks


def _version(client: ShopifyClient) -> Check:
    served = client.served_version
    if not served or served == client.version:
        return Check("version", True, f"Admin API {client.version}")
    text = f"asked for {client.version}, {served} answered: the version is no longer served"
    return Check("version", False, text)


def _locations(client: ShopifyClient) -> Check:
    found = list(all_nodes(client, "locations", ("locations",), const.MAX_ITEMS))
    active = [node["name"] for node in found if node.get("isActive")]
    return Check("locations", bool(active), ", ".join(active) or "no active location")


def _webhooks(client: ShopifyClient, callback_url: str) -> Check:
    absent = subscriptions.missing(client, callback_url)
    if absent:
        return Check("webhooks", False, f"not delivered: {', '.join(absent)}")
    return Check("webhooks", True, f"{len(const.SUBSCRIPTIONS)} topics")
