"""Lines and charges that are not just a product."""

from __future__ import annotations

from .. import people
from ..spec import LineSpec, OrderSpec
from .mold import US_TAX, Mold, code, shape


@shape
def tip(mold: Mold) -> OrderSpec:
    """A tip: a line without variant that is neither taxed nor shipped."""
    lines = [*mold.lines(2), LineSpec(1, 350, "Tip", is_tip=True, requires_shipping=False)]
    return mold.order("tip", lines)


@shape
def gift_card_product(mold: Mold) -> OrderSpec:
    """A gift card is sold: no tax, no shipping, no discount on it."""
    card = mold.line(mold.goods.by_sku["GIFT-50"], 1, taxes=[], is_gift_card=True, requires_shipping=False)
    return mold.order("gift_card_product", [mold.line(), card], discounts=[code("SAVE", "percentage", "0.2")])


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
def zero_price(mold: Mold) -> OrderSpec:
    """A free sample beside a paid line."""
    return mold.order("zero_price", [mold.line(), mold.line(price=0, quantity=1)])


@shape
def same_variant_twice(mold: Mold) -> OrderSpec:
    """One variant on two lines, told apart by engraving and price."""
    variant = mold.chance.choice(mold.goods.variants)
    return mold.order(
        "same_variant_twice",
        [
            mold.line(variant, 2),
            mold.line(variant, 1, price=variant["price"] + 500, attributes={"Engraving": "ZOË"}),
        ],
    )


@shape
def many_lines(mold: Mold) -> OrderSpec:
    """More lines than a page holds: 300 unless told otherwise."""
    count = mold.line_count or 300
    lines = [mold.line(mold.goods.variants[i % len(mold.goods.variants)], 1) for i in range(count)]
    return mold.order("many_lines", lines, discounts=[code("BULK", "fixed", 1234)])


@shape
def unknown_sku(mold: Mold) -> OrderSpec:
    """A variant that only the shop knows."""
    return mold.order("unknown_sku", [mold.line(), mold.line(mold.goods.by_sku["SHOP-ONLY-1"], 1)])


@shape
def missing_sku(mold: Mold) -> OrderSpec:
    """A variant without SKU and barcode."""
    return mold.order("missing_sku", [mold.line(mold.goods.by_sku[""], 1)])


@shape
def deleted_variant(mold: Mold) -> OrderSpec:
    """The variant was deleted after the purchase: SKU kept, variant null."""
    variant = mold.chance.choice(mold.goods.variants)
    return mold.order("deleted_variant", [mold.line(variant, 1, known_variant=False)])


@shape
def custom_line(mold: Mold) -> OrderSpec:
    """A line typed by hand: no variant, no SKU."""
    return mold.order(
        "custom_line",
        [
            mold.line(),
            LineSpec(1, 2500, "Gift wrapping", taxes=list(US_TAX)),
        ],
        source="shopify_draft_order",
    )


@shape
def bundle(mold: Mold) -> OrderSpec:
    """A native bundle: only its components stand on the order."""
    parts = [mold.line(variant, 2, group=0) for variant in mold.chance.sample(mold.goods.variants, 2)]
    return mold.order(
        "bundle",
        [*parts, mold.line()],
        groups=[
            {"title": "Desk set", "quantity": 2, "variantId": None, "variantSku": "HUB-SET-1"},
        ],
    )
