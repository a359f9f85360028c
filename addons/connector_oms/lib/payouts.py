"""Matching what a payment provider settles with the payments that Odoo knows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .documents import BalanceTransaction, Payout

#: kinds that stand for a payment of an order
OF_PAYMENTS = ("charge", "refund")


@dataclass(frozen=True)
class KnownPayment:
    """A payment that an order has, as Odoo knows it.

    :ivar amount: positive, whatever the kind
    :ivar kind: "sale", "capture" or "refund"
    :ivar is_taken: another settled transaction stands for it already
    """

    id: int
    amount: Decimal
    currency: str
    kind: str
    is_taken: bool = False


@dataclass(frozen=True)
class Match:
    """What became of one transaction.

    :ivar state: "matched", "difference" or "unmatched"
    :ivar cause: "", "unknown", "taken", "currency", "amount" or "kind"
    :ivar off: units of money that the provider has more (or, negative, less)
    """

    state: str
    payment: KnownPayment | None = None
    cause: str = ""
    off: Decimal = Decimal(0)


def match(transaction: BalanceTransaction, payments: Mapping[str, KnownPayment]) -> Match:
    """Find what a transaction settles.

    Fees, adjustments and reserves belong to no payment: they are what they are.

    :param payments: by the channel's id
    """
    if transaction.kind not in OF_PAYMENTS:
        return Match("matched")
    payment = payments.get(transaction.payment_id)
    if payment is None:
        return Match("unmatched", cause="unknown")
    if payment.is_taken:
        return Match("difference", payment, "taken")
    if payment.currency != transaction.currency:
        return Match("difference", payment, "currency")
    if (payment.kind == "refund") != (transaction.kind == "refund"):
        return Match("difference", payment, "kind")
    expected = -payment.amount if payment.kind == "refund" else payment.amount
    off = transaction.amount - expected
    return Match("difference", payment, "amount", off) if off else Match("matched", payment)


def gap(payout: Payout) -> Decimal:
    """What the payout is more (or, negative, less) than its transactions come to.

    The transfer itself, where the provider lists it, is what is paid out.
    """
    parts = (part.net for part in payout.transactions if part.kind != "transfer")
    return payout.amount - sum(parts, Decimal(0))


def entry(transactions: Iterable[tuple[str, Decimal, Decimal]]) -> dict[str, Decimal]:
    """What a payout's booking comes to by account: positive is a debit.

    :param transactions: (kind, amount, fee) of all but transfers
    :return: {"clearing", "fee", "dispute", "other", "bank"}: they add up to 0
    """
    booked = dict.fromkeys(("clearing", "fee", "dispute", "other", "bank"), Decimal(0))
    accounts = {"charge": "clearing", "refund": "clearing", "dispute": "dispute", "fee": "fee"}
    for kind, amount, fee in transactions:
        booked[accounts.get(kind, "other")] -= amount
        booked["fee"] += fee
        booked["bank"] += amount - fee
    return booked
