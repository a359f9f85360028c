"""Movements of money, and reasons of Shopify's not to ship yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...connector_oms.lib.documents import Discount, Hold, Payment
from .values import decimal, nodes, parse_time, shop_amount, text

#: OrderTransactionKind -> canonical kind; SUGGESTED_REFUND moved no money
KINDS = {
    "AUTHORIZATION": "authorization",
    "EMV_AUTHORIZATION": "authorization",
    "CAPTURE": "capture",
    "SALE": "sale",
    "REFUND": "refund",
    "CHANGE": "refund",  # cash given back at the till
    "VOID": "void",
}
#: OrderTransactionStatus -> canonical status
STATUSES = {
    "SUCCESS": "success",
    "PENDING": "pending",
    "AWAITING_RESPONSE": "pending",
    "UNKNOWN": "pending",
    "FAILURE": "failure",
    "ERROR": "failure",
}
GIFT_CARD_GATEWAY = "gift_card"

FRAUD_REASONS = {
    "CANCEL": "Shopify recommends to cancel this order (fraud risk)",
    "INVESTIGATE": "Shopify recommends to investigate this order (fraud risk)",
}
PAYMENT_REASONS = {
    "pending": "The payment is pending",
    "expired": "The payment's authorization has expired",
    "voided": "The payment was voided",
}
CHANNEL_REASONS = {
    "ON_HOLD": "The order is on hold at Shopify",
    "SCHEDULED": "The order is scheduled for a later date at Shopify",
}


def payments(order: Mapping[str, Any]) -> tuple[Payment, ...]:
    """The order's transactions; a gift card that paid is a payment like any other."""
    found = []
    for entry in order.get("transactions") or ():
        kind = KINDS.get(entry.get("kind"))
        if kind is None:
            continue
        money = (entry.get("amountSet") or {}).get("shopMoney") or {}
        gateway = text(entry.get("gateway"))
        found.append(
            Payment(
                external_id=entry["id"],
                kind=kind,
                status=STATUSES.get(entry.get("status"), "pending"),
                gateway=gateway,
                amount=abs(shop_amount(entry.get("amountSet"))),
                currency=money.get("currencyCode") or order["currencyCode"],
                is_gift_card=gateway == GIFT_CARD_GATEWAY,
                processed_at=parse_time(entry.get("processedAt")),
            )
        )
    return tuple(found)


def financial_status(order: Mapping[str, Any]) -> str:
    """The canonical status; Shopify gives none while it does not know any payment."""
    status = text(order.get("displayFinancialStatus")).lower()
    if status:
        return status
    return "pending" if shop_amount(order.get("currentTotalPriceSet")) else "paid"


def holds(order: Mapping[str, Any]) -> tuple[Hold, ...]:
    """Reasons not to ship yet, as far as the order itself tells them.

    A hold on only some of the order's fulfilment orders does not show here; it is met
    when the shipment is sent.
    """
    address = order.get("shippingAddress") or {}
    found = [
        ("fraud", FRAUD_REASONS.get((order.get("risk") or {}).get("recommendation"))),
        ("payment", PAYMENT_REASONS.get(financial_status(order))),
        ("channel", CHANNEL_REASONS.get(order.get("displayFulfillmentStatus"))),
    ]
    if address.get("validationResultSummary") == "ERROR":
        found.append(("address", "Shopify could not validate the delivery address"))
    return tuple(Hold(kind=kind, reason=reason) for kind, reason in found if reason)


def discounts(order: Mapping[str, Any]) -> tuple[Discount, ...]:
    """The discounts as the customer saw them (fixed ones in the currency they saw)."""
    found = []
    for entry in nodes(order.get("discountApplications")):
        value = entry.get("value") or {}
        percentage = value.get("percentage")
        code = text(entry.get("code"))
        found.append(
            Discount(
                title=text(entry.get("title")) or text(entry.get("description")) or code,
                code=code,
                value_type="fixed" if percentage is None else "percentage",
                value=decimal(value.get("amount") if percentage is None else percentage),
                target="shipping" if entry.get("targetType") == "SHIPPING_LINE" else "lines",
            )
        )
    return tuple(found)
