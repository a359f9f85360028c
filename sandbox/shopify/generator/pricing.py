"""Shopify's arithmetic: exact allocations, tax rounded per line, then summed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ..money import DIGITS, Money, allocate, round_half_up
from .spec import DiscountSpec, OrderSpec, TaxSpec


class Exchange:
    """Turns minor units of the shop's currency into both currencies."""

    def __init__(self, spec: OrderSpec):
        self.currency = spec.currency
        self.presentment = spec.presentment_currency
        shift = DIGITS.get(self.presentment, 2) - DIGITS.get(self.currency, 2)
        self.rate = spec.rate * Decimal(10) ** shift

    def money(self, units: int) -> Money:
        """An amount as the buyer and the shop see it."""
        shown = round_half_up(units * self.rate)
        return Money(units, self.currency, shown, self.presentment)

    def pair(self, shop: int, presentment: int) -> Money:
        """An amount whose two sides were computed apart."""
        return Money(shop, self.currency, presentment, self.presentment)


def tax_lines(net: Money, taxes: Sequence[TaxSpec], included: bool) -> list[tuple[TaxSpec, Money]]:
    """The taxes of one line, each rounded on its own.

    :param net: the line after all discounts; contains the taxes when ``included``
    """
    whole = 1 + sum((tax.rate for tax in taxes), Decimal(0)) if included else Decimal(1)
    return [
        (
            tax,
            net._replace(
                shop=round_half_up(net.shop * tax.rate / whole),
                presentment=round_half_up(net.presentment * tax.rate / whole),
            ),
        )
        for tax in taxes
    ]


def discount_shares(discount: DiscountSpec, bases: Sequence[Money], exchange: Exchange) -> list[Money]:
    """What a discount takes off each of the amounts it is for.

    :param bases: what is left of each line before this discount
    """
    sides = []
    for side in (0, 2):
        weights = [max(0, base[side]) for base in bases]
        if discount.kind == "percentage":
            amount = round_half_up(sum(weights) * discount.value)
        else:
            fixed = int(discount.value)
            amount = fixed if side == 0 else exchange.money(fixed).presentment
        sides.append(allocate(min(amount, sum(weights)), weights))
    return [exchange.pair(shop, shown) for shop, shown in zip(*sides, strict=True)]


def discount_sides(amount: Money, rates: Decimal, included: bool) -> tuple[Money, Money]:
    """A discount before and after taxes, as a ``Sale`` reports it."""
    factor = 1 + rates
    if included:
        before = amount._replace(
            shop=round_half_up(amount.shop / factor),
            presentment=round_half_up(amount.presentment / factor),
        )
        return before, amount
    after = amount._replace(
        shop=round_half_up(amount.shop * factor),
        presentment=round_half_up(amount.presentment * factor),
    )
    return amount, after
