"""Payouts of Shopify Payments. Pure.

Admin API, objects ``ShopifyPaymentsPayout``, ``ShopifyPaymentsBalanceTransaction``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...connector_base.lib.adapter import Incoming
from ...connector_oms.lib.documents import BalanceTransaction, Payout
from .const import PAYOUT_IN
from .values import decimal, gid, parse_time, text

#: ShopifyPaymentsPayoutStatus -> canonical status
STATUSES = {
    "SCHEDULED": "scheduled",
    "IN_TRANSIT": "in_transit",
    "PAID": "paid",
    "FAILED": "failed",
    "CANCELED": "cancelled",
}
#: beginnings of ShopifyPaymentsTransactionType -> canonical kind; the first that fits
KINDS = (
    ("CHARGEBACK_FEE", "fee"),
    ("CHARGEBACK", "dispute"),
    ("DISPUTE", "dispute"),
    ("RISK", "dispute"),
    ("CHARGE_ADJUSTMENT", "adjustment"),
    ("CHARGE", "charge"),
    ("REFUND_ADJUSTMENT", "adjustment"),
    ("REFUND", "refund"),
    ("TRANSFER", "transfer"),
    ("RESERVED_FUNDS", "reserve"),
    ("STRIPE_FEE", "fee"),
    ("REFERRAL_FEE", "fee"),
    ("MARKETPLACE_FEE", "fee"),
    ("SHIPPING_LABEL", "fee"),
    ("BILLING", "fee"),
    ("APPLICATION_FEE", "fee"),
)


def kind_of(name: str) -> str:
    """The canonical kind of a transaction; what is not known is an adjustment."""
    return next((kind for start, kind in KINDS if name.startswith(start)), "adjustment")


def incoming(payout: Mapping[str, Any]) -> Incoming:
    """A payout found by a poll. The key says which state of it, so that each comes once."""
    notice = {"admin_graphql_api_id": payout["id"], "id": payout.get("legacyResourceId")}
    return Incoming(
        topic=PAYOUT_IN,
        key=f"{payout['id']}@{payout['status']}",
        raw=json.dumps(notice).encode(),
        business_key=payout["id"],
        occurred_at=parse_time(payout["issuedAt"]),
        source_topic="poll",
        subject=text(payout.get("legacyResourceId")),
    )


def payout(packed: Mapping[str, Any]) -> Payout:
    """The document of a payout with its transactions; test transactions are left out."""
    value = packed["payout"]
    return Payout(
        external_id=value["id"],
        name=text(value.get("legacyResourceId")),
        status=STATUSES[value["status"]],
        issued_at=parse_time(value["issuedAt"]),
        amount=decimal(value["net"]["amount"]),
        currency=value["net"]["currencyCode"],
        transactions=tuple(_transaction(row) for row in packed["transactions"] if not row.get("test")),
    )


def _transaction(row: Mapping[str, Any]) -> BalanceTransaction:
    return BalanceTransaction(
        external_id=row["id"],
        kind=kind_of(row["type"]),
        type=row["type"],
        amount=decimal(row["amount"]["amount"]),
        fee=decimal((row.get("fee") or {}).get("amount")),
        net=decimal((row.get("net") or {}).get("amount")),
        currency=row["amount"]["currencyCode"],
        payment_id=gid("OrderTransaction", row.get("sourceOrderTransactionId")),
        order_id=text((row.get("associatedOrder") or {}).get("id")),
        at=parse_time(row["transactionDate"]),
    )
