"""Catalogue out: absolute values, a bad one is named and the rest arrives."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from addons.connector_base.lib.errors import AmbiguousError, TransientError
from addons.connector_oms.lib.documents import CatalogueUpdate, ListingUpdate

from .fakes import FakeShop

PRODUCT = "gid://shopify/Product/7"


def variant(number):
    return f"gid://shopify/ProductVariant/{number}"


def listed(number=1, group=PRODUCT, **values):
    return ListingUpdate(external_id=variant(number), group_id=group, **values)


def prepare(*listings):
    return FakeShop().adapter().prepare("catalogue.out", CatalogueUpdate(reference="c-1", listings=listings))


def variables(call):
    return json.loads(call.body)["variables"]


def complaint(index, *path, code="INVALID_INPUT", message="No."):
    return {"code": code, "message": message, "field": ["variants", str(index), *path]}


def send(call, *answers):
    rounds = iter(answers)
    shop = FakeShop(
        ProductVariantsBulkUpdate=lambda _v: {"productVariantsBulkUpdate": {"userErrors": next(rounds)}},
        ProductUpdate=lambda _v: {"productUpdate": {"product": {"id": PRODUCT}, "userErrors": next(rounds)}},
    )
    return shop, shop.adapter().send(call)


def shown(number=1, **values):
    return {
        "id": variant(number),
        "price": values.get("price", "10.0"),
        "barcode": values.get("barcode", "123"),
        "title": "Default Title",
        "product": {"id": PRODUCT, "title": values.get("title", "Shirt"), "status": "ACTIVE"},
        "inventoryItem": {"measurement": {"weight": {"value": 0.25, "unit": "KILOGRAMS"}}},
    }


def test_variants_of_a_product_travel_in_one_call():
    calls = prepare(listed(1, price=Decimal("12.50"), barcode="99"), listed(2, weight_kg=Decimal("0.250")))
    assert [call.operation for call in calls] == ["product_variants_bulk_update"]
    assert variables(calls[0]) == {
        "productId": PRODUCT,
        "variants": [
            {"id": variant(1), "price": "12.50", "barcode": "99"},
            {"id": variant(2), "inventoryItem": {"measurement": {"weight": {"value": 0.25, "unit": "KILOGRAMS"}}}},
        ],
    }
    assert calls[0].meta["values"][0] == {"external_id": variant(1), "field": "price", "value": "12.50"}


def test_a_title_is_set_once_for_all_variants():
    calls = prepare(
        listed(1, title="Shirt"), listed(2, title="Shirt"), listed(3, "gid://shopify/Product/8", title="Hat")
    )
    assert [variables(call)["product"]["title"] for call in calls] == ["Shirt", "Hat"]
    assert len(calls[0].meta["values"]) == 2


def test_no_call_holds_more_variants_than_shopify_takes():
    calls = prepare(*(listed(n, price=Decimal(1)) for n in range(251)))
    assert [len(variables(call)["variants"]) for call in calls] == [250, 1]
    assert len({call.key for call in calls}) == 2


def test_all_taken():
    (call,) = prepare(listed(price=Decimal("12.50")))
    _shop, result = send(call, [])
    assert result.data == {"refused": []}


def test_a_bad_value_does_not_keep_the_others_of_its_variant_from_arriving():
    (call,) = prepare(listed(1, price=Decimal("12.50"), barcode="x"), listed(2, price=Decimal(3)))
    shop, result = send(call, [complaint(0, "barcode", message="Too long")], [])
    assert result.data["refused"] == [{"external_id": variant(1), "field": "barcode", "message": "Too long"}]
    again = shop.named("ProductVariantsBulkUpdate")[1]
    assert again["variants"] == [{"id": variant(1), "price": "12.50"}]


def test_a_fault_of_the_whole_variant_refuses_all_of_it():
    (call,) = prepare(listed(1, price=Decimal(1), barcode="x"), listed(2, price=Decimal(3)))
    shop, result = send(call, [complaint(0, "id", message="Gone")])
    assert [(item["external_id"], item["field"]) for item in result.data["refused"]] == [(variant(1), "")]
    assert len(shop.calls) == 1


def test_a_fault_of_the_product_refuses_all():
    (call,) = prepare(listed(1, price=Decimal(1)), listed(2, price=Decimal(3)))
    _shop, result = send(call, [{"code": "PRODUCT_DOES_NOT_EXIST", "message": "Gone", "field": ["productId"]}])
    assert {item["external_id"] for item in result.data["refused"]} == {variant(1), variant(2)}


def test_only_what_is_at_fault_is_left_out_again_and_again():
    (call,) = prepare(*(listed(n, price=Decimal(1), barcode="x", weight_kg=Decimal(1)) for n in range(2)))
    shop, result = send(call, [complaint(0, "price"), complaint(1, "barcode")], [complaint(0, "barcode")], [])
    assert {(item["external_id"], item["field"]) for item in result.data["refused"]} == {
        (variant(0), "price"),
        (variant(0), "barcode"),
        (variant(1), "barcode"),
    }
    sent = [[sorted(entry) for entry in call["variants"]] for call in shop.named("ProductVariantsBulkUpdate")]
    assert sent[1:] == [
        [["barcode", "id", "inventoryItem"], ["id", "inventoryItem", "price"]],
        [["id", "inventoryItem"]],
    ]


def test_a_refused_title():
    (call,) = prepare(listed(1, title="Shirt"))
    _shop, result = send(call, [{"field": ["title"], "message": "Title can't be blank"}])
    assert result.data["refused"][0]["message"] == "Title can't be blank"


def test_a_title_at_fault_does_not_keep_the_description_from_arriving():
    (call,) = prepare(listed(1, title="Shirt", description="<p>Soft</p>"), listed(2, title="Shirt"))
    assert variables(call)["product"] == {"id": PRODUCT, "title": "Shirt", "descriptionHtml": "<p>Soft</p>"}
    shop, result = send(call, [{"field": ["title"], "message": "Title is too long"}], [])
    assert {(item["external_id"], item["field"]) for item in result.data["refused"]} == {
        (variant(1), "title"),
        (variant(2), "title"),
    }
    assert shop.named("ProductUpdate")[1]["product"] == {"id": PRODUCT, "descriptionHtml": "<p>Soft</p>"}


def test_a_product_at_fault_refuses_all_that_its_variants_share():
    (call,) = prepare(listed(1, title="Shirt", description="<p>Soft</p>"))
    shop, result = send(call, [{"field": ["id"], "message": "Product does not exist"}])
    assert [item["field"] for item in result.data["refused"]] == [""]
    assert len(shop.calls) == 1


def test_a_lost_answer_is_not_sent_again_by_itself():
    (call,) = prepare(listed(1, price=Decimal(1)))
    shop = FakeShop(ProductVariantsBulkUpdate=lambda _v: AmbiguousError("lost"))
    with pytest.raises(AmbiguousError):
        shop.adapter().send(call)
    assert shop.http.requests[0]["safe"] is False


@pytest.mark.parametrize(("price", "found"), (("12.5", True), ("12.50", True), ("12.51", False)))
def test_look_up_compares_what_is_shown(price, found):
    (call,) = prepare(listed(1, price=Decimal("12.50"), barcode="123", weight_kg=Decimal("0.250")))
    shop = FakeShop(
        VariantsById=lambda _v: {"nodes": [shown(price=price)]}, Shop=lambda _v: {"shop": {"currencyCode": "USD"}}
    )
    result = shop.adapter().lookup(call)
    assert (result is not None) is found


def test_variants_as_they_are_shown():
    shop = FakeShop(VariantsById=lambda _v: {"nodes": [shown(), None]})
    read = shop.adapter(currency="USD").read_products([variant(1), variant(2)])
    assert list(read) == [variant(1)]
    assert (read[variant(1)].price, read[variant(1)].group_id, read[variant(1)].weight_kg) == (
        Decimal("10.0"),
        PRODUCT,
        Decimal("0.25"),
    )


def test_a_variant_that_cannot_be_read_is_not_taken_for_gone():
    answer = {"data": {"nodes": [None]}, "errors": [{"message": "Timeout", "path": ["nodes", 0]}]}
    with pytest.raises(TransientError):
        FakeShop(VariantsById=lambda _v: answer).adapter().read_products([variant(1)])
