"""Bulk operations: one file for thousands of calls, never run twice, nothing of it lost."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest

from addons.connector_base.lib.adapter import Call
from addons.connector_base.lib.errors import PendingError, PermanentError, RateLimitedError, TransientError
from addons.connector_oms.lib.documents import CatalogueUpdate, ListingUpdate
from addons.connector_shopify.lib import bulk, const, listings

from .fakes import FakeShop
from .test_against_sandbox import served, shop  # noqa: F401  (fixtures)
from .test_listings import listed, prepare, variant

MANY = const.BULK_FROM


def group(number):
    return f"gid://shopify/Product/{number}"


def many(count=MANY, **values):
    return [listed(n, group(n), **(values or {"price": Decimal("2.50")})) for n in range(count)]


def small_call(*parts):
    """A bulk call of a few products: [(operation's values)] each."""
    calls = [listings.variants_call(f"c:{n}", group(n), values) for n, values in enumerate(parts)]
    lines = [json.loads(call.body)["variables"] for call in calls]
    meta = {
        "operation": listings.VARIANTS,
        "groups": [group(n) for n in range(len(calls))],
        "counts": [len(values) for values in parts],
        "values": [value for values in parts for value in values],
    }
    return Call("c-1:all", bulk.BULK, "\n".join(map(json.dumps, lines)).encode(), meta)


def value(number, field="price", text="2.50"):
    return {"external_id": variant(number), "field": field, "value": text}


def server(node=None, rows=(), begun=(), **more):
    """A shop with one bulk operation, whose answers are ``rows``."""
    files = {
        "https://files.example/answers": "\n".join(json.dumps(row) for row in rows).encode(),
        "https://files.example/up": b"",
    }
    target = {
        "url": "https://files.example/up",
        "parameters": [{"name": "key", "value": "tmp/1/lines.jsonl"}, {"name": "policy", "value": "p"}],
    }
    fake = FakeShop(
        StagedUploadsCreate=lambda _v: {"stagedUploadsCreate": {"stagedTargets": [target], "userErrors": []}},
        BulkOperationRunMutation=lambda _v: {"bulkOperationRunMutation": {"userErrors": list(begun)}},
        BulkOperations=lambda _v: {"bulkOperations": {"nodes": [node] if node else []}},
        **more,
    )
    answered = fake.http.respond
    fake.http.respond = lambda url, body, headers: files[url] if url in files else answered(url, body, headers)
    return fake


def node_of(call, status="COMPLETED", **values):
    url = "https://files.example/answers"
    base = {"id": "gid://shopify/BulkOperation/1", "status": status, "objectCount": "1", "query": bulk._mutation(call)}
    return {**base, "url": url if status == "COMPLETED" else None, "partialDataUrl": None, **values}


def answer(number, *errors):
    return {"data": {"productVariantsBulkUpdate": {"userErrors": list(errors)}}, "__lineNumber": number}


def test_a_few_products_are_changed_by_calls():
    assert {call.operation for call in prepare(*many(MANY - 1))} == {listings.VARIANTS}


def test_many_products_travel_as_one_file_titles_as_another():
    calls = prepare(*many(price=Decimal("2.50"), title="Shirt"))
    assert [(call.operation, call.meta["operation"]) for call in calls] == [
        (bulk.BULK, listings.VARIANTS),
        (bulk.BULK, listings.PRODUCT),
    ]
    lines = [json.loads(line) for line in calls[0].body.splitlines()]
    assert len(lines) == MANY
    assert lines[1] == {"productId": group(1), "variants": [{"id": variant(1), "price": "2.50"}]}
    assert len({call.key for call in calls}) == 2
    assert len(calls[0].meta["values"]) == MANY


def test_file_is_uploaded_without_our_token_and_the_mutation_carries_our_mark():
    call = small_call([value(1)])
    fake = server()
    with pytest.raises(PendingError):
        fake.adapter().send(call)
    upload = next(request for request in fake.http.requests if request["url"].endswith("/up"))
    assert call.body in upload["body"]
    assert b"tmp/1/lines.jsonl" in upload["body"]
    assert not any("token" in name.lower() for name in upload["headers"])
    assert upload["cost"] == 0
    begun = dict(fake.calls)["BulkOperationRunMutation"]
    assert begun["path"] == "tmp/1/lines.jsonl"
    assert begun["mutation"].startswith(f"mutation ProductVariantsBulkUpdate_{bulk._mark(call)}(")
    assert begun["reference"] == call.key


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("LIMIT_REACHED", RateLimitedError),
        ("OPERATION_IN_PROGRESS", RateLimitedError),
        ("NO_SUCH_FILE", TransientError),
        ("INVALID_MUTATION", PermanentError),
    ],
)
def test_refused_operation(code, error):
    with pytest.raises(error):
        server(begun=[{"code": code, "message": "No.", "field": None}]).adapter().send(small_call([value(1)]))


def test_operation_that_shopify_does_not_know_is_sent():
    call, other = small_call([value(1)]), Call("c-2:all", bulk.BULK, b"", small_call([value(1)]).meta)
    assert server().adapter().lookup(call) is None
    assert server(node_of(other)).adapter().lookup(call) is None
    assert server(node_of(call, "EXPIRED")).adapter().lookup(call) is None


@pytest.mark.parametrize("status", ["CREATED", "RUNNING", "CANCELING"])
def test_operation_at_work_is_waited_for(status):
    call = small_call([value(1)], [value(2)])
    with pytest.raises(PendingError, match="1 of 2"):
        server(node_of(call, status)).adapter().lookup(call)


def test_what_was_refused_is_named_line_by_line_and_its_company_comes_again():
    call = small_call([value(1), value(1, "barcode", "7")], [value(2)], [value(3)])
    wrong = {"code": "INVALID", "field": ["variants", "0", "barcode"], "message": "Taken."}
    rows = [answer(2), answer(0, wrong), {"errors": [{"message": "Oops"}], "__lineNumber": 1}]
    result = server(node_of(call), rows).adapter().lookup(call)
    assert result.external_id == "gid://shopify/BulkOperation/1"
    assert result.data["refused"] == [
        {"external_id": variant(1), "field": "barcode", "message": "Taken."},
        {"external_id": variant(2), "field": "", "message": "Oops"},
    ]
    assert result.data["unsent"] == [{"external_id": variant(1), "field": "price"}]


def test_what_shopify_did_not_come_to_is_put_to_a_person():
    call = small_call([value(1)], [value(2)])
    node = node_of(call, "FAILED", errorCode="TIMEOUT", partialDataUrl="https://files.example/answers")
    result = server(node, [answer(0)]).adapter().lookup(call)
    assert [row["external_id"] for row in result.data["refused"]] == [variant(2)]
    assert "TIMEOUT" in result.data["refused"][0]["message"]
    gone = server(node_of(call, "CANCELED")).adapter().lookup(call)
    assert len(gone.data["refused"]) == 2


# against the local Shopify


def wait_for(adapter, call):
    for __ in range(200):
        try:
            return adapter.lookup(call)
        except PendingError:
            time.sleep(0.05)
    raise AssertionError("never done")


def sent_in_bulk(local, updates):
    (call,) = local.adapter.prepare("catalogue.out", CatalogueUpdate(reference="c-9", listings=updates))
    assert call.operation == bulk.BULK
    assert local.adapter.lookup(call) is None
    with pytest.raises(PendingError):
        local.adapter.send(call)
    return call, wait_for(local.adapter, call)


def goods(local):
    """Variants of different products, more than it takes."""
    local.oracle("reset", {"variants": 5 * MANY})
    found = {product.group_id: product for product in local.adapter.list_products()}
    assert len(found) > MANY
    return list(found.values())


def updates_of(products, **values):
    return [ListingUpdate(external_id=one.external_id, group_id=one.group_id, **values) for one in products]


def test_prices_of_the_whole_shop_are_changed(shop):  # noqa: F811
    products = goods(shop)
    __, result = sent_in_bulk(shop, updates_of(products, price=Decimal("7.25")))
    assert result.data == {"refused": [], "unsent": []}
    shown = shop.adapter.read_products([one.external_id for one in products])
    assert {one.price for one in shown.values()} == {Decimal("7.25")}


def test_shop_that_stops_halfway_leaves_the_rest_to_a_person(shop):  # noqa: F811
    products = goods(shop)
    shop.oracle("settings", {"bulk": {"fail_after": MANY}}, "PATCH")
    __, result = sent_in_bulk(shop, updates_of(products, price=Decimal("7.25")))
    assert len(result.data["refused"]) == len(products) - MANY
    shown = shop.adapter.read_products([one.external_id for one in products])
    assert sum(one.price == Decimal("7.25") for one in shown.values()) == MANY


def test_shop_runs_five_at_a_time(shop):  # noqa: F811
    products = goods(shop)
    shop.oracle("settings", {"bulk": {"line_seconds": 0.02}}, "PATCH")
    for number in range(6):
        update = CatalogueUpdate(reference=f"c-{number}", listings=updates_of(products, price=Decimal("7.25")))
        (call,) = shop.adapter.prepare("catalogue.out", update)
        with pytest.raises(PendingError if number < 5 else RateLimitedError):
            shop.adapter.send(call)
