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
    moment = stamp()
    key = max(shop.store.all("product")) + 1
    product = {
        "id": key,
        "title": given["title"],
        "descriptionHtml": given.get("descriptionHtml") or "",
        "vendor": given.get("vendor") or "",
        "handle": handle,
        "productType": "",
        "status": given.get("status") or "ACTIVE",
        "isGiftCard": False,
        "tags": [],
        "images": [file["originalSource"] for file in given.get("files") or ()],
        "createdAt": moment,
        "updatedAt": moment,
    }
    shop.store.put("product", key, product)
    for position, row in enumerate(given["variants"], 1):
        variant = _variant(shop, key, row, position)
        shop.add_variant(variant, moment)
        for entry in row.get("inventoryQuantities") or ():
            shop.add_level(variant["item"], number(entry["locationId"], "Location"), entry["quantity"], moment)
    return shop.store.get("product", key)


def _variant(shop, product: int, row: dict[str, Any], position: int) -> dict[str, Any]:
    item = row.get("inventoryItem") or {}
    weight = (item.get("measurement") or {}).get("weight")
    return {
        "id": max(shop.store.all("variant")) + 1,
        "product": product,
        "item": max(shop.store.all("item")) + 1,
        "sku": row.get("sku") or "",
        "barcode": row.get("barcode"),
        "title": " / ".join(one["name"] for one in row["optionValues"]),
        "price": to_units(row["price"], shop.settings["shop"]["currencyCode"]),
        "taxable": True,
        "tracked": bool(item.get("tracked")),
        "requiresShipping": True,
        "grams": round(Decimal(str(weight["value"])) * GRAMS[weight["unit"]]) if weight else 0,
        "position": position,
    }
