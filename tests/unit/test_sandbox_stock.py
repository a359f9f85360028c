"""Stock of the local Shopify: idempotency, compare-and-set, what orders do to it."""

from __future__ import annotations

import threading
import time
import uuid

import pytest
from sandbox_client import DOCUMENTS, Client

from sandbox.shopify.server import Sandbox


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox):
    client = Client(sandbox)
    client.oracle("reset", {})
    return client


def _input(client, *rows, name="available"):
    """InventorySetQuantitiesInput out of (sku, place, quantity, expected)."""
    items, places = client.items(), client.places()
    return {
        "name": name,
        "reason": "correction",
        "quantities": [
            {
                "inventoryItemId": items[sku],
                "locationId": places[place],
                "quantity": quantity,
                "changeFromQuantity": expected,
            }
            for sku, place, quantity, expected in rows
        ],
    }


def _set(client, data, key=None):
    answer = client.data("inventory_set_quantities", input=data, key=key or str(uuid.uuid4()))
    return answer["inventorySetQuantities"]


def _codes(answer):
    return [error["code"] for error in answer["userErrors"]]


def test_absolute_level_moves_on_hand_along(client):
    client.oracle("buy", {"sku": "HUB-0001", "location": "Reno", "quantity": 4})
    answer = _set(client, _input(client, ("HUB-0001", "Reno", 30, 246)))
    assert answer["userErrors"] == []
    level = client.level("HUB-0001")
    assert (level["available"], level["committed"], level["on_hand"]) == (30, 4, 34)


def test_set_on_hand_leaves_committed(client):
    client.oracle("buy", {"sku": "HUB-0001", "location": "Reno", "quantity": 4})
    _set(client, _input(client, ("HUB-0001", "Reno", 100, 250), name="on_hand"))
    level = client.level("HUB-0001")
    assert (level["available"], level["committed"], level["on_hand"]) == (96, 4, 100)


def test_stale_level_refuses_the_whole_call(client):
    rows = (("HUB-0001", "Reno", 5, 250), ("HUB-0002", "Reno", 6, 1))
    answer = _set(client, _input(client, *rows))
    assert _codes(answer) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert answer["userErrors"][0]["field"] == ["input", "quantities", "1", "changeFromQuantity"]
    assert client.level("HUB-0001")["available"] == 250


def test_explicit_null_opts_out(client):
    assert _codes(_set(client, _input(client, ("HUB-0001", "Reno", 5, None)))) == []
    assert client.level("HUB-0001")["available"] == 5


def test_expected_quantity_must_be_given(client):
    data = _input(client, ("HUB-0001", "Reno", 5, None))
    del data["quantities"][0]["changeFromQuantity"]
    error = client.ask("inventory_set_quantities", input=data, key="k")["errors"][0]
    assert error["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
    assert client.level("HUB-0001")["available"] == 250


def test_key_must_be_given(client):
    text = DOCUMENTS["inventory_set_quantities"].replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    data = _input(client, ("HUB-0001", "Reno", 5, None))
    error = client.ask(text, input=data)["errors"][0]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "@idempotent" in error["message"]
    older = client.post(text, version="2026-01", input=data).json()
    assert older["data"]["inventorySetQuantities"]["userErrors"] == []


def test_repeat_returns_the_first_answer_and_does_nothing(client):
    data = _input(client, ("HUB-0001", "Reno", 20, 250))
    first = _set(client, data, key="a")
    client.oracle("buy", {"sku": "HUB-0001", "location": "Reno", "quantity": 3})
    assert _set(client, data, key="a") == first
    assert client.level("HUB-0001")["available"] == 17
    assert client.oracle("counters")["idempotency_repeats"] == 1


def test_key_belongs_to_its_parameters(client):
    _set(client, _input(client, ("HUB-0001", "Reno", 20, 250)), key="b")
    answer = _set(client, _input(client, ("HUB-0001", "Reno", 21, 20)), key="b")
    assert _codes(answer) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert client.level("HUB-0001")["available"] == 20


def test_failed_key_stays_failed(client):
    data = _input(client, ("HUB-0001", "Reno", 20, 1))
    assert _codes(_set(client, data, key="c")) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert _codes(_set(client, data, key="c")) == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]


def test_key_at_work_is_refused(client):
    data = _input(client, ("HUB-0001", "Reno", 20, 250))
    client.oracle("faults", {"kind": "latency", "operation": "inventorySetQuantities", "seconds": 0.6})
    answers = []
    thread = threading.Thread(target=lambda: answers.append(_set(Client(client.sandbox), data, key="d")))
    thread.start()
    time.sleep(0.3)
    assert _codes(_set(client, data, key="d")) == ["IDEMPOTENCY_CONCURRENT_REQUEST"]
    thread.join()
    assert _codes(answers[0]) == []
    assert _set(client, data, key="d") == answers[0]
    assert client.level("HUB-0001")["available"] == 20


def test_lost_answer_is_found_by_its_key(client):
    data = _input(client, ("HUB-0001", "Reno", 20, 250))
    client.oracle("faults", {"kind": "500_after", "operation": "inventorySetQuantities"})
    assert client.post(DOCUMENTS["inventory_set_quantities"], input=data, key="e").status_code == 500
    assert _codes(_set(client, data, key="e")) == []
    assert client.level("HUB-0001")["available"] == 20


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "committed"}, "INVALID_NAME"),
        ({"reason": "because"}, "INVALID_REASON"),
        ({"referenceDocumentUri": "nonsense"}, "INVALID_REFERENCE_DOCUMENT"),
    ],
)
def test_invalid_input(client, change, code):
    data = {**_input(client, ("HUB-0001", "Reno", 1, None)), **change}
    assert _codes(_set(client, data)) == [code]


def test_unknown_and_doubled_targets(client):
    data = _input(client, ("HUB-0001", "Reno", 1, None), ("HUB-0001", "Reno", 2, None))
    assert _codes(_set(client, data)) == ["NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"]
    data["quantities"] = [{**data["quantities"][0], "inventoryItemId": "gid://shopify/InventoryItem/1"}]
    assert _codes(_set(client, data)) == ["INVALID_INVENTORY_ITEM"]


def test_item_has_to_be_stocked_first(client):
    client.oracle("variants", {"sku": "NEW-1", "price": "3.50"})
    data = _input(client, ("NEW-1", "Reno", 7, None))
    assert _codes(_set(client, data)) == ["ITEM_NOT_STOCKED_AT_LOCATION"]
    target = data["quantities"][0]
    values = {"inventoryItemId": target["inventoryItemId"], "locationId": target["locationId"], "available": 2}
    answer = client.data("inventory_activate", key="act", **values)["inventoryActivate"]
    assert answer["inventoryLevel"]["quantities"] == [{"name": "available", "quantity": 2}]
    again = client.data("inventory_activate", key="act", **values)["inventoryActivate"]
    assert again == answer
    assert client.data("inventory_activate", key="other", **values)["inventoryActivate"]["userErrors"]
    assert _codes(_set(client, data)) == []
    assert client.level("NEW-1")["available"] == 7


def test_adjust_refuses_on_hand_and_needs_documents(client):
    items, places = client.items(), client.places()
    change = {
        "inventoryItemId": items["HUB-0001"],
        "locationId": places["Reno"],
        "delta": 3,
        "changeFromQuantity": 250,
    }

    def adjust(name, **extra):
        data = {"name": name, "reason": "correction", "changes": [{**change, **extra}]}
        answer = client.data("stock", operation="SandboxAdjust", input=data, key=str(uuid.uuid4()))[
            "inventoryAdjustQuantities"
        ]
        return _codes(answer)

    assert adjust("on_hand") == ["INVALID_QUANTITY_NAME"]
    assert adjust("committed") == ["INVALID_QUANTITY_NAME"]
    assert adjust("damaged", changeFromQuantity=0) == ["INVALID_QUANTITY_DOCUMENT"]
    assert adjust("available") == []
    assert adjust("available") == ["CHANGE_FROM_QUANTITY_STALE"]
    assert adjust("damaged", changeFromQuantity=0, ledgerDocumentUri="gid://hub/Damage/1") == []
    level = client.level("HUB-0001")
    assert (level["available"], level["damaged"], level["on_hand"]) == (253, 3, 256)


def _stock(client):
    return {
        (row["sku"], row["location"]): (row["available"], row["committed"], row["on_hand"])
        for row in client.oracle("inventory")["levels"]
    }


def test_order_commits_and_fulfilment_consumes(client):
    before = _stock(client)
    order = client.place(seed=5)
    place = order["fulfillment_orders"][0]["location"]
    line = order["lines"][0]
    key, count = (line["sku"], place), line["quantity"]
    available, committed, on_hand = before[key]
    assert _stock(client)[key] == (available - count, committed + count, on_hand)
    client.oracle(f"orders/{order['number']}/fulfil", {})
    assert _stock(client)[key] == (available - count, committed, on_hand - count)


def test_cancelled_order_gives_stock_back(client):
    before = _stock(client)
    order = client.place("multi_location")
    assert _stock(client) != before
    client.data("order_cancel", orderId=order["id"], reason="CUSTOMER", restock=True)
    assert _stock(client) == before


def test_cancelled_without_restock_loses_it(client):
    order = client.place(seed=5)
    line, place = order["lines"][0], order["fulfillment_orders"][0]["location"]
    client.oracle(f"orders/{order['number']}/cancel", {"restock": False})
    level = client.level(line["sku"], place)
    assert (level["committed"], level["on_hand"]) == (0, 250 - line["quantity"])


def test_oversold_order_goes_negative(client):
    for name in client.places():
        for number in range(1, 41):
            client.oracle("inventory", {"sku": f"HUB-{number:04d}", "location": name, "available": 0})
    order = client.place(seed=5)
    line, place = order["lines"][0], order["fulfillment_orders"][0]["location"]
    assert client.level(line["sku"], place)["available"] == -line["quantity"]


def test_levels_by_item_at_a_place(client):
    items, places = client.items(), client.places()
    data = client.data("inventory_levels", ids=[items["HUB-0001"]], locationId=places["Reno"])
    assert data["nodes"][0]["inventoryLevel"]["quantities"] == [{"name": "available", "quantity": 250}]


def test_250_levels_in_one_call(client):
    client.oracle("reset", {"variants": 260})
    rows = [(f"HUB-{number:04d}", "Reno", number, 250) for number in range(1, 251)]
    data = _input(client, *rows)
    assert _codes(_set(client, data)) == []
    assert client.level("HUB-0250")["available"] == 250
    assert client.level("HUB-0007")["available"] == 7
    data["quantities"] += data["quantities"][:1]
    error = client.ask("inventory_set_quantities", input=data, key="z")["errors"][0]
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
