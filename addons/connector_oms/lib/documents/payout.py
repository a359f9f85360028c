"""Money that a payment provider settles: payouts and what they are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from .base import Amount, CurrencyCode, Document, ExternalId, Timestamp


class BalanceTransaction(Document):
    """One movement on the account at the provider. ``amount - fee = net``; signed.

    :param kind: charge and refund belong to payments of orders; dispute takes the money
        of a charge, or gives it back; fee, adjustment and reserve belong to none;
        transfer is the payout itself
    :param payment_id: the order's payment that it settles, "" for none
    :param order_id: the order, where the provider names it
    """

    external_id: ExternalId
    kind: Literal["charge", "refund", "dispute", "fee", "adjustment", "reserve", "transfer"]
    type: str = ""
    amount: Amount
    fee: Amount = Decimal(0)
    net: Amount
    currency: CurrencyCode
    payment_id: str = ""
    order_id: str = ""
    at: Timestamp


class Payout(Document):
    """A transfer to the bank, complete with what it is made of."""

    external_id: ExternalId
    name: str = ""
    status: Literal["scheduled", "in_transit", "paid", "failed", "cancelled"]
    issued_at: Timestamp
    amount: Amount
    currency: CurrencyCode
    transactions: tuple[BalanceTransaction, ...]
