"""Webhook subscriptions: made, mended, tidied, and others' left alone."""

from __future__ import annotations

import pytest

from addons.connector_base.lib.errors import ConfigurationError
from addons.connector_shopify.lib.const import SUBSCRIPTIONS

from .fakes import FakeShop, page

URL = "https://odoo.example/integration/webhook/abc"
OTHER = "https://staging.example/integration/webhook/xyz"


class Subscriptions:
    """A shop that keeps subscriptions, two a page."""

    def __init__(self, *entries):
        self.entries = {entry["id"]: entry for entry in entries}
        self.errors = []
        self.shop = FakeShop(
            WebhookSubscriptions=self.list,
            WebhookSubscriptionCreate=self.create,
            WebhookSubscriptionUpdate=self.update,
            WebhookSubscriptionDelete=self.delete,
        )

    def list(self, variables):
        entries = list(self.entries.values())
        start = int(variables["after"] or 0)
        more = str(start + 2) if len(entries) > start + 2 else None
        return {"webhookSubscriptions": page(entries[start : start + 2], more)}

    def create(self, variables):
        if not self.errors:
            new = entry(variables["topic"], number=len(self.entries) + 100)
            self.entries[new["id"]] = new | variables["subscription"]
        return {"webhookSubscriptionCreate": {"userErrors": self.errors}}

    def update(self, variables):
        self.entries[variables["id"]] |= variables["subscription"]
        return {"webhookSubscriptionUpdate": {"userErrors": []}}

    def delete(self, variables):
        del self.entries[variables["id"]]
        return {"webhookSubscriptionDelete": {"userErrors": []}}

    def ensure(self, former=()):
        return self.shop.adapter(callback_url=URL).ensure_subscriptions(former_urls=former)

    def topics(self, uri=URL):
        return sorted(entry["topic"] for entry in self.entries.values() if entry["uri"] == uri)


def entry(topic, uri=URL, number=1, **fields):
    return {
        "id": f"gid://shopify/WebhookSubscription/{number}",
        "topic": topic,
        "uri": uri,
        "format": "JSON",
        "includeFields": list(SUBSCRIPTIONS.get(topic, ())),
        "filter": "",
    } | fields


def complete():
    return [entry(topic, number=number) for number, topic in enumerate(SUBSCRIPTIONS)]


def test_a_new_shop_gets_all_of_them_once():
    shop = Subscriptions()
    assert shop.ensure().created == list(SUBSCRIPTIONS)
    again = shop.ensure()
    assert (again.created, again.mended, again.deleted) == ([], [], [])
    assert sorted(again.kept) == shop.topics() == sorted(SUBSCRIPTIONS)


def test_no_subscription_carries_personal_data():
    shop = Subscriptions()
    shop.ensure()
    created = shop.shop.named("WebhookSubscriptionCreate")
    fields = {call["topic"]: call["subscription"]["includeFields"] for call in created}
    assert set(fields["ORDERS_UPDATED"]) == {"id", "admin_graphql_api_id", "name", "updated_at"}


@pytest.mark.parametrize(
    "wrong",
    [{"includeFields": []}, {"format": "XML"}, {"filter": "total_price:>100"}],
)
def test_a_wrong_one_is_mended(wrong):
    first, *rest = complete()
    shop = Subscriptions(first | wrong, *rest)
    assert shop.ensure().mended == [first["topic"]]
    assert shop.ensure().mended == []


def test_a_former_address_is_moved_without_a_gap():
    shop = Subscriptions(*(item | {"uri": "https://old/x"} for item in complete()))
    changes = shop.ensure(["https://old/x"])
    assert sorted(changes.mended) == sorted(SUBSCRIPTIONS)
    assert changes.created == []
    assert shop.topics("https://old/x") == []


def test_ours_that_are_of_no_use_go_and_others_stay():
    shop = Subscriptions(
        *complete(),
        entry("CARTS_CREATE", number=50),
        entry("ORDERS_CREATE", number=51),
        entry("ORDERS_CREATE", OTHER, number=52),
        entry("CARTS_CREATE", OTHER, number=53),
    )
    assert sorted(shop.ensure().deleted) == ["CARTS_CREATE", "ORDERS_CREATE"]
    assert shop.topics(OTHER) == ["CARTS_CREATE", "ORDERS_CREATE"]
    assert shop.topics() == sorted(SUBSCRIPTIONS)


def test_one_that_another_worker_made_meanwhile_is_fine():
    shop = Subscriptions(*complete()[1:])
    shop.errors = [{"message": "Address for this topic has already been taken"}]
    assert shop.ensure().created == [next(iter(SUBSCRIPTIONS))]


def test_an_address_that_shopify_does_not_take_is_a_matter_of_configuration():
    shop = Subscriptions()
    shop.errors = [{"message": "Address is not allowed"}]
    with pytest.raises(ConfigurationError, match="not allowed"):
        shop.ensure()


def test_without_an_address_nothing_is_made():
    with pytest.raises(ConfigurationError, match="no address"):
        Subscriptions().shop.adapter().ensure_subscriptions()


def test_what_is_missing_or_wrong_is_named():
    first, second, *rest = complete()
    shop = Subscriptions(second | {"filter": "x"}, *rest)
    found = shop.shop.adapter(callback_url=URL).missing_subscriptions()
    assert sorted(found) == sorted([first["topic"], second["topic"]])
    assert not shop.shop.named("WebhookSubscriptionCreate")
