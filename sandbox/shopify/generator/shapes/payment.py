"""How an order is paid, or not."""

from __future__ import annotations

from decimal import Decimal

from ..spec import OrderSpec, PaymentSpec
from .mold import Mold, shape


@shape
def gift_card_payment(mold: Mold) -> OrderSpec:
    """Partly paid with a gift card."""
    return mold.order(
        "gift_card_payment",
        payments=[
            PaymentSpec(gateway="gift_card", amount=500),
            PaymentSpec(),
        ],
    )


@shape
def cash_rounding(mold: Mold) -> OrderSpec:
    """Paid in cash in a shop, rounded to five cents."""
    return mold.order("cash_rounding", shipping=[], source="pos", payments=[PaymentSpec(gateway="cash", rounding=-2)])


@shape
def payment_pending(mold: Mold) -> OrderSpec:
    """A bank transfer that has not come yet."""
    return mold.order(
        "payment_pending",
        payments=[
            PaymentSpec(gateway="Bank Deposit", status="PENDING"),
        ],
    )


@shape
def payment_authorized(mold: Mold) -> OrderSpec:
    """Money is reserved, not captured."""
    return mold.order("payment_authorized", payments=[PaymentSpec(kind="AUTHORIZATION")])


@shape
def partially_paid(mold: Mold) -> OrderSpec:
    """A deposit was paid."""
    return mold.order("partially_paid", payments=[PaymentSpec(share=Decimal("0.4"))])
