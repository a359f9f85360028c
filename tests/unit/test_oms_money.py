"""Arithmetic of orders: shares that add up, documents that must."""

from datetime import datetime, timezone
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from addons.connector_oms.lib import money
from addons.connector_oms.lib.documents import Charge, Order, OrderLine, TaxAmount, Totals

NOW = datetime(2026, 5, 4, tzinfo=timezone.utc)


def order(entries=(), extras=(), **totals):
    return Order(
        external_id="1",
        number="1",
        version=NOW,
        placed_at=NOW,
        currency="EUR",
        presentment_currency="EUR",
        presentment_total=D(0),
        lines=entries,
        charges=extras,
        financial_status="paid",
        totals=Totals(**{"lines": 0, "tax": 0, "total": 0, **totals}),
    )


def line(net, quantity=1, taxes=()):
    return OrderLine(
        external_id="1",
        title="x",
        ordered_quantity=quantity,
        quantity=quantity,
        unit_price=0,
        net_amount=net,
        taxes=taxes,
    )


def tax(amount, included=False):
    return TaxAmount(title="VAT", rate=D("0.19"), amount=amount, included=included)


amounts = st.integers(-(10**7), 10**7).map(lambda cents: D(cents) / 100)


@given(amounts, st.lists(st.integers(1, 50), min_size=1, max_size=12))
def test_shares_of_any_partial_documents_add_up(total, parts):
    whole, before, shares = D(sum(parts)), D(0), []
    for part in parts:
        shares.append(money.share(total, before, D(part), whole, 2))
        before += part
    assert sum(shares) == total


@given(amounts, st.integers(1, 40), st.integers(1, 40))
def test_a_refund_takes_back_what_the_invoice_gave(total, first, rest):
    whole = D(first + rest)
    given_ = money.share(total, D(0), D(first), whole, 2)
    assert money.share(total, D(first), D(-first), whole, 2) == -given_


def test_share_in_currencies_of_zero_and_three_decimals():
    assert money.share(D(100), D(0), D(1), D(3), 0) == 33
    assert money.share(D("1.000"), D(0), D(1), D(3), 3) == D("0.333")


def test_nothing_of_nothing():
    assert money.share(D(5), D(0), D(1), D(0), 2) == 0


def test_sound_document_has_no_difference():
    document = order(
        [line("10.00", taxes=(tax("1.90"),)), line("11.90", taxes=(tax("1.90", included=True),))],
        [Charge(external_id="s", kind="shipping", title="s", net_amount="5.00")],
        lines="21.90",
        charges="5.00",
        tax="3.80",
        total="28.80",
    )
    assert money.document_differences(document) == []
    assert money.untaxed(document.lines[1]) == D("10.00")


def test_each_total_is_checked():
    found = money.document_differences(order([line("10.00")], lines="10.01", charges=1, tax=2, total=3))
    assert [entry.what for entry in found] == ["lines", "charges", "tax", "total"]


def test_tolerance_is_inclusive():
    document = order([line("10.00")], lines="10.00", total="10.01")
    assert money.document_differences(document, D("0.01")) == []
    assert len(money.document_differences(document, D("0.009"))) == 1


def test_order_that_owes_nothing():
    free = Charge(external_id="s", kind="shipping", title="s", net_amount=0)
    assert money.owes_nothing(order([line(0, quantity=0)], [free]))
    assert not money.owes_nothing(order([line(0, quantity=1)]))
    assert not money.owes_nothing(order([], [free.model_copy(update={"net_amount": D(1)})]))


def test_float_of_the_database_becomes_the_amount_it_shows():
    assert money.to_decimal(2.675, 3) == D("2.675")
    assert money.to_decimal(0.1 + 0.2, 2) == D("0.30")
