"""Webhook payloads: the REST shape of things, snake case, amounts as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .gid import gid
from .inventory import quantity
from .money import as_money, rest_amount, total
from .shop import Shop


def _amount(value) -> str:
    return rest_amount(value[0], value[1])


def _set(value) -> dict[str, Any]:
    return {
        "shop_money": {"amount": rest_amount(value[0], value[1]), "currency_code": value[1]},
        "presentment_money": {"amount": rest_amount(value[2], value[3]), "currency_code": value[3]},
    }


def _address(address: dict | None) -> dict | None:
    if address is None:
        return None
    name = " ".join(filter(None, (address["firstName"], address["lastName"])))
    return {
        "first_name": address["firstName"],
        "last_name": address["lastName"],
        "name": name,
        "company": address["company"],
        "address1": address["address1"],
        "address2": address["address2"],
        "city": address["city"],
        "zip": address["zip"],
        "province": address["province"],
        "province_code": address["provinceCode"],
        "country": address["country"],
        "country_code": address["countryCodeV2"],
        "phone": address["phone"],
    }


def _taxes(rows: list[dict]) -> list[dict]:
    return [
        {
            "title": row["title"],
            "rate": float(row["rate"]),
            "price": _amount(row["price"]),
            "price_set": _set(row["price"]),
            "channel_liable": False,
        }
        for row in rows
    ]


def _line(line: dict) -> dict[str, Any]:
    taken = total((d["amount"] for d in line["discounts"]), as_money(line["unitPrice"]))
    return {
        "id": line["id"],
        "admin_graphql_api_id": gid("LineItem", line["id"]),
        "variant_id": line["variant"],
        "product_id": line["product"],
        "sku": line["sku"],
        "title": line["title"],
        "variant_title": line["variantTitle"],
        "name": line["name"],
        "vendor": line["vendor"],
        "quantity": line["quantity"],
        "current_quantity": line["currentQuantity"],
        "fulfillable_quantity": line["unfulfilledQuantity"],
        "requires_shipping": line["requiresShipping"],
        "taxable": line["taxable"],
        "gift_card": line["isGiftCard"],
        "grams": line["grams"],
        "price": _amount(line["unitPrice"]),
        "price_set": _set(line["unitPrice"]),
        "total_discount": _amount(taken),
        "discount_allocations": [
            {"amount": _amount(d["amount"]), "amount_set": _set(d["amount"]), "discount_application_index": d["index"]}
            for d in line["discounts"]
        ],
        "tax_lines": _taxes(line["taxLines"]),
        "properties": [{"name": a["key"], "value": a["value"]} for a in line["customAttributes"]],
        "duties": [{"id": duty["id"], "price_set": _set(duty["price"])} for duty in line["duties"]],
    }


#: name in the payload -> key of the stored order
ORDER_COPIES = {
    "id": "id",
    "name": "name",
    "order_number": "number",
    "created_at": "createdAt",
    "processed_at": "processedAt",
    "updated_at": "updatedAt",
    "cancelled_at": "cancelledAt",
    "closed_at": "closedAt",
    "test": "test",
    "email": "email",
    "contact_email": "email",
    "phone": "phone",
    "note": "note",
    "po_number": "poNumber",
    "source_name": "sourceName",
    "currency": "currencyCode",
    "presentment_currency": "presentmentCurrencyCode",
    "taxes_included": "taxesIncluded",
    "tax_exempt": "taxExempt",
}
#: name in the payload (and with ``_set``) -> key of the stored order's totals
ORDER_TOTALS = {
    "total_price": "totalPrice",
    "subtotal_price": "subtotal",
    "total_tax": "totalTax",
    "total_discounts": "totalDiscounts",
    "total_outstanding": "outstanding",
    "total_tip_received": "totalTip",
    "current_total_price": "currentTotal",
    "current_subtotal_price": "currentSubtotal",
    "current_total_tax": "currentTax",
}
FULFILLMENT_STATUS = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}


def order_payload(shop: Shop, order: dict) -> dict[str, Any]:
    """An order as the webhooks ``orders/*`` carry it."""
    payload = {name: order[key] for name, key in ORDER_COPIES.items()}
    payload |= {
        "admin_graphql_api_id": gid("Order", order["id"]),
        "number": order["number"] - 1000,
        "cancel_reason": (order["cancelReason"] or "").lower() or None,
        "confirmed": True,
        "tags": ", ".join(order["tags"]),
        "financial_status": order["financialStatus"].lower(),
        "fulfillment_status": FULFILLMENT_STATUS.get(order["fulfillmentStatus"]),
        "discount_codes": [{"code": d["title"]} for d in order["discountApplications"] if d["origin"] == "code"],
        "billing_address": _address(order["billingAddress"]),
        "shipping_address": _address(order["shippingAddress"]),
        "customer": _customer(shop, order),
        "line_items": [_line(line) for line in order["lines"]],
        "shipping_lines": [_shipping_line(row) for row in order["shippingLines"]],
        "refunds": [{"id": row["id"]} for row in order["refunds"]],
        "fulfillments": [{"id": key} for key in order["fulfillments"]],
    }
    for name, key in ORDER_TOTALS.items():
        payload[name] = _amount(order["totals"][key])
        payload[f"{name}_set"] = _set(order["totals"][key])
    return payload


def _customer(shop: Shop, order: dict) -> dict[str, Any] | None:
    buyer = shop.store.get("customer", order["customer"]) if order["customer"] else None
    return buyer and {
        "id": buyer["id"],
        "email": buyer["email"],
        "first_name": buyer["firstName"],
        "last_name": buyer["lastName"],
        "phone": buyer["phone"],
        "tax_exempt": buyer["taxExempt"],
    }


def _shipping_line(row: dict) -> dict[str, Any]:
    return {
        "id": row["id"],
        "title": row["title"],
        "code": row["code"],
        "price": _amount(row["originalPrice"]),
        "price_set": _set(row["originalPrice"]),
        "tax_lines": _taxes(row["taxLines"]),
    }


def _level(shop: Shop, level: dict) -> dict[str, Any]:
    return {
        "inventory_item_id": level["item"],
        "location_id": level["location"],
        "available": quantity(level, "available"),
        "updated_at": level["updatedAt"],
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/{level['location']}?inventory_item_id={level['item']}",
    }


def _fulfillment(shop: Shop, row: dict) -> dict[str, Any]:
    tracking = row["tracking"][0] if row["tracking"] else {}
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Fulfillment", row["id"]),
        "order_id": row["order"],
        "name": row["name"],
        "status": row["status"].lower(),
        "location_id": row["location"],
        "created_at": row["createdAt"],
        "updated_at": row["updatedAt"],
        "tracking_number": tracking.get("number"),
        "tracking_numbers": [entry["number"] for entry in row["tracking"] if entry["number"]],
        "tracking_company": tracking.get("company"),
        "tracking_url": tracking.get("url"),
        "line_items": [{"id": line["line"], "quantity": line["quantity"]} for line in row["lines"]],
    }


def _fulfillment_order(shop: Shop, fo: dict) -> dict[str, Any]:
    return {
        "fulfillment_order": {
            "id": gid("FulfillmentOrder", fo["id"]),
            "status": fo["status"].lower(),
            "order_id": gid("Order", fo["order"]),
        }
    }


def _refund(shop: Shop, data: dict) -> dict[str, Any]:
    order, row = data["order"], data["refund"]
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Refund", row["id"]),
        "order_id": order["id"],
        "created_at": row["createdAt"],
        "note": row["note"],
        "refund_line_items": [
            {
                "id": line["id"],
                "line_item_id": line["line"],
                "quantity": line["quantity"],
                "restock_type": line["restockType"].lower(),
                "subtotal": _amount(line["subtotal"]),
                "total_tax": _amount(line["tax"]),
            }
            for line in row["lines"]
        ],
    }


def _return(shop: Shop, data: dict) -> dict[str, Any]:
    order, entry = data["order"], data["return"]
    return {
        "id": entry["id"],
        "admin_graphql_api_id": gid("Return", entry["id"]),
        "name": entry["name"],
        "status": entry["status"].lower(),
        "order": {"id": order["id"], "admin_graphql_api_id": gid("Order", order["id"])},
        "return_line_items": [
            {"id": row["id"], "quantity": row["quantity"], "return_reason_note": row["note"]} for row in entry["lines"]
        ],
    }


def _transaction(shop: Shop, data: dict) -> dict[str, Any]:
    row = data["row"]
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("OrderTransaction", row["id"]),
        "order_id": data["order"]["id"],
        "kind": row["kind"].lower(),
        "status": row["status"].lower(),
        "gateway": row["gateway"],
        "amount": _amount(row["amount"]),
        "currency": row["amount"][1],
    }


def _risk(shop: Shop, order: dict) -> dict[str, Any]:
    return {
        "order_id": order["id"],
        "admin_graphql_api_order_id": gid("Order", order["id"]),
        "risk_level": order["risk"].lower(),
    }


def _edited(shop: Shop, order: dict) -> dict[str, Any]:
    """The last edit of an order: units that came and went."""
    sales = order["agreements"][-1]["sales"]
    moves = [{"id": sale["ref"], "delta": sale["quantity"]} for sale in sales]
    return {
        "order_edit": {
            "id": order["agreements"][-1]["id"],
            "order_id": order["id"],
            "committed_at": order["updatedAt"],
            "notify_customer": False,
            "line_items": {
                "additions": [row for row in moves if row["delta"] > 0],
                "removals": [row for row in moves if row["delta"] < 0],
            },
        }
    }


def _deleted(shop: Shop, order: dict) -> dict[str, Any]:
    return {"id": order["id"]}


def _product(shop: Shop, product: dict) -> dict[str, Any]:
    variants = [shop.store.get("variant", key) for key in product.get("variants", ())]
    return {
        "id": product["id"],
        "admin_graphql_api_id": gid("Product", product["id"]),
        "title": product["title"],
        "handle": product["handle"],
        "vendor": product["vendor"],
        "status": product["status"].lower(),
        "updated_at": product["updatedAt"],
        "variants": [
            {
                "id": v["id"],
                "admin_graphql_api_id": gid("ProductVariant", v["id"]),
                "sku": v["sku"] or None,
                "barcode": v["barcode"],
                "title": v["title"],
                "price": rest_amount(v["price"], "USD"),
                "inventory_item_id": v["item"],
            }
            for v in variants
        ],
    }


Maker = Callable[[Shop, Any], dict[str, Any]]
#: first part of a topic -> payload; whole topics win
MAKERS: dict[str, Maker] = {
    "orders": order_payload,
    "orders/edited": _edited,
    "orders/risk_assessment_changed": _risk,
    "orders/delete": _deleted,
    "inventory_levels": _level,
    "fulfillments": _fulfillment,
    "fulfillment_orders": _fulfillment_order,
    "refunds": _refund,
    "returns": _return,
    "order_transactions": _transaction,
    "products": _product,
}


def payload(shop: Shop, topic: str, resource: Any) -> dict[str, Any]:
    """What a webhook of ``topic`` says about a thing; other things go as they are."""
    maker = MAKERS.get(topic) or MAKERS.get(topic.partition("/")[0])
    return maker(shop, resource) if maker else dict(resource)
