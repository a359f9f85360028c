"""Things as the oracle shows them: global ids, amounts as text, no surprises."""

from __future__ import annotations

from typing import Any

from .fulfilment import orders_of, supported_actions
from .gid import gid
from .inventory import NAMES, quantity
from .money import as_money, rest_amount, total
from .shop import Shop


def amount(value) -> str:
    """The shop's side of an amount as text."""
    return rest_amount(value[0], value[1])


#: name in the summary -> key of the stored order
ORDER_COPIES = {
    "name": "name",
    "number": "number",
    "shape": "shape",
    "seed": "seed",
    "test": "test",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
    "cancelled_at": "cancelledAt",
    "edited": "edited",
    "currency": "currencyCode",
    "presentment_currency": "presentmentCurrencyCode",
    "taxes_included": "taxesIncluded",
    "email": "email",
    "po_number": "poNumber",
    "risk": "risk",
    "tags": "tags",
    "financial_status": "financialStatus",
    "fulfillment_status": "fulfillmentStatus",
}


def order(shop: Shop, row: dict) -> dict[str, Any]:
    """An order: what a comparison with another system needs."""
    totals = row["totals"]
    return {
        "id": gid("Order", row["id"]),
        **{name: row.get(key) for name, key in ORDER_COPIES.items()},
        "customer_id": gid("Customer", row["customer"]) if row["customer"] else None,
        "totals": {name: amount(value) for name, value in totals.items()},
        "presentment_total": rest_amount(totals["currentTotal"][2], totals["currentTotal"][3]),
        "lines": [line(one) for one in row["lines"]],
        "shipping": [
            {"id": gid("ShippingLine", one["id"]), "title": one["title"], "price": amount(one["originalPrice"])}
            for one in row["shippingLines"]
        ],
        "transactions": [transaction(one) for one in row["transactions"]],
        "agreements": [agreement(one) for one in row["agreements"]],
        "returns": [
            {
                "id": gid("Return", one["id"]),
                **{name: one[name] for name in ("name", "status")},
                "lines": [
                    {"line": gid("LineItem", part["line"]), "quantity": part["quantity"]} for part in one["lines"]
                ],
            }
            for one in row.get("returns", ())
        ],
        "fulfillment_orders": [fulfillment_order(shop, fo) for fo in orders_of(shop, row)],
        "fulfillments": [fulfillment(shop, shop.store.get("fulfillment", key)) for key in row["fulfillments"]],
    }


def transaction(one: dict) -> dict[str, Any]:
    """A movement of money."""
    return {
        "id": gid("OrderTransaction", one["id"]),
        "amount": amount(one["amount"]),
        **{name: one[name] for name in ("kind", "status", "gateway")},
    }


def agreement(one: dict) -> dict[str, Any]:
    """An agreement of the ledger with its sales."""
    return {
        "reason": one["reason"],
        "happened_at": one["happenedAt"],
        "sales": [
            {
                **{name: entry[name] for name in ("type", "action", "quantity")},
                "total": amount(entry["total"]),
                "tax": amount(entry["tax"]),
            }
            for entry in one["sales"]
        ],
    }


def line(one: dict) -> dict[str, Any]:
    """A line with what is left of it: ``current_net`` contains tax when prices do."""
    left, count = one["currentQuantity"], one["quantity"]
    price = as_money(one["unitPrice"])
    cut = total((row["left"] for row in one["discounts"]), price)
    return {
        "id": gid("LineItem", one["id"]),
        "sku": one["sku"],
        "title": one["title"],
        "variant_id": gid("ProductVariant", one["variant"]) if one["variant"] else None,
        "quantity": count,
        "current_quantity": left,
        "unfulfilled_quantity": one["unfulfilledQuantity"],
        "fulfilled_quantity": one["fulfilledQuantity"],
        "unit_price": amount(price),
        "original_total": amount(one["originalTotal"]),
        "discount": amount(total((d["amount"] for d in one["discounts"]), price)),
        "current_net": amount(price.times(left).plus(cut, -1)),
        "taxes": [
            {
                "title": tax["title"],
                "rate": tax["rate"],
                "amount": amount(tax["price"]),
                "current_amount": amount(tax["left"]),
            }
            for tax in one["taxLines"]
        ],
        "gift_card": one["isGiftCard"],
        "tip": one["isTip"],
        "requires_shipping": one["requiresShipping"],
    }


def fulfillment_order(shop: Shop, fo: dict) -> dict[str, Any]:
    """A fulfilment order."""
    place = shop.store.get("location", fo["location"])
    return {
        "id": gid("FulfillmentOrder", fo["id"]),
        "order_id": gid("Order", fo["order"]),
        "status": fo["status"],
        "location_id": gid("Location", fo["location"]),
        "location": place["name"],
        "actions": list(supported_actions(fo)),
        "holds": [hold["reason"] for hold in fo["holds"]],
        "lines": [
            {
                "id": gid("FulfillmentOrderLineItem", row["id"]),
                "line_id": gid("LineItem", row["line"]),
                "total": row["total"],
                "remaining": row["remaining"],
            }
            for row in fo["lines"]
        ],
    }


def fulfillment(shop: Shop, row: dict) -> dict[str, Any]:
    """A fulfilment."""
    place = shop.store.get("location", row["location"])
    return {
        "id": gid("Fulfillment", row["id"]),
        "name": row["name"],
        "status": row["status"],
        "order_id": gid("Order", row["order"]),
        "location_id": gid("Location", row["location"]),
        "location": place["name"],
        "created_at": row["createdAt"],
        "tracking": row["tracking"],
        "notified": row["notified"],
        "lines": [
            {
                "line_id": gid("LineItem", one["line"]),
                "quantity": one["quantity"],
                "fulfillment_order_id": gid("FulfillmentOrder", one["fo"]),
            }
            for one in row["lines"]
        ],
    }


def level(shop: Shop, row: dict) -> dict[str, Any]:
    """A stock level with every quantity by name."""
    item = shop.store.get("item", row["item"])
    return {
        "sku": item["sku"],
        "inventory_item_id": gid("InventoryItem", row["item"]),
        "location_id": gid("Location", row["location"]),
        "location": shop.store.get("location", row["location"])["name"],
        "active": row["active"],
        "updated_at": row["updatedAt"],
        **{name: quantity(row, name) for name in NAMES},
    }


def delivery(row: dict, body: bool = False) -> dict[str, Any]:
    """A webhook delivery with its attempts."""
    shown = {
        key: row[key]
        for key in (
            "id",
            "webhook_id",
            "event_id",
            "topic",
            "uri",
            "resource",
            "triggered_at",
            "status",
            "planned",
            "attempts",
            "duplicate_of",
        )
    }
    shown["subscription_id"] = gid("WebhookSubscription", row["subscription"])
    if body:
        shown["body"] = row["body"]
    return shown


def location(row: dict) -> dict[str, Any]:
    """A place of the shop."""
    return {
        "id": gid("Location", row["id"]),
        "name": row["name"],
        "active": row["active"],
        "timezone": row.get("timezone"),
        "address": row["address"],
    }


def variant(shop: Shop, row: dict) -> dict[str, Any]:
    """A variant with its product, for whoever wants to know the same goods."""
    product = shop.store.get("product", row["product"])
    currency = shop.settings["shop"]["currencyCode"]
    return {
        "id": gid("ProductVariant", row["id"]),
        "product_id": gid("Product", row["product"]),
        "inventory_item_id": gid("InventoryItem", row["item"]),
        "sku": row["sku"],
        "barcode": row["barcode"],
        "title": row["title"],
        "product_title": product["title"],
        "description": product.get("descriptionHtml") or "",
        "price": rest_amount(row["price"], currency),
        "currency": currency,
        "tracked": row["tracked"],
        "requires_shipping": row["requiresShipping"],
        "gift_card": product["isGiftCard"],
        "weight_kg": row["grams"] / 1000,
    }
