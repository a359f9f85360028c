"""Products and variants."""

from __future__ import annotations

from ..money import graphql_amount
from ..paging import connection
from .base import constant, field, get, global_id, shop_of

for _type in ("Product", "ProductVariant", "InventoryItem"):
    global_id(_type)
constant("ProductVariant", inventoryPolicy="CONTINUE", availableForSale=True)
constant("InventoryItem", inventoryHistoryUrl=None)


def variants_of(shop, product: dict) -> list[dict]:
    """The variants of a product by position."""
    return [shop.store.get("variant", key) for key in product.get("variants", ())]


@field("Product", "variants")
def _variants(product, info, **arguments):
    rows = variants_of(shop_of(info), product)
    return connection(rows, arguments, key=lambda row: row["id"])


@field("Product", "descriptionHtml")
def _description(product, _info):
    return product.get("descriptionHtml") or ""


def _stock(shop, variant: dict) -> int:
    store = shop.store
    levels = (store.get("level", f"{variant['item']}:{place}") for place in store.all("location"))
    return sum(level["available"] for level in levels if level and level["active"])


@field("Product", "totalInventory")
def _total_inventory(product, info):
    shop = shop_of(info)
    return sum(_stock(shop, row) for row in variants_of(shop, product) if row["tracked"])


@field("Product", "tracksInventory")
def _tracks(product, info):
    return any(row["tracked"] for row in variants_of(shop_of(info), product))


@field("ProductVariant", "product")
def _product(variant, info):
    return get(info, "product", variant["product"])


@field("ProductVariant", "inventoryItem")
def _item(variant, info):
    return get(info, "item", variant["item"])


@field("ProductVariant", "inventoryQuantity")
def _quantity(variant, info):
    return _stock(shop_of(info), variant)


@field("ProductVariant", "price")
def _price(variant, info):
    return graphql_amount(variant["price"], shop_of(info).settings["shop"]["currencyCode"])


@field("ProductVariant", "displayName")
def _display_name(variant, info):
    return f"{get(info, 'product', variant['product'])['title']} - {variant['title']}"


@field("ProductVariant", "sku")
def _sku(variant, _info):
    return variant["sku"] or None


@field("InventoryItem", "sku")
def _item_sku(item, _info):
    return item["sku"] or None


@field("InventoryItem", "requiresShipping")
def _item_ships(item, info):
    return get(info, "variant", item["variant"])["requiresShipping"]


@field("InventoryItem", "measurement")
def _measurement(item, info):
    grams = get(info, "variant", item["variant"])["grams"]
    return {
        "id": f"gid://shopify/InventoryItemMeasurement/{item['id']}",
        "weight": {"value": grams / 1000, "unit": "KILOGRAMS"},
    }


@field("InventoryItem", "variants")
def _item_variants(item, info, **arguments):
    return connection([get(info, "variant", item["variant"])], arguments)
