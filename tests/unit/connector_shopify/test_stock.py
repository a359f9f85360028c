"""Stock out: absolute, compared, idempotent; one bad level is named."""

from __future__ import annotations

import json
import uuid

import pytest

from addons.connector_base.lib.errors import (
    ConflictError,
    DataError,
    PermanentError,
    TransientError,
)
from addons.connector_oms.lib.documents import StockLevel, StockUpdate

from .fakes import FakeShop

PLACE = "gid://shopify/Location/1"


def item(number):
    return f"gid://shopify/InventoryItem/{number}"


def levels(count=2, **fields):
    return [
        StockLevel(**{"stock_id": item(n), "location_id": PLACE, "available": n, "version": 40 + n} | fields)
        for n in range(count)
    ]


def update(entries=None, reference="STOCK/1"):
    return StockUpdate(reference=reference, levels=entries or levels())


def prepare(document=None):
    return FakeShop().adapter().prepare("stock.out", document or update())


def variables(call):
    return json.loads(call.body)["variables"]


def send(errors=(), document=None, then=()):
    """What comes of an update: Shopify names ``errors`` first, then those of ``then`` in turn."""
    rounds = iter([errors, *then])

    def answer(values):
        group = {"id": "gid://shopify/InventoryAdjustmentGroup/1"}
        found = list(next(rounds, ()))
        return {"inventorySetQuantities": {"inventoryAdjustmentGroup": group, "userErrors": found}}

    fake = FakeShop(InventorySetQuantities=answer)
    adapter = fake.adapter()
    (call,) = adapter.prepare("stock.out", document or update())
    result = adapter.send(call)
    assert all(request["safe"] for request in fake.http.requests)
    return result, fake.named("InventorySetQuantities")


def error(code, index=None):
    field = None if index is None else ["input", "quantities", str(index)]
    return {"code": code, "field": field, "message": f"it is {code}"}


def test_one_call_carries_absolute_values():
    (call,) = prepare()
    sent = variables(call)
    assert sent["input"]["name"] == "available"
    assert sent["input"]["reason"] == "correction"
    assert sent["input"]["referenceDocumentUri"] == "odoo://stock/STOCK/1?version=41"
    assert [entry["quantity"] for entry in sent["input"]["quantities"]] == [0, 1]
    assert uuid.UUID(sent["key"])


def test_the_expected_value_is_compared_and_an_unknown_one_is_written_as_null():
    (call,) = prepare(update([*levels(1, expected=7), *levels(2)[1:]]))
    found = [entry["changeFromQuantity"] for entry in variables(call)["input"]["quantities"]]
    assert found == [7, None]


def test_more_than_250_levels_are_several_calls():
    calls = prepare(update(levels(600)))
    sizes = [len(variables(call)["input"]["quantities"]) for call in calls]
    assert sizes == [250, 250, 100]
    assert [call.key for call in calls] == ["STOCK/1:1", "STOCK/1:2", "STOCK/1:3"]
    assert len({variables(call)["key"] for call in calls}) == 3


def test_the_same_preparation_is_the_same_bytes_and_others_have_other_keys():
    assert prepare() == prepare()
    keys = {variables(prepare(document)[0])["key"] for document in (
        update(), update(reference="STOCK/2"), update(levels(2, version=99)),
        update(levels(2, expected=1)),
    )}  # fmt: skip
    assert len(keys) == 4


def test_a_level_that_stands_twice_is_refused_here():
    with pytest.raises(DataError, match="twice"):
        prepare(update([*levels(1), *levels(1)]))


def test_a_call_that_worked():
    result, calls = send()
    assert len(calls) == 1
    assert result.external_id == "gid://shopify/InventoryAdjustmentGroup/1"
    assert result.data == {"applied": True, "stale": [], "not_stocked": [], "errors": []}


def test_levels_at_fault_are_named_each_for_its_own_reason_and_the_rest_is_set():
    errors = [
        error("CHANGE_FROM_QUANTITY_STALE", 2),
        error("ITEM_NOT_STOCKED_AT_LOCATION", 0),
        error("INVALID_INVENTORY_ITEM", 3),
    ]
    result, (first, second) = send(errors, update(levels(5)))
    assert result.data["applied"] is True
    found = {
        kind: [(entry["stock_id"], entry["code"]) for entry in result.data[kind]]
        for kind in ("stale", "not_stocked", "errors")
    }
    assert found == {
        "stale": [(item(2), "CHANGE_FROM_QUANTITY_STALE")],
        "not_stocked": [(item(0), "ITEM_NOT_STOCKED_AT_LOCATION")],
        "errors": [(item(3), "INVALID_INVENTORY_ITEM")],
    }
    assert result.data["stale"][0]["version"] == 42
    assert json.dumps(result.data)
    assert [entry["inventoryItemId"] for entry in second["input"]["quantities"]] == [item(1), item(4)]
    assert first["key"] != second["key"]


def test_the_second_call_is_the_same_whenever_the_same_levels_are_at_fault():
    errors = [error("CHANGE_FROM_QUANTITY_STALE", 1)]
    assert send(errors)[1] == send(errors)[1]
    assert send(errors)[1] != send([error("CHANGE_FROM_QUANTITY_STALE", 0)])[1]


def test_faults_of_the_second_call_are_found_too():
    stale = "CHANGE_FROM_QUANTITY_STALE"
    result, calls = send([error(stale, 0)], update(levels(3)), [[error(stale, 0)]])
    assert [entry["stock_id"] for entry in result.data["stale"]] == [item(0), item(1)]
    assert [len(call["input"]["quantities"]) for call in calls] == [3, 2, 1]


def test_when_all_levels_are_at_fault_nothing_is_left_to_send():
    result, calls = send([error("ITEM_NOT_STOCKED_AT_LOCATION", 0), error("INVALID_LOCATION", 1)])
    assert result.data["applied"] is False
    assert (len(result.data["not_stocked"]), len(result.data["errors"]), len(calls)) == (1, 1, 1)


def test_faults_without_end_are_prepared_again():
    stale = [error("CHANGE_FROM_QUANTITY_STALE", 0)]
    with pytest.raises(ConflictError):
        send(stale, update(levels(9)), [stale] * 8)


def test_the_only_level_is_at_fault_where_shopify_names_none():
    result, _calls = send([error("CHANGE_FROM_QUANTITY_STALE")], update(levels(1)))
    assert result.data["stale"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("IDEMPOTENCY_CONCURRENT_REQUEST", TransientError),
        ("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", PermanentError),
        ("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", ConflictError),
        ("INVALID_REASON", PermanentError),
        ("INVALID_QUANTITY_NEGATIVE", PermanentError),  # of which level, it does not say
    ],
)
def test_errors_of_the_call_as_a_whole_raise(code, expected):
    with pytest.raises(expected):
        send([error(code)])


def held(values):
    """A shop that holds these available units by item number."""

    def answer(asked):
        return {"nodes": [_node(key, values) for key in asked["ids"]]}

    return FakeShop(InventoryLevels=answer)


def _node(key, values):
    number = int(key.rsplit("/", 1)[1])
    if number not in values:
        return None
    units = values[number]
    level = units is not None and {
        "isActive": True,
        "quantities": [{"name": "available", "quantity": units}],
    }
    return {"id": key, "inventoryLevel": level or None}


def test_a_lost_answer_is_settled_by_what_the_shop_holds():
    (call,) = prepare()
    assert held({0: 0, 1: 1}).adapter().lookup(call).data["applied"] is True
    assert held({0: 0, 1: 5}).adapter().lookup(call) is None
    assert held({0: 0, 1: None}).adapter().lookup(call) is None


def test_levels_are_read_250_items_a_call_and_place():
    fake = held({number: number for number in range(300)})
    other = "gid://shopify/Location/2"
    found = fake.adapter().read_levels([item(n) for n in range(300)], [PLACE, other])
    assert len(found) == 600
    assert found[item(7), other] == 7
    assert [len(call["ids"]) for call in fake.named("InventoryLevels")] == [250, 50, 250, 50]


def test_items_that_are_gone_or_not_stocked_have_no_level():
    found = held({0: 4, 1: None}).adapter().read_levels([item(0), item(1), item(2)], [PLACE])
    assert found == {(item(0), PLACE): 4}


def test_a_level_that_could_not_be_read_is_not_taken_for_missing():
    def answer(asked):
        problem = {"message": "internal", "path": ["nodes", 0], "extensions": {"code": "X"}}
        return {"data": {"nodes": [None, {"id": item(1)}]}, "errors": [problem]}

    with pytest.raises(TransientError):
        FakeShop(InventoryLevels=answer).adapter().read_levels([item(0), item(1)], [PLACE])


def test_an_item_is_stocked_at_a_place():
    payload = {"inventoryLevel": {"id": "gid://shopify/InventoryLevel/1"}, "userErrors": []}
    fake = FakeShop(InventoryActivate=lambda values: {"inventoryActivate": payload})
    adapter = fake.adapter()
    call = adapter.activation(levels(2)[1], "STOCK/1")
    sent = variables(call)
    assert (sent["inventoryItemId"], sent["locationId"], sent["available"]) == (item(1), PLACE, 1)
    assert uuid.UUID(sent["key"])
    assert call.key == "STOCK/1:1@1"
    assert adapter.send(call).external_id == "gid://shopify/InventoryLevel/1"
    payload["userErrors"] = [{"field": None, "message": "The location is not active."}]
    with pytest.raises(PermanentError, match="not active"):
        adapter.send(call)
