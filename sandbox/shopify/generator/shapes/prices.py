"""Discounts, taxes and currencies."""

from __future__ import annotations

from .. import people
from ..spec import OrderSpec
from .mold import RATES, US_TAXES, VAT, Mold, code, shape


def _european(mold: Mold, shape_name: str, **values) -> OrderSpec:
    mold.taxes = list(VAT)
    name = mold.chance.choice(people.NAMES)
    home = people.address(mold.chance, name, mold.chance.choice(people.EU_PLACES))
    return mold.order(shape_name, billing=home, shipping_address=dict(home), taxes_included=True, **values)


@shape
def plain(mold: Mold) -> OrderSpec:
    """Several variants, one tax, paid by card."""
    return mold.order("plain")


@shape
def percentage_discount(mold: Mold) -> OrderSpec:
    """A code for a third-ish percentage on everything: cents do not divide."""
    value = mold.chance.choice(("0.15", "0.333", "0.125", "0.07"))
    return mold.order("percentage_discount", mold.lines(3), discounts=[code("SAVE", "percentage", value)])


@shape
def fixed_discount(mold: Mold) -> OrderSpec:
    """An amount off, spread across lines to the cent."""
    return mold.order(
        "fixed_discount", mold.lines(3), discounts=[code("TENOFF", "fixed", mold.chance.choice((1000, 701, 1)))]
    )


@shape
def line_discount(mold: Mold) -> OrderSpec:
    """A manual discount on the first line only, plus an automatic one on all."""
    return mold.order(
        "line_discount",
        mold.lines(3),
        discounts=[
            code("Damaged box", "fixed", 150, lines=(0,), origin="manual"),
            code("Spring", "percentage", "0.1", origin="automatic"),
        ],
    )


@shape
def shipping_discount(mold: Mold) -> OrderSpec:
    """Half of the shipping price off."""
    return mold.order("shipping_discount", discounts=[code("HALFSHIP", "percentage", "0.5", target="shipping")])


@shape
def free_shipping(mold: Mold) -> OrderSpec:
    """Shipping charged and discounted to nothing."""
    return mold.order("free_shipping", discounts=[code("FREESHIP", "percentage", "1", target="shipping")])


@shape
def tax_included(mold: Mold) -> OrderSpec:
    """Prices contain the tax, with a discount on top."""
    return _european(mold, "tax_included", discounts=[code("WELCOME", "percentage", "0.1")])


@shape
def several_taxes(mold: Mold) -> OrderSpec:
    """Three taxes a line, each rounded on its own."""
    mold.taxes = list(US_TAXES)
    return mold.order("several_taxes", mold.lines(3))


@shape
def tax_exempt(mold: Mold) -> OrderSpec:
    """No tax although the goods are taxable."""
    order = mold.order("tax_exempt", tax_exempt=True)
    order.customer["taxExempt"] = True
    return order


@shape
def free_order(mold: Mold) -> OrderSpec:
    """Everything discounted away: nothing to pay, no transaction."""
    return mold.order("free_order", shipping=[], payments=[], discounts=[code("FRIEND", "percentage", "1")])


@shape
def foreign_currency(mold: Mold) -> OrderSpec:
    """The buyer pays in euros, the shop counts in dollars."""
    return _european(
        mold,
        "foreign_currency",
        presentment_currency="EUR",
        rate=RATES["EUR"],
        discounts=[code("WELCOME", "percentage", "0.1")],
    )


@shape
def yen(mold: Mold) -> OrderSpec:
    """The buyer's currency has no cents."""
    name = people.UNICODE_NAMES[1]
    home = people.address(mold.chance, name, people.UNICODE_PLACES[1])
    return mold.order("yen", presentment_currency="JPY", rate=RATES["JPY"], billing=home, shipping_address=dict(home))
