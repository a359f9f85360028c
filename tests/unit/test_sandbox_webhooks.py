"""Webhooks of the local Shopify over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from sandbox_client import Client, Receiver

from sandbox.shopify.server import Sandbox

FAST = {"webhooks": {"retry_scale": 0.00001, "timeout_seconds": 1.0}}
FIELDS = ["id", "admin_graphql_api_id", "updated_at", "line_items.sku"]


@pytest.fixture
def client():
    with Sandbox(settings=FAST) as sandbox:
        yield Client(sandbox)


def _subscribe(client, receiver, topic="ORDERS_CREATE", **extra):
    data = {"uri": receiver.url, **extra}
    answer = client.data("webhook_subscription_create", topic=topic, subscription=data)
    return answer["webhookSubscriptionCreate"]


def _signature(body, secret="sandbox-secret"):
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def test_delivery_is_signed_and_names_itself(client):
    with Receiver() as receiver:
        _subscribe(client, receiver, includeFields=FIELDS)
        order = client.place()
        client.oracle("wait")
    headers, body = receiver.received[0]
    assert headers["x-shopify-hmac-sha256"] == _signature(body)
    assert headers["x-shopify-topic"] == "orders/create"
    assert headers["x-shopify-shop-domain"] == "hub-goods.myshopify.com"
    assert headers["x-shopify-api-version"] == "2026-07"
    assert {"x-shopify-webhook-id", "x-shopify-event-id", "x-shopify-triggered-at"} <= headers.keys()
    payload = json.loads(body)
    assert payload["admin_graphql_api_id"] == order["id"]
    assert payload["line_items"] == [{"sku": line["sku"]} for line in order["lines"]]
    assert payload.keys() == {"id", "admin_graphql_api_id", "updated_at", "line_items"}


def test_whole_payload_without_included_fields(client):
    with Receiver() as receiver:
        _subscribe(client, receiver)
        order = client.place("tax_included")
        client.oracle("wait")
    payload = json.loads(receiver.received[0][1])
    assert payload["current_total_price"] == order["totals"]["currentTotal"]
    assert payload["name"] == order["name"]
    assert payload["line_items"][0]["price_set"]["shop_money"]["currency_code"] == "USD"


def test_retries_carry_the_original_payload(client):
    with Receiver([500, 503, 404]) as receiver:
        _subscribe(client, receiver)
        order = client.place()
        client.oracle(f"orders/{order['number']}/change", {"note": "changed meanwhile"})
        client.oracle("wait")
    assert len(receiver.received) == 4
    assert len({body for _headers, body in receiver.received}) == 1
    assert len({headers["x-shopify-webhook-id"] for headers, _body in receiver.received}) == 1
    row = client.oracle("deliveries")["deliveries"][0]
    assert row["status"] == "delivered"
    assert [attempt["status"] for attempt in row["attempts"]] == [500, 503, 404, 200]


def test_after_eight_retries_event_and_subscription_are_lost(client):
    with Receiver([500] * 20) as receiver:
        _subscribe(client, receiver)
        client.place()
        client.oracle("wait")
    assert len(receiver.received) == 9
    assert client.oracle("deliveries")["by_status"] == {"lost": 1}
    assert client.oracle("subscriptions")["subscriptions"] == []


def test_unreachable_receiver_is_retried(client):
    with Receiver() as receiver:
        _subscribe(client, receiver)
    client.oracle("settings", {"webhooks": {"delete_failing_subscriptions": False}}, method="PATCH")
    client.place()
    client.oracle("wait")
    row = client.oracle("deliveries")["deliveries"][0]
    assert row["status"] == "lost"
    assert "Connection" in row["attempts"][0]["error"]
    assert len(client.oracle("subscriptions")["subscriptions"]) == 1


def test_plan_drops_and_doubles(client):
    client.oracle("webhooks/plan", {"seed": 4, "drop": 0.3, "duplicate": 0.3, "reorder": 0.3, "reorder_seconds": 0.1})
    with Receiver() as receiver:
        _subscribe(client, receiver, includeFields=["id"])
        client.oracle("orders", {"shape": "plain", "count": 40})
        client.oracle("wait")
    rows = client.oracle("deliveries")["deliveries"]
    dropped = {row["webhook_id"] for row in rows if row["status"] == "dropped"}
    doubled = {row["webhook_id"] for row in rows if row["duplicate_of"]}
    got = [headers["x-shopify-webhook-id"] for headers, _body in receiver.received]
    assert len(set(got)) + len(dropped) == 40
    assert dropped
    assert doubled
    assert {one for one in got if got.count(one) == 2} == doubled
    orders = [json.loads(body)["id"] for _headers, body in receiver.received]
    assert orders != sorted(orders)


def test_same_plan_strikes_the_same_events():
    planned = []
    for _run in range(2):
        with Sandbox() as sandbox, Receiver() as receiver:
            client = Client(sandbox)
            client.oracle("webhooks/plan", {"seed": 9, "drop": 0.4})
            _subscribe(client, receiver)
            client.oracle("orders", {"shape": "plain", "count": 10, "seed": 1})
            planned.append([row["planned"] for row in client.oracle("deliveries")["deliveries"]])
    assert planned[0] == planned[1]


def test_events_of_an_order_life(client):
    topics = ("ORDERS_UPDATED", "ORDERS_CANCELLED", "ORDERS_EDITED", "REFUNDS_CREATE", "FULFILLMENTS_CREATE")
    topics += ("INVENTORY_LEVELS_UPDATE", "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE", "ORDERS_RISK_ASSESSMENT_CHANGED")
    with Receiver() as receiver:
        for topic in topics:
            _subscribe(client, receiver, topic=topic)
        number = client.place(seed=2)["number"]
        client.oracle(f"orders/{number}/edit", {"lines": [[0, 1]]})
        client.oracle(f"orders/{number}/refund", {"lines": [[0, 1]]})
        client.oracle(f"orders/{number}/change", {"risk": "INVESTIGATE"})
        client.oracle(f"orders/{number}/cancel", {})
        other = client.place(seed=2)["number"]
        client.oracle(f"orders/{other}/fulfil", {})
        client.oracle("wait")
    got = {headers["x-shopify-topic"] for headers, _body in receiver.received}
    assert got == {
        "orders/updated", "orders/cancelled", "orders/edited", "refunds/create", "fulfillments/create",
        "inventory_levels/update", "fulfillment_orders/order_routing_complete", "orders/risk_assessment_changed",
    }  # fmt: skip


def test_rotated_secret_signs_later(client):
    with Receiver() as receiver:
        _subscribe(client, receiver)
        client.oracle("webhooks/rotate-secret", {"secret": "second", "sign_with": "previous"})
        client.place()
        client.oracle("wait")
        client.oracle("settings", {"sign_with": "current"}, method="PATCH")
        client.place()
        client.oracle("wait")
    (old, old_body), (new, new_body) = receiver.received
    assert old["x-shopify-hmac-sha256"] == _signature(old_body)
    assert new["x-shopify-hmac-sha256"] == _signature(new_body, "second")


def test_subscriptions_are_unique_and_change(client):
    with Receiver() as receiver:
        row = _subscribe(client, receiver)["webhookSubscription"]
        again = _subscribe(client, receiver)
        assert again["webhookSubscription"] is None
        assert "already been taken" in again["userErrors"][0]["message"]
    data = {"uri": "http://127.0.0.1:9/other", "includeFields": ["id"]}
    changed = client.data("webhook_subscription_update", id=row["id"], subscription=data)
    assert changed["webhookSubscriptionUpdate"]["webhookSubscription"]["uri"] == data["uri"]
    listed = client.data("webhook_subscriptions", first=10)["webhookSubscriptions"]["nodes"]
    assert [(one["topic"], one["includeFields"]) for one in listed] == [("ORDERS_CREATE", ["id"])]
    client.data("webhook_subscription_delete", id=row["id"])
    gone = client.data("webhook_subscription_delete", id=row["id"])["webhookSubscriptionDelete"]
    assert gone["deletedWebhookSubscriptionId"] is None
    assert gone["userErrors"]


def test_resend_keeps_its_ids(client):
    with Receiver() as receiver:
        _subscribe(client, receiver)
        client.place()
        client.oracle("wait")
        key = client.oracle("deliveries")["deliveries"][0]["id"]
        client.oracle(f"deliveries/{key}/resend", {})
        client.oracle("wait")
    assert receiver.received[0][1] == receiver.received[1][1]
    assert receiver.received[0][0]["x-shopify-webhook-id"] == receiver.received[1][0]["x-shopify-webhook-id"]


def test_hundreds_go_out_in_seconds(client):
    with Receiver() as receiver:
        _subscribe(client, receiver, includeFields=["id"])
        client.oracle("orders", shape="plain", count=300, lines=3, method="POST")
        assert client.oracle("wait", timeout=20) == {"pending": 0}
    assert len({body for _headers, body in receiver.received}) == 300


def test_state_and_waiting_webhooks_survive_a_restart(tmp_path):
    path = str(tmp_path / "state.sqlite")
    with Receiver() as receiver:
        with Sandbox(path, settings={"webhooks": {"paused": True}}) as sandbox:
            client = Client(sandbox)
            _subscribe(client, receiver)
            before = client.place("foreign_currency")
        with Sandbox(path, settings={"webhooks": {"paused": False}}) as sandbox:
            client = Client(sandbox)
            assert client.order(before["name"]) == before
            client.oracle("wait")
            after = client.oracle(f"orders/{before['number']}/refund", {"lines": [[0, 1]]})
            assert client.place()["number"] == before["number"] + 1
            assert client.oracle("check") == {}
    assert json.loads(receiver.received[0][1])["name"] == before["name"]
    assert after["financial_status"] == "PARTIALLY_REFUNDED"
