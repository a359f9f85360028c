"""What is sold and from where: Shopify's variants and locations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ...connector_oms.lib.documents import Location, Product
from .parties import address
from .values import decimal, text

#: Shopify's weight units in kilograms (NIST SP 811, appendix B)
KILOGRAMS = {
    "KILOGRAMS": Decimal(1),
    "GRAMS": Decimal("0.001"),
    "POUNDS": Decimal("0.45359237"),
    "OUNCES": Decimal("0.028349523125"),
}
#: name Shopify gives to the variant of a product that has only one
ONLY_VARIANT = "Default Title"
#: statuses of a product that can be bought: UNLISTED ones by who knows the link
SOLD = ("ACTIVE", "UNLISTED")


def product(variant: Mapping[str, Any], currency: str | None = None) -> Product:
    """A ProductVariant of the Admin API.

    :param currency: the shop's, which ``price`` is in
    """
    item = variant.get("inventoryItem") or {}
    parent = variant.get("product") or {}
    return Product(
        external_id=variant["id"],
        stock_id=text(item.get("id")),
        group_id=text(parent.get("id")),
        sku=(text(variant.get("sku")) or text(item.get("sku"))).strip(),
        barcode=text(variant.get("barcode")).strip(),
        title=text(parent.get("title")) or text(variant.get("displayName")),
        description=parent.get("descriptionHtml"),
        variant_title=variant_title(variant.get("title")),
        price=decimal(variant["price"]) if variant.get("price") else None,
        currency=currency,
        tracked=bool(item.get("tracked", True)),
        requires_shipping=bool(item.get("requiresShipping", True)),
        active=parent.get("status", "ACTIVE") in SOLD,
        weight_kg=weight_kg((item.get("measurement") or {}).get("weight")),
    )


def variant_title(value: Any) -> str:
    """A variant's own name, "" for the only variant of a product."""
    return "" if value == ONLY_VARIANT else text(value)


def weight_kg(weight: Mapping[str, Any] | None) -> Decimal | None:
    """A Weight in kilograms; None for none or one in an unknown unit."""
    if not weight or weight.get("unit") not in KILOGRAMS:
        return None
    return decimal(weight.get("value")) * KILOGRAMS[weight["unit"]]


def location(value: Mapping[str, Any]) -> Location:
    """A Location of the Admin API."""
    return Location(
        external_id=value["id"],
        name=text(value.get("name")),
        active=bool(value.get("isActive", True)),
        fulfils_orders=bool(value.get("fulfillsOnlineOrders", True)),
        address=address(value.get("address")),
    )
