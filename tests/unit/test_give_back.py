"""Refunds put back on the document that says what is left."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.connector_oms.lib.documents import Charge, Order, OrderLine, Refund, RefundLine, TaxAmount, Totals
from addons.connector_oms.lib.give_back import without
from addons.connector_oms.lib.money import document_differences

NOW = datetime(2026, 5, 4, tzinfo=timezone.utc)


def vat(amount: str) -> TaxAmount:
    return TaxAmount(title="VAT", rate=Decimal("0.19"), amount=Decimal(amount), included=False)


def line(quantity: int, net: str, tax: str = "") -> OrderLine:
    return OrderLine(
        external_id="l1",
        title="Lamp",
        ordered_quantity=Decimal(3),
        quantity=Decimal(quantity),
        unit_price=Decimal("11.11"),
        net_amount=Decimal(net),
        taxes=(vat(tax),) if tax else (),
    )


def order(lines: tuple[OrderLine, ...], charges: tuple[Charge, ...], total: str, tax: str) -> Order:
    return Order(
        external_id="o1",
        number="#1",
        version=NOW,
        placed_at=NOW,
        currency="USD",
        presentment_currency="USD",
        presentment_total=Decimal(total),
        lines=lines,
        charges=charges,
        financial_status="paid",
        totals=Totals(
            lines=sum((one.net_amount for one in lines), Decimal(0)),
            charges=sum((one.net_amount for one in charges), Decimal(0)),
            tax=Decimal(tax),
            total=Decimal(total),
        ),
    )


def refund(*parts: RefundLine, amount: str) -> Refund:
    return Refund(external_id="b1", refunded_at=NOW, amount=Decimal(amount), lines=parts)


UNIT = RefundLine(kind="line", line_id="l1", quantity=Decimal(1), net_amount=Decimal("11.11"), taxes=(vat("2.11"),))


def test_units_and_their_tax_are_put_back_on_the_line():
    whole = without(order((line(2, "22.22", "4.22"),), (), "26.44", "4.22"), [refund(UNIT, amount="13.22")])
    (one,) = whole.lines
    assert (one.quantity, one.net_amount, one.taxes) == (3, Decimal("33.33"), (vat("6.33"),))
    assert whole.totals.total == Decimal("39.66")
    assert document_differences(whole) == []


@pytest.mark.parametrize("lines", [(), (line(0, "0"),)])
def test_line_of_which_nothing_is_left_is_there_again(lines):
    whole = without(order(lines, (), "0", "0"), [refund(UNIT, amount="13.22")])
    assert [(one.quantity, one.net_amount) for one in whole.lines] == [(1, Decimal("11.11"))]
    assert document_differences(whole) == []


def test_free_amount_takes_its_charge_away_again():
    less = Charge(external_id="adjustment", kind="adjustment", title="Refund", net_amount=Decimal("-5"))
    part = RefundLine(kind="adjustment", net_amount=Decimal("5"))
    whole = without(order((line(3, "33.33", "6.33"),), (less,), "34.66", "6.33"), [refund(part, amount="5")])
    assert [charge.net_amount for charge in whole.charges] == [0]
    assert document_differences(whole) == []


def test_without_refunds_nothing_changes():
    document = order((line(3, "33.33", "6.33"),), (), "39.66", "6.33")
    assert without(document, []) == document
