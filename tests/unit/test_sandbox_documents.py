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
    "returns": 4,
    "exchanges": 4,
    "mutation": "mutation M($product: ProductUpdateInput!) {productUpdate(product: $product) {product {id}}}",
    "path": "tmp/none.jsonl",
    "identifier": {"handle": "none"},
    "sales": 20,
    "afterAgreement": None,
    "afterSale": None,
    "query": "",
    "last": None,
    "before": None,
    "reason": "CUSTOMER",
    "restock": True,
    "tracking": {"number": "1Z2", "company": "UPS"},
    "hold": {"reason": "OTHER"},
    "tags": ["a"],
    "topic": "ORDERS_CREATE",
}


@pytest.fixture(scope="module")
def client():
    with Sandbox() as sandbox:
        client = Client(sandbox)
        client.oracle("orders", {"shape": "all", "seed": 3})
        yield client


class Things:
    """What there is in the shop to run a document with."""

    def __init__(self, client: Client):
        self.client = client
        self.orders = client.oracle("orders")["orders"]
        self.variant = client.oracle("catalogue")["variants"][0]
        self.place = client.places()["Reno"]
        self.order = client.place()
        self.fo = self.order["fulfillment_orders"][0]
        self.shipped = next(order for order in self.orders if order["fulfillments"])
        self.key = f"key-{time.monotonic_ns()}"
        self.level = {"inventoryItemId": self.variant["inventory_item_id"], "locationId": self.place}

    def id_for(self, name: str) -> str:
        """The id that an operation asks for, most often an order's."""
        fulfilment = self.shipped["fulfillments"][0]["id"]
        fulfilment_order = dict.fromkeys(
            ("FulfillmentOrderLines", "SandboxFulfilmentOrder", "SandboxHold", "SandboxMove"), self.fo["id"]
        )
        fulfilments = ("FulfillmentLines", "SandboxFulfilment", "SandboxTracking", "SandboxFulfilmentCancel")
        known = {
            **fulfilment_order,
            **dict.fromkeys(fulfilments, fulfilment),
            "Fulfillments": self.shipped["id"],
            "ProductVariants": self.variant["product_id"],
            "SandboxPlaces": self.place,
            "SandboxProducts": self.variant["id"],
            "SandboxDeactivate": "gid://shopify/InventoryLevel/1?inventory_item_id=1",
            "SandboxRefund": "gid://shopify/Refund/930000000001",
            "SandboxJob": "gid://shopify/Job/1",
        }
        return _subscription(name, self.client) or known.get(name, self.order["id"])

    def ids_for(self, name: str) -> list[str]:
        """The ids that an operation asks for."""
        known = {
            "OrdersById": [row["id"] for row in self.orders[:10]],
            "OrderSales": [row["id"] for row in self.orders[:3]],
            "ProductsById": [self.variant["product_id"]],
            "InventoryLevels": [self.variant["inventory_item_id"]],
        }
        return known.get(name, [self.order["id"]])

    def input_for(self, name: str) -> dict | list:
        """The input of a mutation."""
        stock = {"name": "available", "reason": "correction"}
        known = {
            "InventorySetQuantities": {
                **stock,
                "quantities": [{**self.level, "quantity": 9, "changeFromQuantity": None}],
            },
            "SandboxAdjust": {**stock, "changes": [{**self.level, "delta": 1, "changeFromQuantity": None}]},
            "SandboxRefundCreate": {"orderId": self.order["id"]},
            "RefundCreate": {"orderId": self.order["id"]},
            "ReturnApprove": {"id": "gid://shopify/Return/1"},
            "ReturnDecline": {"id": "gid://shopify/Return/1", "declineReason": "OTHER"},
            "ProductSet": {"title": "Chair", "productOptions": [], "variants": []},
            "ReturnProcess": {"returnId": "gid://shopify/Return/1"},
            "StagedUploadsCreate": [
                {"resource": "BULK_MUTATION_VARIABLES", "filename": "a.jsonl", "mimeType": "text/jsonl"}
            ],
            "SandboxOrderUpdate": {"id": self.order["id"], "note": "n"},
        }
        return known.get(name, {"id": self.order["id"]})


def _variables(name: str, client: Client) -> dict:
    """Variables that fit an operation."""
    things = Things(client)
    rows = {
        "fulfillmentOrderId": things.fo["id"],
        "fulfillmentOrderLineItems": [{"id": things.fo["lines"][0]["id"], "quantity": 1}],
    }
    pages = {key: value for key, value in PAGES.items() if name != "SuggestedRefund" or key != "lines"}
    return {
        **pages,
        **things.level,
        "id": things.id_for(name),
        "ids": things.ids_for(name),
        "orderId": things.order["id"],
        "priceListId": "gid://shopify/PriceList/4900001",
        "prices": [],
        "query": "variant_id:1",
        "productId": things.variant["product_id"],
        "variants": [{"id": things.variant["id"], "price": things.variant["price"]}],
        "descriptions": True,
        "product": {"id": things.variant["product_id"], "title": things.variant["product_title"]},
        "key": things.key,
        "returnInput": {"orderId": things.order["id"], "returnLineItems": []},
        "input": things.input_for(name),
        "fulfillment": {"lineItemsByFulfillmentOrder": [rows], "trackingInfo": {"number": "1Z", "company": "UPS"}},
        "splits": [rows],
        "item": things.variant["inventory_item_id"],
        "location": client.places()["Louisville"],
        "subscription": {"uri": f"http://127.0.0.1:9/{things.key}", "includeFields": ["id"]},
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


def test_paging_in_reverse(client):
    text = "query($after: String) { orders(first: 7, after: $after, sortKey: ID, reverse: true) {"
    text += " nodes { id } pageInfo { hasNextPage endCursor } } }"
    seen, after = [], None
    while True:
        page = client.data(text, after=after)["orders"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [row["id"] for row in client.oracle("orders")["orders"]][::-1]


def test_foreign_cursor_is_refused(client):
    assert (
        "Invalid cursor"
        in client.ask("orders_updated", first=5, after="bm9uc2Vuc2U=", query="")["errors"][0]["message"]
    )


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
