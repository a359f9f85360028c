"""Mutations of what the shop shows of products."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ..gid import number
from ..inventory import error
from ..listings import announce, change_product, change_variant, faults
from ..money import graphql_amount, to_units
from ..paging import connection
from .base import field, get, global_id, shop_of

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


global_id("PriceList")


@field("QueryRoot", "priceLists")
def _price_lists(_root, info, **arguments):
    rows = list(shop_of(info).store.all("pricelist").values())
    return connection(rows, arguments, key=lambda row: row["id"])


@field("QueryRoot", "priceList")
def _price_list(_root, info, id):  # noqa: A002  (Shopify's name)
    return get(info, "pricelist", number(id, "PriceList"))


@field("PriceList", "prices")
def _list_prices(entry, info, query="", **arguments):
    """Fixed prices; ``query`` is a list of ``variant_id:`` terms."""
    wanted = {int(key) for key in re.findall(r"variant_id:(\d+)", query or "")}
    rows = [
        {
            "price": {"amount": graphql_amount(price, entry["currency"]), "currencyCode": entry["currency"]},
            "variant": get(info, "variant", int(key)),
        }
        for key, price in entry["prices"].items()
        if not wanted or int(key) in wanted
    ]
    return connection(rows, arguments, key=lambda row: row["variant"]["id"])


@field("Mutation", "priceListFixedPricesAdd")
def _fixed_prices(_root, info, priceListId, prices):  # noqa: N803
    """All of the prices or none."""
    shop = shop_of(info)
    entry = shop.store.get("pricelist", number(priceListId, "PriceList"))
    if entry is None:
        row = error(("priceListId",), "PRICE_LIST_NOT_FOUND", "Price list does not exist.")
        return {"prices": None, "userErrors": [row]}
    errors, changed = [], dict(entry["prices"])
    for index, row in enumerate(prices):
        variant = shop.store.get("variant", number(row["variantId"], "ProductVariant"))
        path = ("prices", str(index))
        if variant is None:
            errors.append(error((*path, "variantId"), "VARIANT_NOT_FOUND", "Variant does not exist."))
        elif row["price"]["currencyCode"] != entry["currency"]:
            message = "The currency does not match the price list's."
            errors.append(error((*path, "price"), "PRICE_LIST_CURRENCY_MISMATCH", message))
        else:
            changed[str(variant["id"])] = to_units(row["price"]["amount"], entry["currency"])
    if errors:
        return {"prices": None, "userErrors": errors}
    shop.store.put("pricelist", entry["id"], {**entry, "prices": changed})
    rows = [{"variant": get(info, "variant", number(row["variantId"], "ProductVariant"))} for row in prices]
    return {"prices": rows, "userErrors": []}


@field("Mutation", "productUpdate")
def _product_update(_root, info, product=None, **_arguments):
    shop = shop_of(info)
    title = product.get("title")
    if title is not None and not title.strip():
        return {"product": None, "userErrors": [error(("title",), "BLANK", "Title can't be blank")]}
    values = {name: product[name] for name in ("title", "descriptionHtml") if product.get(name) is not None}
    changed = change_product(shop, number(product["id"], "Product"), values)
    if changed is None:
        return {"product": None, "userErrors": [error(("id",), "NOT_FOUND", "Product does not exist")]}
    return {"product": changed, "userErrors": []}
