"""Variants and locations as documents."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from addons.connector_base.lib.errors import DataError
from addons.connector_shopify.lib.decode import decode
from addons.connector_shopify.lib.products import location, product, weight_kg

VARIANT = {
    "id": "gid://shopify/ProductVariant/1",
    "sku": " B-1 ",
    "barcode": None,
    "title": "Red",
    "displayName": "Ball - Red",
    "price": "19.9",
    "product": {"id": "gid://shopify/Product/2", "title": "Ball", "status": "ACTIVE"},
    "inventoryItem": {
        "id": "gid://shopify/InventoryItem/3",
        "sku": "B-1",
        "tracked": True,
        "requiresShipping": True,
        "measurement": {"weight": {"value": 2.5, "unit": "POUNDS"}},
    },
}


def test_a_variant():
    found = product(VARIANT, "USD")
    assert found.external_id == "gid://shopify/ProductVariant/1"
    assert found.stock_id == "gid://shopify/InventoryItem/3"
    assert found.group_id == "gid://shopify/Product/2"
    assert (found.sku, found.barcode) == ("B-1", "")
    assert (found.title, found.variant_title) == ("Ball", "Red")
    assert (found.price, found.currency) == (Decimal("19.9"), "USD")
    assert found.weight_kg == Decimal("1.133980925")


@pytest.mark.parametrize(
    ("status", "active"),
    [("ACTIVE", True), ("UNLISTED", True), ("DRAFT", False), ("ARCHIVED", False)],
)
def test_what_can_be_bought_is_active(status, active):
    assert product(VARIANT | {"product": {"status": status}}).active is active


def test_the_only_variant_has_no_name_of_its_own():
    assert product(VARIANT | {"title": "Default Title"}).variant_title == ""


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        ({"value": 1500, "unit": "GRAMS"}, Decimal("1.5")),
        ({"value": 16, "unit": "OUNCES"}, Decimal("0.45359237")),
        ({"value": 0.0, "unit": "KILOGRAMS"}, Decimal(0)),
        ({"value": 1, "unit": "STONES"}, None),
        (None, None),
    ],
)
def test_weights_in_kilograms(weight, expected):
    assert weight_kg(weight) == expected


def test_products_of_a_webhook():
    packed = {"product": {"id": "gid://shopify/Product/2"}, "variants": [VARIANT, VARIANT]}
    found = decode("product.in", json.dumps(packed).encode(), "USD")
    assert [entry.currency for entry in found] == ["USD", "USD"]
    with pytest.raises(DataError):
        decode("product.in", b'{"id": null}')


def test_a_location():
    value = {
        "id": "gid://shopify/Location/1",
        "name": "Berlin",
        "isActive": False,
        "fulfillsOnlineOrders": True,
        "address": {"city": "Berlin", "countryCode": "DE", "provinceCode": None},
    }
    found = location(value)
    assert (found.name, found.active, found.fulfils_orders) == ("Berlin", False, True)
    assert (found.address.city, found.address.country_code) == ("Berlin", "DE")
    assert location(value | {"address": {"city": None}}).address is None
