"""Every document of the connector and of the sandbox runs against the local Shopify."""

from __future__ import annotations

import time

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate
from sandbox_client import DOCUMENTS, Client

from sandbox.shopify.prune_schema import SUBSET
from sandbox.shopify.server import Sandbox

#: values of the variables that every document can be run with
PAGES = {
    "first": 5,
    "after": None,
    "lines": 20,
    "agreements": 4,
    "sales": 20,
    "afterAgreement": None,
    "afterSale": None,
    "query": "",
    "last": None,
    "before": None,
}


@pytest.fixture(scope="module")
def client():
    with Sandbox() as sandbox:
        client = Client(sandbox)
        client.oracle("orders", {"shape": "all", "seed": 3})
        yield client


def _variables(name: str, client: Client) -> dict:
    """Variables that fit a document, by the name of its file and operation."""
    orders = client.oracle("orders")["orders"]
    variant = client.oracle("catalogue")["variants"][0]
    shipped = next(order for order in orders if order["fulfillments"])
    order = client.place()
    place = client.places()["Reno"]
    fo = order["fulfillment_orders"][0]
    rows = [{"id": fo["lines"][0]["id"], "quantity": 1}]
    key = f"{name}-{time.monotonic_ns()}"
    level = {"inventoryItemId": variant["inventory_item_id"], "locationId": place}
    ids = {
        "OrdersById": [row["id"] for row in orders[:10]],
        "OrderSales": [row["id"] for row in orders[:3]],
        "ProductsById": [variant["product_id"]],
        "InventoryLevels": [variant["inventory_item_id"]],
    }
    one = {
        "FulfillmentOrderLines": fo["id"],
        "FulfillmentLines": shipped["fulfillments"][0]["id"],
        "Fulfillments": shipped["id"],
        "ProductVariants": variant["product_id"],
        "SandboxPlaces": place,
        "SandboxProducts": variant["id"],
        "SandboxFulfilmentOrder": fo["id"],
        "SandboxFulfilment": shipped["fulfillments"][0]["id"],
        "SandboxTracking": shipped["fulfillments"][0]["id"],
        "SandboxFulfilmentCancel": shipped["fulfillments"][0]["id"],
        "SandboxHold": fo["id"],
        "SandboxMove": fo["id"],
        "SandboxDeactivate": f"gid://shopify/InventoryLevel/1?inventory_item_id={key}",
        "SandboxRefund": "gid://shopify/Refund/930000000001",
        "SandboxJob": "gid://shopify/Job/1",
    }
    input_ = {
        "InventorySetQuantities": {
            "name": "available",
            "reason": "correction",
            "quantities": [{**level, "quantity": 9, "changeFromQuantity": None}],
        },
        "SandboxAdjust": {
            "name": "available",
            "reason": "correction",
            "changes": [{**level, "delta": 1, "changeFromQuantity": None}],
        },
        "SandboxRefundCreate": {"orderId": order["id"]},
    }
    subscription = _subscription(name, client)
    return {
        **PAGES,
        "id": subscription or one.get(name, order["id"]),
        "ids": ids.get(name, [order["id"]]),
        "orderId": order["id"],
        "reason": "CUSTOMER",
        "restock": True,
        "key": key,
        "input": input_.get(name, {"id": order["id"], "note": "n"} if "Update" in name else {"id": order["id"]}),
        "fulfillment": {
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": fo["id"], "fulfillmentOrderLineItems": rows}],
            "trackingInfo": {"number": "1Z", "company": "UPS"},
        },
        "tracking": {"number": "1Z2", "company": "UPS"},
        "hold": {"reason": "OTHER"},
        "location": client.places()["Louisville"],
        "splits": [{"fulfillmentOrderId": fo["id"], "fulfillmentOrderLineItems": rows}],
        "item": variant["inventory_item_id"],
        "inventoryItemId": variant["inventory_item_id"],
        "locationId": place,
        "tags": ["a"],
        "topic": "ORDERS_CREATE",
        "subscription": {"uri": f"http://127.0.0.1:9/{key}", "includeFields": ["id"]},
    }


def _subscription(name: str, client: Client) -> str | None:
    """A subscription to read, change or delete."""
    if not name.startswith(("WebhookSubscription", "SandboxSubscription")):
        return None
    subscription = {"uri": f"http://127.0.0.1:9/{time.monotonic_ns()}"}
    answer = client.data("webhook_subscription_create", topic="PRODUCTS_UPDATE", subscription=subscription)
    return answer["webhookSubscriptionCreate"]["webhookSubscription"]["id"]


OPERATIONS = [
    (name, operation.name.value)
    for name, text in sorted(DOCUMENTS.items())
    for operation in parse(text).definitions
    if isinstance(operation, OperationDefinitionNode)
]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_document_runs_without_errors(client, name, operation):
    node = next(
        definition
        for definition in parse(DOCUMENTS[name]).definitions
        if isinstance(definition, OperationDefinitionNode) and definition.name.value == operation
    )
    wanted = {variable.variable.name.value for variable in node.variable_definitions}
    variables = {key: value for key, value in _variables(operation, client).items() if key in wanted}
    answer = client.post(DOCUMENTS[name], operation=operation, **variables).json()
    assert "errors" not in answer, answer["errors"]
    assert answer["extensions"]["cost"]["requestedQueryCost"] > 0


def test_every_document_is_valid_in_the_subset():
    schema = build_schema(SUBSET.read_text(encoding="utf-8"))
    faults = {name: validate(schema, parse(text)) for name, text in DOCUMENTS.items()}
    assert {name: found for name, found in faults.items() if found} == {}


def test_all_pages_of_300_lines(client):
    order = client.place("many_lines")
    seen, after = [], None
    while True:
        page = client.data("order_lines", id=order["id"], first=70, after=after)["order"]["lineItems"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [line["id"] for line in order["lines"]]
    assert len(seen) == 300


def test_orders_window_by_update_time(client):
    order = client.place()
    page = client.data("orders_updated", first=50, query=f"updated_at:>='{order['updated_at']}'")["orders"]
    assert order["id"] in [node["id"] for node in page["nodes"]]
    assert all(node["updatedAt"] >= order["updated_at"] for node in page["nodes"])
    late = client.data("orders_updated", first=50, query="updated_at:>='2099-01-01T00:00:00Z'")["orders"]
    assert late["nodes"] == []


def test_paging_backwards(client):
    text = "query($last: Int, $before: String) { orders(last: $last, before: $before, sortKey: ID) {"
    text += " nodes { id } pageInfo { hasPreviousPage startCursor } } }"
    whole = [row["id"] for row in client.oracle("orders")["orders"]]
    page = client.data(text, last=4)["orders"]
    assert [node["id"] for node in page["nodes"]] == whole[-4:]
    page = client.data(text, last=4, before=page["pageInfo"]["startCursor"])["orders"]
    assert [node["id"] for node in page["nodes"]] == whole[-8:-4]
    assert page["pageInfo"]["hasPreviousPage"]


def test_ledger_page_of_one_agreement(client):
    order = client.place("partially_refunded")
    cursor = None
    reasons = []
    while True:
        page = client.data("order_sales_page", id=order["id"], agreements=1, afterAgreement=cursor, sales=50)
        page = page["order"]["agreements"]
        reasons += [edge["node"]["reason"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert reasons == ["ORDER", "REFUND"]


def test_unknown_id_is_null(client):
    assert client.data("order_state", id="gid://shopify/Order/1") == {"order": None}
    assert client.data("orders_by_id", ids=["gid://shopify/Order/1"], lines=1) == {"nodes": [None]}
