"""Products that the shop does not list yet: made whole, once.

Admin API: ``productSet`` makes a product with its options, variants and pictures in one call.
Told the handle, it makes a product of that handle or changes the one that there is: a second
sending makes no second product. Handles of ours end in a mark of the message, so that they
are nobody else's. Pictures are uploaded first, to where Shopify says.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...connector_base.lib.adapter import Call, CallResult
from ...connector_base.lib.errors import DataError
from ...connector_base.lib.ids import digest
from ...connector_oms.lib.documents import NewListing
from . import const, uploads
from .client import ShopifyClient, user_error
from .operations import operation
from .products import ONLY_VARIANT
from .values import nodes, text

OPERATION = "product_set"
CATEGORY = "catalogue"
#: of the only option of a product without any
ONLY_OPTION = "Title"


def prepare(client: ShopifyClient, listing: NewListing) -> list[Call]:
    """The call that makes the product.

    :raises DataError: the shop has one of its SKUs already: it is to be linked, not made
    """
    handle = _handle(listing)
    _refuse_known(client, listing)
    given = {
        "title": listing.title,
        "descriptionHtml": listing.description,
        "status": "ACTIVE" if listing.is_shown else "DRAFT",
        "productOptions": _options(listing),
        "variants": [_variant(listing, number) for number in range(len(listing.variants))],
    }
    images = [image.model_dump() for image in listing.images]
    body = json.dumps({"input": given, "images": images}, ensure_ascii=False, separators=(",", ":")).encode()
    return [Call(key=listing.reference, operation=OPERATION, body=body, meta={"handle": handle})]


def _handle(listing: NewListing) -> str:
    plain = unicodedata.normalize("NFKD", listing.title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "product"
    return f"{words}-{digest(listing.reference.encode())[:8]}"


def _refuse_known(client: ShopifyClient, listing: NewListing) -> None:
    skus = [variant.sku for variant in listing.variants]
    for start in range(0, len(skus), const.SKUS_PER_CALL):
        part = skus[start : start + const.SKUS_PER_CALL]
        query = " OR ".join(f"sku:{json.dumps(sku)}" for sku in part)
        answer = client.query("variants_by_sku", {"query": query, "first": const.MAX_ITEMS}).data
        found = sorted({text(row.get("sku")) for row in nodes(answer.get("productVariants"))} & set(part))
        if found:
            raise DataError(f"the shop has the SKU {found[0]} already: link it instead", category=CATEGORY)


def _options(listing: NewListing) -> list[dict[str, Any]]:
    if not listing.options:
        return [{"name": ONLY_OPTION, "values": [{"name": ONLY_VARIANT}]}]
    return [
        {"name": name, "values": [{"name": value} for value in dict.fromkeys(v.options[i] for v in listing.variants)]}
        for i, name in enumerate(listing.options)
    ]


def _variant(listing: NewListing, number: int) -> dict[str, Any]:
    variant = listing.variants[number]
    pairs = list(zip(listing.options, variant.options, strict=True)) or [(ONLY_OPTION, ONLY_VARIANT)]
    item: dict[str, Any] = {"tracked": True}
    if variant.weight_kg:
        item["measurement"] = {"weight": {"value": float(variant.weight_kg), "unit": "KILOGRAMS"}}
    found = {
        "optionValues": [{"optionName": name, "name": value} for name, value in pairs],
        "sku": variant.sku,
        "price": str(variant.price),
        "inventoryItem": item,
        # stock follows by itself, to places that keep the item
        "inventoryQuantities": [{"locationId": place, "name": "available", "quantity": 0} for place in listing.places],
        # what is sold out is not sold
        "inventoryPolicy": "DENY",
    }
    return {**found, "barcode": variant.barcode} if variant.barcode else found


def send(client: ShopifyClient, call: Call) -> CallResult:
    """Upload the pictures, then make the product.

    :return: data ``variants``: [{external_id, stock_id, group_id, sku}]
    :raises AmbiguousError: it may have worked
    """
    planned = json.loads(call.body)
    given, files = planned["input"], []
    for image in planned["images"]:
        content = base64.b64decode(image["data"])
        place = uploads.upload(client, "IMAGE", image["filename"], image["mimetype"], content)
        files.append({"originalSource": place.url, "contentType": "IMAGE"})
    variables = {
        "identifier": {"handle": call.meta["handle"]},
        "input": {**given, "handle": call.meta["handle"], **({"files": files} if files else {})},
        "first": const.MAX_ITEMS,
    }
    answer = client.mutate(OPERATION, operation(OPERATION).body(variables), safe=False).data
    payload = answer.get("productSet") or {}
    error = user_error(payload.get("userErrors") or [], category=CATEGORY)
    if error:
        raise error
    return _made(payload["product"])


def find(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """The product of a call whose answer was lost, by its handle; None: it is not there."""
    variables = {"identifier": {"handle": call.meta["handle"]}, "first": const.MAX_ITEMS}
    product = client.query("product_by_identifier", variables).data.get("productByIdentifier")
    return _made(product) if product else None


def _made(product: Mapping[str, Any]) -> CallResult:
    variants = [
        {
            "external_id": row["id"],
            "stock_id": text((row.get("inventoryItem") or {}).get("id")),
            "group_id": product["id"],
            "sku": text(row.get("sku")),
        }
        for row in nodes(product.get("variants"))
    ]
    return CallResult(product["id"], {"variants": variants})
