"""Payouts: what is matched, what is missing, what is booked."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.connector_oms.lib.documents import BalanceTransaction, Payout
from addons.connector_oms.lib.payouts import KnownPayment, entry, gap, match

NOW = datetime(2026, 5, 4, tzinfo=timezone.utc)
PAID = KnownPayment(7, Decimal("25.00"), "USD", "sale")


def moved(kind, amount, fee="0", payment="p1", currency="USD"):
    amount, fee = Decimal(amount), Decimal(fee)
    return BalanceTransaction(
        external_id="t1",
        kind=kind,
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency=currency,
        payment_id=payment,
        at=NOW,
    )


def test_charge_settles_its_payment():
    found = match(moved("charge", "25.00", "1.03"), {"p1": PAID})
    assert (found.state, found.payment, found.cause) == ("matched", PAID, "")


@pytest.mark.parametrize(
    ("transaction", "payments", "state", "cause", "off"),
    [
        (moved("charge", "25.00"), {}, "unmatched", "unknown", "0"),
        (moved("charge", "24.99"), {"p1": PAID}, "difference", "amount", "-0.01"),
        (moved("charge", "25.00", currency="EUR"), {"p1": PAID}, "difference", "currency", "0"),
        (moved("refund", "-25.00"), {"p1": PAID}, "difference", "kind", "0"),
        (
            moved("charge", "25.00"),
            {"p1": KnownPayment(7, Decimal("25.00"), "USD", "sale", is_taken=True)},
            "difference",
            "taken",
            "0",
        ),
        (
            moved("refund", "-5.00"),
            {"p1": KnownPayment(8, Decimal("5.00"), "USD", "refund")},
            "matched",
            "",
            "0",
        ),
    ],
)
def test_what_does_not_fit_says_why(transaction, payments, state, cause, off):
    found = match(transaction, payments)
    assert (found.state, found.cause, found.off) == (state, cause, Decimal(off))


def test_fees_belong_to_nothing():
    assert match(moved("fee", "-15.00", payment=""), {}).state == "matched"


def test_payout_is_held_against_its_transactions():
    parts = (moved("charge", "25.00", "1.03"), moved("refund", "-5.00"), moved("transfer", "-18.97"))
    payout = Payout(
        external_id="po", status="paid", issued_at=NOW, amount=Decimal("18.97"), currency="USD", transactions=parts
    )
    assert gap(payout) == 0
    assert gap(payout.model_copy(update={"amount": Decimal("20.00")})) == Decimal("1.03")


CENTS = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents) / 100)


@given(
    st.lists(st.tuples(st.sampled_from(["charge", "refund", "dispute", "fee", "adjustment", "reserve"]), CENTS, CENTS))
)
def test_a_booking_always_balances(parts):
    booked = entry(parts)
    assert sum(booked.values()) == 0
    assert booked["bank"] == sum((amount - fee for __, amount, fee in parts), Decimal(0))
