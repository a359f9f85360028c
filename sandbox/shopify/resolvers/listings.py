"""Mutations of what the shop shows of products."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..gid import number
from ..inventory import error
from ..listings import announce, change_title, change_variant, faults
from ..money import to_units
from .base import field, shop_of

#: grams in the units that a weight may be given in
GRAMS = {"KILOGRAMS": 1000, "GRAMS": 1, "POUNDS": Decimal("453.59237"), "OUNCES": Decimal("28.349523125")}


@field("Mutation", "productVariantsBulkUpdate")
def _bulk_update(_root, info, productId, variants, allowPartialUpdates=False, **_arguments):  # noqa: N803
    shop = shop_of(info)
    key = number(productId, "Product")
    product = shop.store.get("product", key)
    if product is None:
        return _answer(None, [], [error(("productId",), "PRODUCT_DOES_NOT_EXIST", "Product does not exist")])
    good, errors = [], []
    for index, row in enumerate(variants):
        variant = shop.store.get("variant", number(row.get("id") or "", "ProductVariant"))
        if variant is None or variant["product"] != key:
            message = "Product variant does not exist"
            errors.append(error(("variants", str(index), "id"), "PRODUCT_VARIANT_DOES_NOT_EXIST", message))
            continue
        wrong = faults(index, row)
        errors += wrong
        if not wrong:
            good.append((variant, row))
    if errors and not allowPartialUpdates:
        good = []
    for variant, row in good:
        change_variant(shop, variant, _values(shop, row))
    if good:
        product = announce(shop, key)
    return _answer(product, [shop.store.get("variant", variant["id"]) for variant, __ in good], errors)


def _answer(product: dict | None, variants: list[dict], errors: list[dict]) -> dict[str, Any]:
    return {"product": product, "productVariants": variants, "userErrors": errors}


def _values(shop, row: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if row.get("price") is not None:
        values["price"] = to_units(row["price"], shop.settings["shop"]["currencyCode"])
    if "barcode" in row:
        values["barcode"] = row["barcode"]
    weight = ((row.get("inventoryItem") or {}).get("measurement") or {}).get("weight")
    if weight:
        values["grams"] = round(Decimal(str(weight["value"])) * GRAMS[weight["unit"]])
    return values


@field("Mutation", "productUpdate")
def _product_update(_root, info, product=None, **_arguments):
    shop = shop_of(info)
    title = product.get("title")
    if title is not None and not title.strip():
        return {"product": None, "userErrors": [error(("title",), "BLANK", "Title can't be blank")]}
    changed = change_title(shop, number(product["id"], "Product"), title)
    if changed is None:
        return {"product": None, "userErrors": [error(("id",), "NOT_FOUND", "Product does not exist")]}
    return {"product": changed, "userErrors": []}
