"""Signatures on the raw bytes, and what a delivery speaks of."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.connector_base.lib.errors import AuthError, DataError
from addons.connector_shopify.lib import const
from addons.connector_shopify.lib.decode import decode
from addons.connector_shopify.lib.webhook import receive, sign, subject, verify

SECRET = "hush"
ORDER = {"id": 1001, "admin_graphql_api_id": "gid://shopify/Order/1001", "name": "#1"}
GID = "gid://shopify/Order/1001"


def deliver(payload, topic="orders/updated", secret=SECRET, secrets=(SECRET,), shop="", **headers):
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    given_headers = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": sign(raw, secret),
        "x-shopify-webhook-id": "w-1",
        "x-shopify-event-id": "e-1",
        "x-shopify-shop-domain": "shop.myshopify.com",
        "x-shopify-triggered-at": "2026-11-21T10:11:12.123456789Z",
    } | {f"x-shopify-{name.replace('_', '-')}": value for name, value in headers.items()}
    return receive(given_headers, raw, secrets, shop)


def test_signature_is_that_of_shopifys_own_example_in_openssl():
    # printf '{"id":1}' | openssl dgst -sha256 -hmac hush -binary | base64
    assert sign(b'{"id":1}', SECRET) == "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="


def test_a_genuine_delivery():
    found = deliver(ORDER)
    assert found.topic == const.ORDER_IN
    assert found.key == "w-1"
    assert found.event_id == "e-1"
    assert found.business_key == GID
    assert found.source_topic == "orders/updated"
    assert found.subject == "#1"
    assert found.occurred_at == datetime(2026, 11, 21, 10, 11, 12, 123456, timezone.utc)
    assert json.loads(found.raw) == ORDER


@pytest.mark.parametrize("name", [None, 7, {"a": 1}])
def test_an_order_without_a_readable_number_has_none(name):
    assert deliver({**ORDER, "name": name}).subject == ""


def test_only_orders_are_called_by_their_name():
    assert deliver({"id": 5, "name": "Lamp"}, "products/update").subject == ""


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64 at all é", sign(b"{}", "other")])
def test_a_wrong_or_missing_signature_is_refused(signature):
    with pytest.raises(AuthError):
        deliver(ORDER, hmac_sha256=signature)


def test_one_changed_byte_is_refused():
    raw = json.dumps(ORDER).encode()
    with pytest.raises(AuthError):
        deliver(raw.replace(b"#1", b"#2"), hmac_sha256=sign(raw, SECRET))


def test_both_secrets_count_while_one_is_rotated():
    assert deliver(ORDER, secret="new", secrets=("new", SECRET))
    assert deliver(ORDER, secret=SECRET, secrets=("new", SECRET))
    with pytest.raises(AuthError):
        deliver(ORDER, secret="older", secrets=("new", SECRET))


def test_an_empty_secret_never_signs():
    with pytest.raises(AuthError):
        deliver(ORDER, secret="", secrets=("",))
    with pytest.raises(AuthError):
        deliver(ORDER, secrets=())


@given(st.binary(max_size=200), st.text(max_size=60))
def test_no_text_passes_for_a_signature(raw, signature):
    assert verify(raw, signature, [SECRET]) == (signature.strip() == sign(raw, SECRET))


def test_the_webhook_of_another_shop_is_refused():
    assert deliver(ORDER, shop="Shop.myshopify.com")
    with pytest.raises(AuthError, match="another shop"):
        deliver(ORDER, shop="other.myshopify.com")


def test_topics_of_no_use_are_let_pass():
    assert deliver({"id": 1}, topic="inventory_levels/update") is None
    assert deliver({"id": 1}, topic="carts/create") is None


def test_a_delivery_without_a_topic_is_none_of_shopifys():
    with pytest.raises(DataError):
        deliver(ORDER, topic="")


@pytest.mark.parametrize(
    ("topic", "payload", "flow", "key"),
    [
        ("orders/create", {"id": 5}, "order.in", "gid://shopify/Order/5"),
        ("orders/delete", {"id": 5}, "order.in", "gid://shopify/Order/5"),
        (
            "orders/edited",
            {"order_edit": {"id": 1, "order_id": 5}},
            "order.in",
            "gid://shopify/Order/5",
        ),
        (
            "orders/risk_assessment_changed",
            {"admin_graphql_api_order_id": "gid://shopify/Order/5", "order_id": 5},
            "order.in",
            "gid://shopify/Order/5",
        ),
        (
            "refunds/create",
            {"id": 1, "order_id": 5, "admin_graphql_api_id": "gid://shopify/Refund/1"},
            "order.in",
            "gid://shopify/Order/5",
        ),
        (
            "order_transactions/create",
            {"id": 1, "order_id": 5},
            "order.in",
            "gid://shopify/Order/5",
        ),
        ("products/update", {"id": 8}, "product.in", "gid://shopify/Product/8"),
        ("customers/redact", {"customer": {"id": 3}}, "privacy.in", "gid://shopify/Customer/3"),
        ("shop/redact", {"shop_id": 2}, "privacy.in", "gid://shopify/Shop/2"),
        ("app/uninstalled", {"id": 2}, "backend.in", "gid://shopify/Shop/2"),
    ],
)
def test_what_each_topic_speaks_of(topic, payload, flow, key):
    found = deliver(payload, topic=topic)
    assert (found.topic, found.business_key) == (flow, key)
    if flow in ("order.in", "product.in"):
        assert subject(found.raw, flow) == key


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"{}", b'{"id": null}', b'{"id": true}', b"[" * 9999],
)
def test_what_is_signed_is_kept_even_if_it_names_nothing(raw):
    found = deliver(raw)
    assert found.business_key == ""
    assert found.raw == raw
    with pytest.raises(DataError):
        decode(found.topic, found.raw)


def test_without_an_id_the_bytes_themselves_are_the_identity():
    first, second = deliver(ORDER, webhook_id=""), deliver(ORDER, webhook_id="")
    assert first.key == second.key
    assert len(first.key) == 64


def test_time_falls_back_on_the_payload():
    found = deliver(ORDER | {"updated_at": "2026-11-21T11:00:00+01:00"}, triggered_at="")
    assert found.occurred_at == datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
    assert deliver(ORDER, triggered_at="yesterday").occurred_at is None
    assert deliver(ORDER | {"updated_at": 3}, triggered_at="").occurred_at is None


def test_privacy_requests_name_whom_and_what():
    payload = {
        "shop_domain": "shop.myshopify.com",
        "customer": {"id": 3, "email": "a@example.com", "phone": "+1"},
        "orders_to_redact": [5, 6],
    }
    (found,) = decode(const.PRIVACY_IN, json.dumps(payload).encode())
    assert (found.kind, found.customer_id) == ("redact_customer", "gid://shopify/Customer/3")
    assert found.order_ids == ("gid://shopify/Order/5", "gid://shopify/Order/6")
    asked = {"customer": {"id": 3}, "orders_requested": []}
    assert decode(const.PRIVACY_IN, json.dumps(asked).encode())[0].kind == "data_request"
    (whole,) = decode(const.PRIVACY_IN, b'{"shop_id": 2, "shop_domain": "x"}')
    assert whole.kind == "redact_shop"
    with pytest.raises(DataError):
        decode(const.PRIVACY_IN, json.dumps(ORDER).encode())


def test_a_notice_about_the_shop():
    (found,) = decode(const.BACKEND_IN, b'{"id": 2, "myshopify_domain": "s.myshopify.com"}')
    assert found.shop_domain == "s.myshopify.com"
