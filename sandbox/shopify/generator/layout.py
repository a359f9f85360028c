"""The stored form of an order and its parts, before anything is priced."""

from __future__ import annotations

from typing import Any

from .ledger import NextId
from .pricing import Exchange
from .spec import LineSpec, OrderSpec, ShippingSpec

#: key of the stored order -> attribute of the specification
FROM_SPEC = {
    "shape": "shape",
    "test": "test",
    "email": "email",
    "phone": "phone",
    "note": "note",
    "poNumber": "po_number",
    "sourceName": "source",
    "risk": "risk",
    "taxesIncluded": "taxes_included",
    "taxExempt": "tax_exempt",
    "currencyCode": "currency",
    "presentmentCurrencyCode": "presentment_currency",
    "customer": "customer",
    "company": "company",
    "billingAddress": "billing",
    "shippingAddress": "shipping_address",
    "spread": "spread",
}
NOT_YET = ("cancelledAt", "cancelReason", "staffNote", "closedAt")
LISTS = ("customAttributes", "discountApplications", "transactions", "refunds", "agreements")


def head(spec: OrderSpec, ids: NextId, when: str) -> dict[str, Any]:
    """Everything of an order that needs no arithmetic."""
    number = ids("OrderNumber")
    return {
        "id": ids("Order"),
        "number": number,
        "name": f"#{number}",
        "createdAt": when,
        "processedAt": when,
        "updatedAt": when,
        "tags": list(spec.tags),
        "rate": str(spec.rate),
        "edited": False,
        "dutiesIncluded": False,
        "onHold": False,
        **{key: getattr(spec, attribute) for key, attribute in FROM_SPEC.items()},
        **dict.fromkeys(NOT_YET),
        **{key: [] for key in LISTS},
    }


def lay_line(spec: LineSpec, order: dict, ids: NextId, exchange: Exchange) -> dict[str, Any]:
    """A line with its price, without discounts and taxes."""
    unit = exchange.money(spec.price)
    fulfillable = not spec.is_tip
    return {
        "id": ids("LineItem"),
        **_sold(spec),
        "quantity": spec.quantity,
        "currentQuantity": spec.quantity,
        "unfulfilledQuantity": spec.quantity if fulfillable else 0,
        "fulfilledQuantity": 0,
        "fulfillable": fulfillable,
        "requiresShipping": spec.requires_shipping and not spec.is_tip,
        "unitPrice": unit,
        "originalTotal": unit.times(spec.quantity),
        "isGiftCard": spec.is_gift_card,
        "isTip": spec.is_tip,
        "taxable": bool(spec.taxes),
        "group": order["lineGroups"][spec.group]["id"] if spec.group is not None else None,
        "customAttributes": [{"key": key, "value": value} for key, value in spec.attributes.items()],
        "discounts": [],
        "taxLines": [],
        "duties": [_duty(duty, ids, exchange) for duty in spec.duties],
    }


def _sold(spec: LineSpec) -> dict[str, Any]:
    """What a line says about the variant; ids are null when the shop lost it."""
    variant = spec.variant or {}
    known = variant if spec.known_variant else {}
    title = variant.get("title", "Default Title")
    variant_title = title if title != "Default Title" else None
    return {
        "title": spec.title,
        "name": f"{spec.title} - {variant_title}" if variant_title else spec.title,
        "variantTitle": variant_title,
        "sku": variant.get("sku") if spec.sku is None else spec.sku,
        "variant": known.get("id"),
        "product": known.get("product"),
        "item": known.get("item") if known.get("tracked") else None,
        "vendor": "Hub Goods" if variant else None,
        "grams": variant.get("grams", 0),
    }


def _duty(duty: tuple[str, str, int], ids: NextId, exchange: Exchange) -> dict[str, Any]:
    code, origin, price = duty
    return {
        "id": ids("Duty"),
        "harmonizedSystemCode": code,
        "countryCodeOfOrigin": origin,
        "price": exchange.money(price),
        "taxLines": [],
    }


def lay_shipping(spec: ShippingSpec, ids: NextId, exchange: Exchange) -> dict[str, Any]:
    """A shipping line with its price, without discounts and taxes."""
    return {
        "id": ids("ShippingLine"),
        "title": spec.title,
        "code": spec.code,
        "source": "shopify",
        "carrierIdentifier": None,
        "isRemoved": False,
        "discounts": [],
        "taxLines": [],
        "originalPrice": exchange.money(spec.price),
        "refunded": exchange.money(0),
    }
