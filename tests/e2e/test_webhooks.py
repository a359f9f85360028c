"""What arrives at the door: duplicates, order of arrival, forgery, size, nonsense."""

from __future__ import annotations

import threading

from tests.e2e.hub import Hub


def test_duplicate_webhook_ten_times_in_parallel_is_one_order(hub: Hub):
    hub.shop.post("webhooks/pause")
    order = hub.place()[0]
    (delivery,) = hub.deliveries(order, topic="orders/create")
    barrier, statuses = threading.Barrier(10), []

    def deliver():
        barrier.wait()
        answer = hub.post(delivery["body"].encode(), webhook_id=delivery["webhook_id"])
        statuses.append(answer.status_code)

    url = hub.webhook_url()
    threads = [threading.Thread(target=deliver) for __ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hub.shop.post("webhooks/resume")  # and an eleventh time, by the shop itself
    hub.quiet()

    assert statuses == [200] * 10, url
    messages = hub.told(order, "duplicate_count")
    assert [row["key"] for row in messages] == [delivery["webhook_id"]]
    assert messages[0]["state"] == "done"
    assert messages[0]["duplicate_count"] >= 1
    assert len(hub.sales([order])) == 1


def test_update_before_create_ends_in_the_latest_state(hub: Hub):
    hub.shop.post("webhooks/pause")
    order = hub.place()[0]
    hub.shop.do(order, "change", note="first thought")
    hub.shop.do(order, "change", note="last thought")
    (create,) = hub.deliveries(order, topic="orders/create")
    updates = hub.deliveries(order, topic="orders/updated")
    assert len(updates) == 2

    for delivery in (updates[1], updates[0], create):
        answer = hub.post(
            delivery["body"].encode(),
            topic=delivery["topic"],
            webhook_id=delivery["webhook_id"],
            **{"X-Shopify-Triggered-At": delivery["triggered_at"]},
        )
        assert answer.status_code == 200
        hub.until(lambda: hub.told(order)[-1]["state"] == "done", "worked off")

    (sale,) = hub.sales([order], "integration_note", "amount_total")
    assert sale["integration_note"] == "last thought"
    assert f"{sale['amount_total']:.2f}" == hub.shop.order(order)["totals"]["currentTotal"]
    assert [row["state"] for row in hub.told(order)] == ["done"] * 3


def test_wrong_signature_is_401_and_nothing_is_stored(hub: Hub):
    hub.shop.post("webhooks/pause")
    order = hub.place()[0]
    (delivery,) = hub.deliveries(order, topic="orders/create")
    raw, before = delivery["body"].encode(), hub.count_messages()

    forged = hub.post(raw, secret="somebody else's")
    changed = hub.post(raw + b" ", **{"X-Shopify-Hmac-Sha256": "AAAA"})
    unsigned = hub.post(raw, **{"X-Shopify-Hmac-Sha256": ""})

    assert [forged.status_code, changed.status_code, unsigned.status_code] == [401] * 3
    assert len({forged.text, changed.text, unsigned.text}) == 1, "the answer tells what was wrong"
    assert hub.count_messages() == before
    assert not hub.messages(order)
    assert not hub.sales([order])


def test_body_of_10_mb_is_413_and_nothing_is_stored(hub: Hub):
    before = hub.count_messages()
    answer = hub.post(b'{"id": 1, "note": "' + b"x" * 10 * 1024 * 1024 + b'"}')
    assert answer.status_code == 413
    assert hub.count_messages() == before


def test_malformed_json_is_kept_and_in_exception_while_its_neighbours_go_on(hub: Hub):
    raw = b'{"id": 42, "name": "#oops", '
    hub.shop.post("webhooks/pause")
    neighbours = hub.place(count=5)
    for order in neighbours[:3]:
        assert hub.post_order(order).status_code == 200
    assert hub.post(raw, webhook_id="malformed-1").status_code == 200
    for order in neighbours[3:]:
        assert hub.post_order(order).status_code == 200
    hub.shop.post("webhooks/resume")
    hub.quiet()

    rows = hub.server.query("SELECT id, state, raw FROM integration_message WHERE key = 'malformed-1'")
    assert [(row[1], bytes(row[2])) for row in rows] == [("blocked", raw)]
    (exception,) = hub.exceptions([rows[0][0]])
    assert exception["category"] == "format"
    assert exception["cause"]
    assert exception["suggestion"]
    assert len(hub.sales(neighbours)) == 5

    hub.odoo.press("integration.message", "action_cancel", [rows[0][0]])
    assert not hub.exceptions([rows[0][0]])


def test_missed_webhook_is_found_by_the_poll(hub: Hub):
    hub.shop.post("webhooks/plan", {"seed": 1, "drop": 1.0})
    missed = hub.place(count=3)
    lost = [row["status"] for order in missed for row in hub.deliveries(order)]
    assert set(lost) == {"dropped"}
    hub.look_now()
    assert len(hub.sales(missed)) == 3
    assert not any(hub.told(order) for order in missed)


def test_subscriptions_deleted_at_shopify_are_put_back_and_nothing_is_missed(hub: Hub):
    wanted = {row["topic"] for row in hub.shop.get("subscriptions")["subscriptions"]}
    assert "ORDERS_CREATE" in wanted
    hub.shop.delete("subscriptions")
    unseen = hub.place()
    hub.odoo.run_cron("connector_shopify.cron_check_subscriptions")
    hub.quiet()
    assert {row["topic"] for row in hub.shop.get("subscriptions")["subscriptions"]} == wanted
    assert len(hub.sales(unseen)) == 1, "what happened meanwhile is found by looking"
    seen = hub.place()
    hub.quiet()
    assert hub.told(seen[0])[0]["source_topic"] == "orders/create"
