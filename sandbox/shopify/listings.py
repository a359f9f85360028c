"""What the shop shows of products: prices, barcodes, weights, titles and texts, changed by an app or a person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .inventory import error
from .shop import Shop
from .store import stamp

LONGEST = 255


def change_variant(shop: Shop, variant: dict[str, Any], values: dict[str, Any]) -> None:
    """Change a variant's own values (``price`` in minor units, ``barcode``, ``grams``, ``title``, ``sku``)."""
    row = {**shop.store.get("variant", variant["id"]), **values, "updatedAt": stamp()}
    shop.store.put("variant", row["id"], row)
    if "sku" in values:
        shop.store.put("item", row["item"], {**shop.store.get("item", row["item"]), "sku": row["sku"]})
    shop.forget_goods()


def change_product(shop: Shop, product_id: int, values: dict[str, Any]) -> dict[str, Any] | None:
    """Change what the variants of a product share (``title``, ``descriptionHtml``); None where there is none."""
    product = shop.store.get("product", product_id)
    if product is None:
        return None
    product = {**product, **values}
    shop.store.put("product", product_id, product)
    return announce(shop, product_id)


def announce(shop: Shop, product_id: int) -> dict[str, Any]:
    """Tell the subscribers that a product has changed."""
    product = {**shop.store.get("product", product_id), "updatedAt": stamp()}
    shop.store.put("product", product_id, product)
    shop.forget_goods()
    shop.emit("products/update", product)
    return product


def faults(index: int, row: dict[str, Any]) -> list[dict[str, Any]]:
    """User errors about one ``ProductVariantsBulkInput``."""
    found = []
    if row.get("price") is not None and Decimal(str(row["price"])) < 0:
        found.append(
            error(
                ("variants", str(index), "price"),
                "GREATER_THAN_OR_EQUAL_TO",
                "Price must be greater than or equal to 0",
            )
        )
    if len(row.get("barcode") or "") > LONGEST:
        found.append(
            error(
                ("variants", str(index), "barcode"),
                "TOO_LONG",
                f"Barcode is too long (maximum is {LONGEST} characters)",
            )
        )
    weight = ((row.get("inventoryItem") or {}).get("measurement") or {}).get("weight") or {}
    if weight.get("value", 0) < 0:
        path = ("variants", str(index), "inventoryItem", "measurement", "weight", "value")
        found.append(error(path, "INVALID_INPUT", "Weight must be greater than or equal to 0"))
    return found
