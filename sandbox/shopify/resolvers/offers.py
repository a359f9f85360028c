"""Products that an app makes whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..gid import number
from ..inventory import error
from ..listings import faults
from ..money import to_units
from ..store import stamp
from .base import field, shop_of
from .listings import GRAMS


def _by_handle(shop, handle: str | None) -> dict | None:
    return next((row for row in shop.store.all("product").values() if handle and row["handle"] == handle), None)


@field("QueryRoot", "productByIdentifier")
def _find(_root, info, identifier):
    return _by_handle(shop_of(info), identifier.get("handle"))


@field("Mutation", "productSet")
def _set(_root, info, input, identifier=None, **_arguments):  # noqa: A002  (Shopify's name)
    """Makes a product of a handle; one that there is stays as it is but for its title."""
    shop = shop_of(info)
    errors = _faults(shop, input)
    if errors:
        return {"product": None, "productSetOperation": None, "userErrors": errors}
    handle = (identifier or {}).get("handle") or input.get("handle")
    product = _by_handle(shop, handle)
    if product is None:
        product = _make(shop, input, handle)
        shop.emit("products/create", product)
    else:
        product = shop.store.put("product", product["id"], {**product, "title": input["title"]})
        shop.emit("products/update", product)
    return {"product": product, "productSetOperation": None, "userErrors": []}


def _faults(shop, given: dict) -> list[dict]:
    found = []
    if not (given.get("title") or "").strip():
        found.append(error(("input", "title"), "INVALID_PRODUCT", "Title can't be blank"))
    names = [option["name"] for option in given.get("productOptions") or ()]
    if len(names) > 3:
        found.append(error(("input", "productOptions"), "OPTIONS_OVER_LIMIT", "Can only have 3 options"))
    for index, row in enumerate(given.get("variants") or ()):
        found += faults(index, row)
        if [one["optionName"] for one in row["optionValues"]] != names:
            path = ("input", "variants", str(index), "optionValues")
            found.append(error(path, "OPTION_DOES_NOT_EXIST", "Option does not exist"))
    for file in given.get("files") or ():
        key = (file.get("originalSource") or "").split("/_files/")[-1]
        if not shop.store.get("file", key):
            found.append(error(("input", "files"), "INVALID_INPUT", "File could not be found"))
    return found


def _make(shop, given: dict[str, Any], handle: str) -> dict[str, Any]:
    product = shop.new_product(
        given["title"],
        handle,
        descriptionHtml=given.get("descriptionHtml") or "",
        vendor=given.get("vendor") or "",
        status=given.get("status") or "ACTIVE",
        images=[file["originalSource"] for file in given.get("files") or ()],
    )
    for position, row in enumerate(given["variants"], 1):
        variant = shop.sell(product["id"], position=position, **_values(shop, row))
        for entry in row.get("inventoryQuantities") or ():
            shop.add_level(variant["item"], number(entry["locationId"], "Location"), entry["quantity"], stamp())
    return shop.store.get("product", product["id"])


def _values(shop, row: dict[str, Any]) -> dict[str, Any]:
    item = row.get("inventoryItem") or {}
    weight = (item.get("measurement") or {}).get("weight")
    return {
        "sku": row.get("sku") or "",
        "barcode": row.get("barcode"),
        "title": " / ".join(one["name"] for one in row["optionValues"]),
        "price": to_units(row["price"], shop.settings["shop"]["currencyCode"]),
        "tracked": bool(item.get("tracked")),
        "grams": round(Decimal(str(weight["value"])) * GRAMS[weight["unit"]]) if weight else 0,
    }
