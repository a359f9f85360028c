"""Prices and product data over real HTTP against the local Shopify."""

from __future__ import annotations

from decimal import Decimal

import pytest

from addons.connector_base.lib.errors import AmbiguousError, DataError
from addons.connector_oms.lib.documents import CatalogueUpdate, ListingUpdate, ListPrice

from .test_against_sandbox import served, shop  # noqa: F401  (fixtures)


def variant_of(shop, sku):  # noqa: F811
    return next(row for row in shop.oracle("catalogue")["variants"] if row["sku"] == sku)


def listing(shop, sku, **values):  # noqa: F811
    row = variant_of(shop, sku)
    return ListingUpdate(external_id=row["id"], group_id=row["product_id"], **values)


def test_prices_barcodes_weights_and_titles_arrive(shop):  # noqa: F811
    first = listing(shop, "HUB-0001", price=Decimal("17.35"), weight_kg=Decimal("1.250"), title="Renamed")
    second = listing(shop, "HUB-0002", barcode="5000000000000")
    calls = shop.adapter.prepare("catalogue.out", CatalogueUpdate(reference="c-1", listings=(first, second)))
    assert [shop.adapter.send(call).data["refused"] for call in calls] == [[]] * len(calls)
    row = variant_of(shop, "HUB-0001")
    assert (row["price"], row["weight_kg"], row["product_title"]) == ("17.35", 1.25, "Renamed")
    assert variant_of(shop, "HUB-0002")["barcode"] == "5000000000000"
    read = shop.adapter.read_products([first.external_id, second.external_id])
    assert (read[first.external_id].price, read[first.external_id].title) == (Decimal("17.35"), "Renamed")
    assert all(shop.adapter.lookup(call) is not None for call in calls)


def test_descriptions_are_read_where_they_are_asked_for(shop):  # noqa: F811
    entry = listing(shop, "HUB-0001", description="<p>Soft &amp; <strong>light</strong></p>")
    (call,) = shop.adapter.prepare("catalogue.out", CatalogueUpdate(reference="c-4", listings=(entry,)))
    assert shop.adapter.lookup(call) is None
    assert shop.adapter.send(call).data["refused"] == []
    key = entry.external_id
    assert shop.adapter.read_products([key], descriptions=True)[key].description == entry.description
    assert shop.adapter.read_products([key])[key].description is None
    told = {one.external_id: one.description for one in shop.adapter.list_products(descriptions=True)}
    others = [row["id"] for row in shop.oracle("catalogue")["variants"] if row["product_id"] != entry.group_id]
    assert (told[key], told[others[0]]) == (entry.description, "")
    assert shop.adapter.lookup(call) is not None


def test_a_bad_barcode_is_named_and_the_price_arrives(shop):  # noqa: F811
    entry = listing(shop, "HUB-0001", price=Decimal("17.35"), barcode="9" * 256)
    (call,) = shop.adapter.prepare("catalogue.out", CatalogueUpdate(reference="c-2", listings=(entry,)))
    refused = shop.adapter.send(call).data["refused"]
    assert [(item["external_id"], item["field"]) for item in refused] == [(entry.external_id, "barcode")]
    assert "too long" in refused[0]["message"]
    assert variant_of(shop, "HUB-0001")["price"] == "17.35"


def test_an_update_whose_answer_was_lost_is_found(shop):  # noqa: F811
    entry = listing(shop, "HUB-0001", price=Decimal("17.35"))
    (call,) = shop.adapter.prepare("catalogue.out", CatalogueUpdate(reference="c-3", listings=(entry,)))
    assert shop.adapter.lookup(call) is None
    shop.oracle("faults", {"kind": "close", "operation": "productVariantsBulkUpdate", "count": 1})
    with pytest.raises(AmbiguousError):
        shop.adapter.send(call)
    assert shop.adapter.lookup(call) is not None


def test_a_variant_that_was_deleted_is_not_there(shop):  # noqa: F811
    assert shop.adapter.read_products(["gid://shopify/ProductVariant/1"]) == {}


def test_prices_of_further_lists(shop):  # noqa: F811
    made = shop.oracle("price-lists", {"name": "Gold", "currency": "USD"})
    (found,) = shop.adapter.list_price_lists()
    assert (found.external_id, found.name, found.currency) == (made["id"], "Gold", "USD")
    price = ListPrice(list_id=made["id"], price=Decimal("12.30"), currency="USD")
    entry = listing(shop, "HUB-0001", list_prices=(price,))
    gone = ListingUpdate(
        external_id="gid://shopify/ProductVariant/1", group_id="gid://shopify/Product/1", list_prices=(price,)
    )
    (call,) = shop.adapter.prepare("catalogue.out", CatalogueUpdate(reference="c-9", listings=(entry, gone)))
    assert shop.adapter.lookup(call) is None
    refused = shop.adapter.send(call).data["refused"]
    assert [item["external_id"] for item in refused] == [gone.external_id]
    assert shop.oracle("price-lists")["price_lists"][0]["prices"] == {"HUB-0001": 12.3}
    held = shop.adapter.read_list_prices(made["id"], [entry.external_id, variant_of(shop, "HUB-0002")["id"]])
    assert held == {entry.external_id: Decimal("12.3")}
    (again,) = shop.adapter.prepare("catalogue.out", CatalogueUpdate(reference="c-10", listings=(entry,)))
    assert shop.adapter.lookup(again) is not None


def test_a_price_list_that_is_gone(shop):  # noqa: F811
    with pytest.raises(DataError, match="does not know"):
        shop.adapter.read_list_prices("gid://shopify/PriceList/1", ["gid://shopify/ProductVariant/1"])
