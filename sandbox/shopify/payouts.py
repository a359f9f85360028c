"""Shopify Payments: what was paid and paid back is settled, less fees, and paid out."""

from __future__ import annotations

from typing import Any

from .shop import Shop
from .store import stamp

#: what a charge costs: a part of it in 1/10,000 and a fixed amount, in minor units
FEE_RATE, FEE_FIXED = 290, 30
SETTLED = {"SALE": "CHARGE", "CAPTURE": "CHARGE", "REFUND": "REFUND"}


def pay_out(shop: Shop, status: str = "PAID", fee: int = 0, dispute: str | None = None) -> dict[str, Any]:
    """Pay out everything that is not paid out yet.

    :param fee: a further fee of the provider's own, minor units
    :param dispute: name of an order whose first charge the bank takes back
    :raises ValueError: there is nothing
    """
    currency = shop.settings["shop"].get("currencyCode", "USD")
    payout = {
        "id": shop.ids("ShopifyPaymentsPayout"),
        "status": status,
        "issuedAt": stamp(),
        "currency": currency,
        "transactions": [],
    }
    for order in shop.store.all("order").values():
        for row in order["transactions"]:
            if row["status"] == "SUCCESS" and row["kind"] in SETTLED and not shop.store.get("settled", row["id"]):
                _settle(shop, payout, order, row)
        if dispute and order["name"] == dispute:
            charge = next(row for row in order["transactions"] if row["kind"] in ("SALE", "CAPTURE"))
            _move(shop, payout, "DISPUTE_WITHDRAWAL", -charge["amount"][0], 1500, order, charge["id"])
    if fee:
        _move(shop, payout, "STRIPE_FEE", -fee, 0)
    if not payout["transactions"]:
        raise ValueError("there is nothing to pay out")
    payout["net"] = sum(row["amount"] - row["fee"] for row in payout["transactions"])
    return shop.store.put("payout", payout["id"], payout)


def _settle(shop: Shop, payout: dict, order: dict, row: dict) -> None:
    amount = row["amount"][0]
    if row["kind"] == "REFUND":
        _move(shop, payout, "REFUND", -amount, 0, order, row["id"])
    else:
        _move(shop, payout, "CHARGE", amount, amount * FEE_RATE // 10_000 + FEE_FIXED, order, row["id"])
    shop.store.put("settled", row["id"], payout["id"])


def _move(shop: Shop, payout: dict, kind: str, amount: int, fee: int, order: dict | None = None, source=None) -> None:
    payout["transactions"].append(
        {
            "id": shop.ids("ShopifyPaymentsBalanceTransaction"),
            "type": kind,
            "amount": amount,
            "fee": fee,
            "order": order["id"] if order else None,
            "source": source,
            "at": payout["issuedAt"],
        }
    )
