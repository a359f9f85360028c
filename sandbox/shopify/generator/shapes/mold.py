"""What every shape is cast in: chance, catalogue, everyday defaults.

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

from .. import people
from ..spec import DiscountSpec, LineSpec, OrderSpec, ShippingSpec, TaxSpec

US_TAX = (TaxSpec("WA State Tax", Decimal("0.065")),)
US_TAXES = (
    TaxSpec("CA State Tax", Decimal("0.0725")),
    TaxSpec("Los Angeles County Tax", Decimal("0.0025")),
    TaxSpec("Los Angeles City Tax", Decimal("0.0075")),
)
VAT = (TaxSpec("VAT", Decimal("0.21")),)

#: units of presentment currency for one US dollar
RATES = {"USD": Decimal(1), "EUR": Decimal("0.9137"), "JPY": Decimal("149.83")}


@dataclass(frozen=True)
class Goods:
    """A catalogue in the form that orders are drawn from.

    :param variants: what is sold every day, the ``HUB-`` ones
    :param by_sku: every variant
    :param titles: product id -> title
    """

    variants: Sequence[dict[str, Any]]
    by_sku: dict[str, dict[str, Any]]
    titles: dict[int, str]

    @classmethod
    def of(cls, data: dict[str, Any]) -> Goods:
        """The goods of a catalogue as ``catalogue()`` makes it."""
        variants = data["variants"]
        return cls(
            [variant for variant in variants if variant["sku"].startswith("HUB-")],
            {variant["sku"]: variant for variant in variants},
            {product["id"]: product["title"] for product in data["products"]},
        )


@dataclass
class Mold:
    """What a shape draws from: a seeded source of chance and the goods."""

    chance: random.Random
    goods: Goods
    line_count: int | None = None
    wanted: Sequence[tuple[str, int]] = ()
    taxes: list[TaxSpec] = field(default_factory=lambda: list(US_TAX))

    def line(self, variant: dict | None = None, quantity: int | None = None, **values) -> LineSpec:
        """A line of a (random) variant at its catalogue price."""
        variant = variant or self.chance.choice(self.goods.variants)
        return LineSpec(
            quantity=quantity or self.chance.choice((1, 1, 1, 2, 2, 3, 5)),
            **{
                "price": variant["price"],
                "title": self.goods.titles[variant["product"]],
                "variant": variant,
                "taxes": list(self.taxes),
                **values,
            },
        )

    def lines(self, count: int | None = None) -> list[LineSpec]:
        """Lines of different variants; of those that are wanted, where any are."""
        if self.wanted:
            return [self.line(self.goods.by_sku[sku], quantity) for sku, quantity in self.wanted]
        count = count or self.line_count or self.chance.randrange(1, 5)
        picked = self.chance.sample(self.goods.variants, min(count, len(self.goods.variants)))
        return [self.line(variant) for variant in picked]

    def order(self, shape: str, lines: list[LineSpec] | None = None, **values) -> OrderSpec:
        """A paid order of a named customer with taxed shipping, unless told otherwise."""
        name = self.chance.choice(people.NAMES)
        home = people.address(self.chance, name)
        buyer = people.customer(self.chance, name)
        defaults = {
            "customer": buyer,
            "email": buyer["email"],
            "billing": home,
            "shipping_address": dict(home),
            "lines": lines or self.lines(),
            "shipping": [ShippingSpec("Standard", "STANDARD", 595, list(self.taxes))],
        }
        return OrderSpec(shape=shape, **{**defaults, **values})


Shape = Callable[[Mold], OrderSpec]
SHAPES: dict[str, Shape] = {}


def shape(function: Shape) -> Shape:
    """Register a shape under the function's name."""
    SHAPES[function.__name__] = function
    return function


def code(title: str, kind: str, value: str | int, **values) -> DiscountSpec:
    """A discount by code, ``value`` as text or whole minor units."""
    return DiscountSpec(title, kind, Decimal(value), **values)
