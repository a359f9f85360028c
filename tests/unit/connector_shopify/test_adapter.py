"""The adapter as the hub sees it: connection test, poll, catalogue."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from addons.connector_base.lib.errors import AuthError, ConfigurationError, TransientError
from addons.connector_shopify.lib import const
from addons.connector_shopify.lib.webhook import subject

from .fakes import NOW, FakeShop, page
from .test_products import VARIANT
from .test_subscriptions import URL, complete

SHOP = {
    "id": "gid://shopify/Shop/1",
    "name": "Toys",
    "myshopifyDomain": "toys.myshopify.com",
    "currencyCode": "EUR",
    "ianaTimezone": "Europe/Berlin",
    "weightUnit": "KILOGRAMS",
    "taxesIncluded": True,
    "plan": {"publicDisplayName": "Plus"},
}


def shop(scopes=(*const.SCOPES, *const.OPTIONAL_SCOPES), locations=("Berlin",), subscribed=True):
    installation = {"accessScopes": [{"handle": scope} for scope in scopes]}
    nodes = [{"id": f"gid://shopify/Location/{n}", "name": name, "isActive": True}
             for n, name in enumerate(locations)]  # fmt: skip
    return FakeShop(
        Shop=lambda values: {"shop": SHOP, "currentAppInstallation": installation},
        Locations=lambda values: {"locations": page(nodes)},
        WebhookSubscriptions=lambda values: {"webhookSubscriptions": page(complete() if subscribed else [])},
    )


def results(fake, **settings):
    return {check.name: check for check in fake.adapter(**settings).check()}


def test_a_good_connection():
    found = results(shop(), callback_url=URL)
    assert all(check.ok for check in found.values())
    assert set(found) == {"shop", "scopes", "version", "locations", "webhooks"}
    assert (found["shop"].detail) == "Toys (toys.myshopify.com); EUR, Europe/Berlin; prices contain tax; Plus"


def test_missing_scopes_are_named_and_reading_is_implied_by_writing():
    found = results(shop(scopes=("write_orders", "write_products", "write_customers")))
    assert not found["scopes"].ok
    assert found["scopes"].detail == (
        "missing: read_locations, write_inventory, write_merchant_managed_fulfillment_orders, read_returns"
    )
    assert found["optional scopes"].ok
    assert "60 days" in found["optional scopes"].detail


def test_a_shop_that_cannot_be_reached_is_one_line():
    fake = FakeShop(Shop=lambda values: AuthError("HTTP 401: the credentials"))
    (check,) = fake.adapter().check()
    assert (check.name, check.ok) == ("shop", False)
    assert "401" in check.detail


def test_trouble_with_one_check_does_not_hide_the_others():
    fake = shop(subscribed=False)
    fake.answers["Locations"] = lambda values: TransientError("HTTP 500")
    found = results(fake, callback_url=URL)
    assert (found["shop"].ok, found["locations"].ok, found["webhooks"].ok) == (True, False, False)
    assert "ORDERS_CREATE" in found["webhooks"].detail


def test_a_version_that_fell_forward_fails_the_test():
    fake = shop()
    fake.http.version = "2027-01"
    found = results(fake)
    assert found["shop"].ok
    assert not found["version"].ok
    assert "2027-01 answered" in found["version"].detail


def test_facts_of_the_shop():
    facts = shop().adapter().shop_facts()
    assert (facts.currency, facts.timezone, facts.domain) == (
        "EUR",
        "Europe/Berlin",
        "toys.myshopify.com",
    )
    assert "read_orders" in facts.scopes


def polled(entries, cursor=None):
    orders = [
        {"id": f"gid://shopify/Order/{n}", "name": f"#{n}", "updatedAt": f"2026-11-21T10:0{n}:00Z"} for n in entries
    ]
    return FakeShop(OrdersUpdated=lambda values: {"orders": page(orders, cursor)})


def test_a_poll_looks_like_webhooks_and_pages():
    fake = polled((1, 2), "next")
    found = fake.adapter().poll("order.in", NOW - timedelta(hours=1), NOW)
    assert found.cursor == "next"
    assert [message.key for message in found.messages] == [
        "gid://shopify/Order/1@2026-11-21T10:01:00Z",
        "gid://shopify/Order/2@2026-11-21T10:02:00Z",
    ]
    message = found.messages[0]
    assert message.business_key == "gid://shopify/Order/1"
    assert message.subject == "#1"
    assert message.occurred_at == datetime(2026, 11, 21, 10, 1, tzinfo=timezone.utc)
    assert subject(message.raw, "order.in") == message.business_key
    (asked,) = fake.named("OrdersUpdated")
    assert asked["query"] == ("updated_at:>='2026-11-21T11:00:00Z' AND updated_at:<='2026-11-21T12:00:00Z'")
    assert (asked["first"], asked["after"]) == (250, None)


def test_the_last_page_of_a_poll():
    fake = polled(())
    found = fake.adapter().poll("order.in", NOW, NOW, "next")
    assert (found.messages, found.cursor) == ((), None)
    assert fake.named("OrdersUpdated")[0]["after"] == "next"


def test_windows_are_in_utc_whatever_zone_they_are_given_in():
    fake = polled(())
    berlin = timezone(timedelta(hours=1))
    fake.adapter().poll("order.in", NOW.astimezone(berlin), NOW)
    assert "'2026-11-21T12:00:00Z' AND" in fake.named("OrdersUpdated")[0]["query"]


def test_what_cannot_be_done_is_a_matter_of_configuration():
    adapter = FakeShop().adapter()
    with pytest.raises(ConfigurationError):
        adapter.poll("product.in", NOW, NOW)
    with pytest.raises(ConfigurationError):
        adapter.prepare("invoice.out", None)


def test_the_catalogue_comes_page_by_page():
    pages_of = {None: page([VARIANT], "c1"), "c1": page([VARIANT])}
    fake = FakeShop(Variants=lambda values: {"productVariants": pages_of[values["after"]]})
    found = list(fake.adapter(currency="EUR").list_products())
    assert [product.currency for product in found] == ["EUR", "EUR"]
    assert len(fake.named("Variants")) == 2


def test_locations():
    assert [place.name for place in shop(locations=("A", "B")).adapter().list_locations()] == [
        "A",
        "B",
    ]
