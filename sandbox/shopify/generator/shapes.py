"""Orders in all shapes that hurt, each under its name.

A shape is a function from a seeded ``Mold`` to an ``OrderSpec``. What happens to
an order before anyone imports it stands in ``steps``, in order:
``{"do": "edit" | "refund" | "cancel" | "fulfil" | "hold", ...}``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from . import people
from .build import build
from .ledger import NextId
from .spec import DiscountSpec, LineSpec, OrderSpec, PaymentSpec, ShippingSpec, TaxSpec

US_TAX = (TaxSpec("WA State Tax", Decimal("0.065")),)
US_TAXES = (
    TaxSpec("CA State Tax", Decimal("0.0725")),
    TaxSpec("Los Angeles County Tax", Decimal("0.0025")),
    TaxSpec("Los Angeles City Tax", Decimal("0.0075")),
)
VAT = (TaxSpec("VAT", Decimal("0.21")),)

#: units of presentment currency for one US dollar
RATES = {"USD": Decimal(1), "EUR": Decimal("0.9137"), "JPY": Decimal("149.83")}


@dataclass
class Mold:
    """What a shape draws from: a seeded source of chance and the catalogue."""

    chance: random.Random
    variants: Sequence[dict[str, Any]]
    specials: dict[str, dict[str, Any]]
    titles: dict[int, str]
    line_count: int | None = None
    taxes: list[TaxSpec] = field(default_factory=lambda: list(US_TAX))

    def line(self, variant: dict | None = None, quantity: int | None = None, **values) -> LineSpec:
        """A line of a (random) variant at its catalogue price."""
        variant = variant or self.chance.choice(self.variants)
        return LineSpec(
            quantity=quantity or self.chance.choice((1, 1, 1, 2, 2, 3, 5)),
            **{"price": variant["price"], "title": self.titles[variant["product"]],
               "variant": variant, "taxes": list(self.taxes), **values},
        )

    def lines(self, count: int | None = None) -> list[LineSpec]:
        """Lines of different variants."""
        count = count or self.line_count or self.chance.randrange(1, 5)
        picked = self.chance.sample(self.variants, min(count, len(self.variants)))
        return [self.line(variant) for variant in picked]

    def order(self, shape: str, lines: list[LineSpec] | None = None, **values) -> OrderSpec:
        """A paid order of a named customer with taxed shipping, unless told otherwise."""
        name = self.chance.choice(people.NAMES)
        home = people.address(self.chance, name)
        buyer = people.customer(self.chance, name)
        defaults = {
            "customer": buyer, "email": buyer["email"], "billing": home,
            "shipping_address": dict(home), "lines": lines or self.lines(),
            "shipping": [ShippingSpec("Standard", "STANDARD", 595, list(self.taxes))],
        }
        return OrderSpec(shape=shape, **{**defaults, **values})


Shape = Callable[[Mold], OrderSpec]
SHAPES: dict[str, Shape] = {}


def shape(function: Shape) -> Shape:
    """Register a shape under the function's name."""
    SHAPES[function.__name__] = function
    return function


def generate(
    name: str, seed: int | str, data: dict[str, Any], ids: NextId, when: str,
    line_count: int | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An order of a shape and the steps that happen to it before it is imported.

    :param data: a catalogue as ``catalogue()`` makes it
    :param ids: gives the next id of a kind
    :param when: moment of the purchase, RFC 3339
    :param line_count: lines of shapes that leave it open
    :raises KeyError: no such shape
    """
    function = SHAPES[name]
    by_sku = {variant["sku"]: variant for variant in data["variants"]}
    ordinary = [v for v in data["variants"] if v["sku"].startswith("HUB-")]
    titles = {product["id"]: product["title"] for product in data["products"]}
    mold = Mold(random.Random(f"{name}/{seed}"), ordinary, by_sku, titles, line_count)
    spec = function(mold)
    return build(spec, ids, when), spec.steps


def _code(title: str, kind: str, value: str | int, **values) -> DiscountSpec:
    return DiscountSpec(title, kind, Decimal(value), **values)


@shape
def plain(mold: Mold) -> OrderSpec:
    """Several variants, one tax, paid by card."""
    return mold.order("plain")


@shape
def percentage_discount(mold: Mold) -> OrderSpec:
    """A code for a third-ish percentage on everything: cents do not divide."""
    value = mold.chance.choice(("0.15", "0.333", "0.125", "0.07"))
    return mold.order("percentage_discount", mold.lines(3),
                      discounts=[_code("SAVE", "percentage", value)])


@shape
def fixed_discount(mold: Mold) -> OrderSpec:
    """An amount off, spread across lines to the cent."""
    return mold.order("fixed_discount", mold.lines(3),
                      discounts=[_code("TENOFF", "fixed", mold.chance.choice((1000, 701, 1)))])


@shape
def line_discount(mold: Mold) -> OrderSpec:
    """A manual discount on the first line only, plus an automatic one on all."""
    return mold.order("line_discount", mold.lines(3), discounts=[
        _code("Damaged box", "fixed", 150, lines=(0,), origin="manual"),
        _code("Spring", "percentage", "0.1", origin="automatic"),
    ])


@shape
def shipping_discount(mold: Mold) -> OrderSpec:
    """Half of the shipping price off."""
    return mold.order("shipping_discount",
                      discounts=[_code("HALFSHIP", "percentage", "0.5", target="shipping")])


@shape
def free_shipping(mold: Mold) -> OrderSpec:
    """Shipping charged and discounted to nothing."""
    return mold.order("free_shipping",
                      discounts=[_code("FREESHIP", "percentage", "1", target="shipping")])


def _european(mold: Mold, shape_name: str, **values) -> OrderSpec:
    mold.taxes = list(VAT)
    name = mold.chance.choice(people.NAMES)
    home = people.address(mold.chance, name, mold.chance.choice(people.EU_PLACES))
    return mold.order(shape_name, billing=home, shipping_address=dict(home),
                      taxes_included=True, **values)


@shape
def tax_included(mold: Mold) -> OrderSpec:
    """Prices contain the tax, with a discount on top."""
    return _european(mold, "tax_included", discounts=[_code("WELCOME", "percentage", "0.1")])


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
def guest(mold: Mold) -> OrderSpec:
    """No customer record, only an e-mail address."""
    return mold.order("guest", customer=None, email=f"guest{mold.chance.randrange(999)}@x.example")


@shape
def nameless(mold: Mold) -> OrderSpec:
    """A customer and addresses without any name."""
    home = people.address(mold.chance, ("", ""))
    buyer = people.customer(mold.chance, ("", ""), key=mold.chance.randrange(1000))
    return mold.order("nameless", customer=buyer, email=None, phone="+12065550199",
                      billing=None, shipping_address=home)


@shape
def company(mold: Mold) -> OrderSpec:
    """A B2B order with branch and purchase order number, to be paid later."""
    order = mold.order("company", po_number=f"PO-{mold.chance.randrange(10000):05d}",
                       company=people.company(mold.chance), payments=[])
    order.billing["company"] = order.shipping_address["company"] = order.company["name"]
    return order


@shape
def tip(mold: Mold) -> OrderSpec:
    """A tip: a line without variant that is neither taxed nor shipped."""
    lines = [*mold.lines(2), LineSpec(1, 350, "Tip", is_tip=True, requires_shipping=False)]
    return mold.order("tip", lines)


@shape
def gift_card_payment(mold: Mold) -> OrderSpec:
    """Partly paid with a gift card."""
    return mold.order("gift_card_payment", payments=[
        PaymentSpec(gateway="gift_card", amount=500), PaymentSpec(),
    ])


@shape
def gift_card_product(mold: Mold) -> OrderSpec:
    """A gift card is sold: no tax, no shipping, no discount on it."""
    card = mold.line(mold.specials["GIFT-50"], 1, taxes=[], is_gift_card=True,
                     requires_shipping=False)
    return mold.order("gift_card_product", [mold.line(), card],
                      discounts=[_code("SAVE", "percentage", "0.2")])


@shape
def duties(mold: Mold) -> OrderSpec:
    """Import duties on lines that go abroad."""
    lines = [mold.line(duties=[("940520", "CN", 312)]), mold.line(duties=[("691110", "PT", 95)])]
    name = mold.chance.choice(people.NAMES)
    away = people.address(mold.chance, name, people.EU_PLACES[1])
    return mold.order("duties", lines, shipping_address=away)


@shape
def additional_fees(mold: Mold) -> OrderSpec:
    """A taxed fee on the order that is no line."""
    return mold.order("additional_fees", fees=[("Retail delivery fee", 29, list(US_TAX))])


@shape
def cash_rounding(mold: Mold) -> OrderSpec:
    """Paid in cash in a shop, rounded to five cents."""
    return mold.order("cash_rounding", shipping=[], source="pos",
                      payments=[PaymentSpec(gateway="cash", rounding=-2)])


@shape
def zero_price(mold: Mold) -> OrderSpec:
    """A free sample beside a paid line."""
    return mold.order("zero_price", [mold.line(), mold.line(price=0, quantity=1)])


@shape
def free_order(mold: Mold) -> OrderSpec:
    """Everything discounted away: nothing to pay, no transaction."""
    return mold.order("free_order", shipping=[], payments=[],
                      discounts=[_code("FRIEND", "percentage", "1")])


@shape
def same_variant_twice(mold: Mold) -> OrderSpec:
    """One variant on two lines, told apart by engraving and price."""
    variant = mold.chance.choice(mold.variants)
    return mold.order("same_variant_twice", [
        mold.line(variant, 2),
        mold.line(variant, 1, price=variant["price"] + 500, attributes={"Engraving": "ZOË"}),
    ])


@shape
def many_lines(mold: Mold) -> OrderSpec:
    """More lines than a page holds: 300 unless told otherwise."""
    count = mold.line_count or 300
    lines = [mold.line(mold.variants[i % len(mold.variants)], 1) for i in range(count)]
    return mold.order("many_lines", lines, discounts=[_code("BULK", "fixed", 1234)])


@shape
def foreign_currency(mold: Mold) -> OrderSpec:
    """The buyer pays in euros, the shop counts in dollars."""
    return _european(mold, "foreign_currency", presentment_currency="EUR", rate=RATES["EUR"],
                     discounts=[_code("WELCOME", "percentage", "0.1")])


@shape
def yen(mold: Mold) -> OrderSpec:
    """The buyer's currency has no cents."""
    name = people.UNICODE_NAMES[1]
    home = people.address(mold.chance, name, people.UNICODE_PLACES[1])
    return mold.order("yen", presentment_currency="JPY", rate=RATES["JPY"], billing=home,
                      shipping_address=dict(home))


@shape
def unknown_sku(mold: Mold) -> OrderSpec:
    """A variant that only the shop knows."""
    return mold.order("unknown_sku", [mold.line(), mold.line(mold.specials["SHOP-ONLY-1"], 1)])


@shape
def missing_sku(mold: Mold) -> OrderSpec:
    """A variant without SKU and barcode."""
    return mold.order("missing_sku", [mold.line(mold.specials[""], 1)])


@shape
def deleted_variant(mold: Mold) -> OrderSpec:
    """The variant was deleted after the purchase: SKU kept, variant null."""
    variant = mold.chance.choice(mold.variants)
    return mold.order("deleted_variant", [mold.line(variant, 1, known_variant=False)])


@shape
def custom_line(mold: Mold) -> OrderSpec:
    """A line typed by hand: no variant, no SKU."""
    return mold.order("custom_line", [
        mold.line(), LineSpec(1, 2500, "Gift wrapping", taxes=list(US_TAX)),
    ], source="shopify_draft_order")


@shape
def bundle(mold: Mold) -> OrderSpec:
    """A native bundle: only its components stand on the order."""
    parts = [mold.line(variant, 2, group=0) for variant in mold.chance.sample(mold.variants, 2)]
    return mold.order("bundle", [*parts, mold.line()], groups=[
        {"title": "Desk set", "quantity": 2, "variantId": None, "variantSku": "HUB-SET-1"},
    ])


@shape
def unicode(mold: Mold) -> OrderSpec:
    """Names, addresses and notes beyond Latin-1."""
    name = mold.chance.choice(people.UNICODE_NAMES)
    home = people.address(mold.chance, name, mold.chance.choice(people.UNICODE_PLACES))
    return mold.order("unicode", customer=people.customer(mold.chance, name), billing=home,
                      shipping_address=dict(home), note="Bitte leise klingeln 🙏\n谢谢",
                      tags=["größe", "急ぎ"])


@shape
def unknown_state(mold: Mold) -> OrderSpec:
    """A province no list of states knows."""
    order = mold.order("unknown_state")
    order.shipping_address.update(province="Upper Nowhere", provinceCode="ZZX")
    return order


@shape
def no_country(mold: Mold) -> OrderSpec:
    """An address without country, state and postcode."""
    order = mold.order("no_country")
    order.shipping_address.update(country=None, countryCodeV2=None, province=None,
                                  provinceCode=None, zip=None)
    return order


@shape
def no_shipping_address(mold: Mold) -> OrderSpec:
    """Sold over the counter: nothing to send."""
    return mold.order("no_shipping_address", shipping_address=None, shipping=[], source="pos")


@shape
def risk_investigate(mold: Mold) -> OrderSpec:
    """Shopify asks to look at it before shipping."""
    return mold.order("risk_investigate", risk="INVESTIGATE")


@shape
def risk_cancel(mold: Mold) -> OrderSpec:
    """Shopify thinks it is fraud."""
    return mold.order("risk_cancel", risk="CANCEL")


@shape
def payment_pending(mold: Mold) -> OrderSpec:
    """A bank transfer that has not come yet."""
    return mold.order("payment_pending", payments=[
        PaymentSpec(gateway="Bank Deposit", status="PENDING"),
    ])


@shape
def payment_authorized(mold: Mold) -> OrderSpec:
    """Money is reserved, not captured."""
    return mold.order("payment_authorized", payments=[PaymentSpec(kind="AUTHORIZATION")])


@shape
def partially_paid(mold: Mold) -> OrderSpec:
    """A deposit was paid."""
    return mold.order("partially_paid", payments=[PaymentSpec(share=Decimal("0.4"))])


@shape
def edited(mold: Mold) -> OrderSpec:
    """A unit added, another removed, before anyone imported it."""
    lines = [mold.line(quantity=2), mold.line(quantity=3)]
    return mold.order("edited", lines, discounts=[_code("SAVE", "percentage", "0.15")], steps=[
        {"do": "edit", "changes": [[0, 1], [1, -2]]},
    ])


@shape
def edited_line_removed(mold: Mold) -> OrderSpec:
    """A whole line removed by an edit: it stays with nothing left of it."""
    return mold.order("edited_line_removed", [mold.line(quantity=1), mold.line(quantity=2)],
                      steps=[{"do": "edit", "changes": [[1, -2]]}])


@shape
def edited_line_added(mold: Mold) -> OrderSpec:
    """A line added by an edit, not paid yet."""
    return mold.order("edited_line_added", steps=[{"do": "edit", "add": 1}])


@shape
def cancelled(mold: Mold) -> OrderSpec:
    """Cancelled and refunded before import."""
    return mold.order("cancelled", steps=[{"do": "cancel", "reason": "CUSTOMER"}])


@shape
def partially_refunded(mold: Mold) -> OrderSpec:
    """One unit refunded before import, uneven shares of discount and tax with it."""
    return mold.order("partially_refunded", [mold.line(quantity=3), mold.line(quantity=1)],
                      discounts=[_code("SAVE", "percentage", "0.1")],
                      steps=[{"do": "refund", "lines": [[0, 1]]}])


@shape
def refund_pending(mold: Mold) -> OrderSpec:
    """A refund whose money has not moved yet."""
    return mold.order("refund_pending", [mold.line(quantity=2)], steps=[
        {"do": "refund", "lines": [[0, 1]], "payment": "PENDING"},
    ])


@shape
def amount_refunded(mold: Mold) -> OrderSpec:
    """Money given back without goods: an adjustment on the ledger."""
    return mold.order("amount_refunded", steps=[{"do": "refund", "adjustment": 123}])


@shape
def shipping_refunded(mold: Mold) -> OrderSpec:
    """Shipping with its tax refunded, the goods kept."""
    return mold.order("shipping_refunded", steps=[{"do": "refund", "shipping": True}])


@shape
def partially_fulfilled(mold: Mold) -> OrderSpec:
    """One unit of the first line shipped before import."""
    return mold.order("partially_fulfilled", [mold.line(quantity=3), mold.line(quantity=2)],
                      steps=[{"do": "fulfil", "lines": [[0, 1]]}])


@shape
def multi_location(mold: Mold) -> OrderSpec:
    """Its lines are assigned to different locations."""
    return mold.order("multi_location", mold.lines(4), spread=True)


@shape
def on_hold(mold: Mold) -> OrderSpec:
    """Its fulfilment order is on hold."""
    return mold.order("on_hold", steps=[
        {"do": "hold", "reason": "INCORRECT_ADDRESS", "notes": "Street number is missing"},
    ])


@shape
def test_order(mold: Mold) -> OrderSpec:
    """Placed with the test gateway."""
    return mold.order("test_order", test=True, payments=[PaymentSpec(gateway="bogus")])
