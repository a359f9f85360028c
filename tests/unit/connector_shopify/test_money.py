"""Money to the cent, whatever happened to the order: sums of parts equal Shopify's totals."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from addons.connector_shopify.lib.decode import decode
from addons.connector_shopify.lib.ledger import needs_ledger
from addons.connector_shopify.lib.money import split

from .builders import TAX, OrderBuilder, cents, money


def document(packed):
    (found,) = decode("order.in", json.dumps(packed).encode())
    return found


def untouched(builder):
    """Decoded from the lines alone, as long as nothing happened."""
    order = builder.build()
    assert not needs_ledger(order)
    return document({"order": order})


def whole(builder):
    """Decoded with the ledger."""
    assert needs_ledger(builder.build())
    return document(builder.packed())


def differences(order):
    """Where the totals are not the sums of the parts; the rule of the Order document."""
    parts = [*order.lines, *order.charges]
    tax = sum((tax.amount for part in parts for tax in part.taxes), Decimal(0))
    on_top = sum((tax.amount for part in parts for tax in part.taxes if not tax.included), Decimal(0))
    lines = sum((line.net_amount for line in order.lines), Decimal(0))
    charges = sum((charge.net_amount for charge in order.charges), Decimal(0))
    found = {"lines": lines, "charges": charges, "tax": tax, "total": lines + charges + on_top}
    stated = order.totals.model_dump()
    return {name: (stated[name], found[name]) for name in found if stated[name] != found[name]}


def test_a_discount_that_does_not_divide_stays_exact():
    builder = OrderBuilder()
    builder.line(1111, 3, discount=100)
    order = untouched(builder)
    (line,) = order.lines
    assert line.net_amount == Decimal("32.33")  # 3 x 10.78 would be 32.34
    assert line.discount_amount == Decimal("1.00")
    assert line.unit_price == Decimal("11.11")
    assert not differences(order)


def test_included_tax_is_part_of_the_amount():
    builder = OrderBuilder(included=True)
    builder.line(2000, 1, taxes=(("VAT", "0.2"),))
    builder.ship(500, taxes=(("VAT", "0.2"),))
    order = untouched(builder)
    (line,) = order.lines
    assert line.net_amount == Decimal(20)
    assert line.taxes[0].amount == Decimal("3.33")
    assert line.taxes[0].included
    assert line.taxes[0].rate == Decimal("0.2")
    assert order.totals.total == Decimal(25)
    assert not differences(order)


def test_several_taxes_a_line_are_kept_apart():
    builder = OrderBuilder()
    builder.line(3333, 3, taxes=(("State", "0.0725"), ("City", "0.0125"), ("Zero", "0.0")))
    order = untouched(builder)
    assert [tax.title for tax in order.lines[0].taxes] == ["State", "City", "Zero"]
    assert not differences(order)


def test_a_removed_unit_leaves_exactly_the_rest():
    builder = OrderBuilder()
    builder.line(1000, 3, discount=100)  # 29.00, tax 2.10
    builder.remove(0, 1)
    order = whole(builder)
    (line,) = order.lines
    assert (line.ordered_quantity, line.quantity) == (3, 2)
    assert line.net_amount == Decimal("19.33")
    assert line.taxes[0].amount == Decimal("1.40")
    assert line.discount_amount == Decimal("0.67")
    assert not differences(order)


def test_a_line_removed_altogether_owes_nothing():
    builder = OrderBuilder()
    builder.line(1000, 2)
    builder.line(999, 1)
    builder.remove(0, 2, "ORDER_EDIT")
    order = whole(builder)
    gone = order.lines[0]
    assert (gone.quantity, gone.net_amount, gone.taxes) == (0, 0, ())
    assert not differences(order)


def test_a_tip_is_a_charge_and_no_line():
    builder = OrderBuilder()
    builder.line(1000)
    identifier = builder.tip(300)
    order = whole(builder)
    assert [line.title for line in order.lines] == ["Ball"]
    (tip,) = [charge for charge in order.charges if charge.kind == "tip"]
    assert (tip.external_id, tip.net_amount) == (identifier, Decimal(3))
    assert not differences(order)


def test_a_tip_that_is_no_line_is_a_charge_all_the_same():
    builder = OrderBuilder()
    builder.line(1000)
    builder.fields["totalTipReceivedSet"] = money(300)
    builder.extra += 300
    order = document({"order": builder.build()})
    assert [(charge.kind, charge.net_amount) for charge in order.charges] == [("tip", 3)]
    assert not differences(order)


def test_a_duty_with_its_tax():
    builder = OrderBuilder()
    builder.line(1000)
    builder.duty(1250)
    order = whole(builder)
    (duty,) = order.charges
    assert (duty.kind, duty.title, duty.net_amount) == ("duty", "Duty 9503", Decimal("12.5"))
    assert duty.taxes[0].amount == Decimal("0.63")
    assert not differences(order)


def test_a_duty_that_the_prices_contain_is_not_charged_again():
    builder = OrderBuilder(dutiesIncluded=True)
    builder.line(1000)
    builder.fields["currentTotalDutiesSet"] = money(150)
    order = whole(builder)
    assert order.charges == ()
    assert not differences(order)


def test_fees_of_the_order_and_of_the_ledger():
    builder = OrderBuilder()
    builder.line(1000)
    fee = {"id": "gid://shopify/AdditionalFee/1", "name": "Handling", "price": money(200)}
    builder.fields["additionalFees"] = [fee | {"taxLines": []}]
    builder.extra += 200
    order = document({"order": builder.build()})
    assert [(charge.kind, charge.title) for charge in order.charges] == [("fee", "Handling")]
    assert not differences(order)
    builder._sale("ORDER", "ADDITIONAL_FEE", 200, [], None, additionalFee=fee)
    order = document(builder.packed())
    assert [charge.external_id for charge in order.charges] == [fee["id"]]
    assert not differences(order)


def test_cash_rounding_is_beside_the_stated_total():
    adjustment = {"paymentSet": money(-2), "refundSet": money(0)}
    builder = OrderBuilder(totalCashRoundingAdjustment=adjustment)
    builder.line(1002, taxes=())
    order = untouched(builder)
    assert order.totals.total == Decimal("10.00")
    assert order.charges[0].kind == "rounding"
    assert not differences(order)


def test_cash_rounding_that_the_total_holds_is_not_counted_twice():
    adjustment = {"paymentSet": money(-2), "refundSet": money(0)}
    builder = OrderBuilder(totalCashRoundingAdjustment=adjustment)
    builder.line(1002, taxes=())
    builder.extra -= 2
    order = document({"order": builder.build()})
    assert order.totals.total == Decimal("10.00")
    assert not differences(order)


def test_a_free_refund_counts_where_shopifys_total_holds_it():
    for in_total, kinds in ((True, ["adjustment"]), (False, [])):
        builder = OrderBuilder(totalRefundedSet=money(500))
        builder.line(2000)
        builder.adjust(-500, in_total)
        order = whole(builder)
        assert [charge.kind for charge in order.charges] == kinds
        assert order.refunded_amount == Decimal(5)
        assert not differences(order)


def test_a_shipping_refund_names_no_line_but_is_found():
    builder = OrderBuilder()
    builder.line(1000)
    builder.ship(500, discount=100)
    builder.ship(700)
    builder.refund_shipping(1, 300)
    order = whole(builder)
    first, second = order.charges
    assert (first.net_amount, second.net_amount) == (Decimal(4), Decimal(4))
    assert (first.taxes[0].amount, second.taxes[0].amount) == (Decimal("0.29"), Decimal("0.29"))
    assert first.discount_amount == Decimal(1)
    assert not differences(order)


def test_refunds_of_two_shipping_lines_share_their_tax_exactly():
    builder = OrderBuilder()
    builder.line(1000)
    builder.ship(500)
    builder.ship(700)
    builder.refund_shipping(0, 500)
    builder.refund_shipping(1, 100)
    order = whole(builder)
    assert [charge.net_amount for charge in order.charges] == [0, 6]
    assert not differences(order)


def test_a_stated_total_that_does_not_fit_is_passed_on_as_it_is():
    builder = OrderBuilder()
    builder.line(1000)
    order = builder.build() | {"currentTotalPriceSet": money(1)}
    found = document({"order": order})
    assert differences(found) == {"total": (Decimal("0.01"), Decimal("10.73"))}
    assert found.charges == ()


def test_lines_that_do_not_add_up_are_looked_up_in_the_ledger():
    builder = OrderBuilder()
    builder.line(1000)
    assert not needs_ledger(builder.build())
    assert needs_ledger(builder.build() | {"currentSubtotalPriceSet": money(999)})
    assert needs_ledger(builder.build() | {"edited": True})
    assert needs_ledger(builder.build() | {"totalRefundedSet": money(1)})
    assert needs_ledger(builder.build() | {"totalPriceSet": money(1)})


def test_presentment_is_kept_beside_the_shops_currency():
    builder = OrderBuilder()
    builder.line(1000, taxes=())
    order = untouched(builder)
    assert (order.currency, order.presentment_currency) == ("USD", "EUR")
    assert (order.totals.total, order.presentment_total) == (Decimal(10), Decimal(9))


RATES = st.sampled_from(["0.0725", "0.2", "0.05", "0.09975", "0.0"])
LINES = st.lists(
    st.tuples(
        st.integers(0, 99_999),
        st.integers(1, 12),
        st.integers(0, 100),
        st.lists(RATES, max_size=2),
    ),
    min_size=1,
    max_size=8,
)


@st.composite
def orders(draw):
    """An order in any shape, with anything taken away from it."""
    builder = OrderBuilder(included=draw(st.booleans()))
    for price, quantity, percent, rates in draw(LINES):
        discount = price * quantity * percent // 100
        taxes = tuple((f"Tax {index}", rate) for index, rate in enumerate(rates))
        builder.line(price, quantity, discount, taxes)
    for price in draw(st.lists(st.integers(0, 5000), max_size=2)):
        builder.ship(price, draw(st.integers(0, price)))
    if draw(st.booleans()):
        builder.tip(draw(st.integers(1, 900)))
    events = st.tuples(st.integers(0, 7), st.integers(1, 12), st.booleans())
    for index, units, edit in draw(st.lists(events, max_size=6)):
        line = builder.lines[index % len(builder.lines)]
        units = min(units, line["currentQuantity"])
        if units and line["title"] != "Tip":
            where = builder.lines.index(line)
            builder.remove(where, units, "ORDER_EDIT" if edit else "REFUND")
    for index, line in enumerate(builder.shipping):
        builder.refund_shipping(index, draw(st.integers(0, cents(line["currentDiscountedPriceSet"]))))
    return builder


@settings(max_examples=300, deadline=None)
@given(orders())
def test_any_order_adds_up_with_its_ledger(builder):
    order = document(builder.packed())
    assert not differences(order)
    assert all(line.discount_amount >= 0 for line in order.lines)
    assert all(line.fulfilled_quantity <= line.quantity for line in order.lines)


@settings(max_examples=200, deadline=None)
@given(LINES, st.booleans())
def test_any_untouched_order_adds_up_without_the_ledger(lines, included):
    builder = OrderBuilder(included=included)
    for price, quantity, percent, rates in lines:
        taxes = tuple((f"Tax {index}", rate) for index, rate in enumerate(rates))
        builder.line(price, quantity, price * quantity * percent // 100, taxes)
    builder.ship(750, 50)
    assert not differences(untouched(builder))


@settings(max_examples=100, deadline=None)
@given(LINES, st.booleans())
def test_lines_and_ledger_agree_while_nothing_happened(lines, included):
    builder = OrderBuilder(included=included)
    for price, quantity, percent, rates in lines:
        taxes = tuple((f"Tax {index}", rate) for index, rate in enumerate(rates))
        builder.line(price, quantity, price * quantity * percent // 100, taxes)
    builder.ship()
    assert document({"order": builder.build()}) == document(builder.packed())


@given(st.integers(-10_000, 10_000), st.lists(st.integers(1, 999), min_size=1, max_size=5))
def test_a_split_amount_adds_up(amount, weights):
    parts = split(Decimal(amount).scaleb(-2), [Decimal(weight) for weight in weights], Decimal("0.01"))
    assert sum(parts) == Decimal(amount).scaleb(-2)
    assert all(part == part.quantize(Decimal("0.01")) for part in parts)


def test_zero_rate_and_missing_rate_count_as_zero():
    builder = OrderBuilder()
    builder.line(1000, taxes=(TAX,))
    builder.lines[0]["taxLines"][0]["rate"] = None
    assert untouched(builder).lines[0].taxes[0].rate == 0
