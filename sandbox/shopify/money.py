"""Amounts in minor units of the shop's and the buyer's currency, never floats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

#: ISO 4217 currencies without the usual two decimals, as far as the sandbox uses them
DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "BHD": 3, "KWD": 3}


class Money(NamedTuple):
    """An amount as Shopify's MoneyBag carries it.

    :param shop: minor units of ``currency``, the shop's
    :param presentment: minor units of ``presentment_currency``, the buyer's
    """

    shop: int
    currency: str
    presentment: int
    presentment_currency: str

    def plus(self, other: Sequence, sign: int = 1) -> Money:
        """The sum with (``sign`` -1: the difference from) another amount."""
        return self._replace(shop=self.shop + sign * other[0], presentment=self.presentment + sign * other[2])

    def times(self, factor: int) -> Money:
        """The amount of ``factor`` units."""
        return self._replace(shop=self.shop * factor, presentment=self.presentment * factor)

    def zero(self) -> Money:
        """Nothing, in the same currencies."""
        return self._replace(shop=0, presentment=0)


def as_money(value: Sequence) -> Money:
    """Money out of its stored form, a list of four."""
    return value if isinstance(value, Money) else Money(*value)


def total(values: Iterable[Sequence], zero: Money) -> Money:
    """The sum of amounts in the currencies of ``zero``."""
    result = zero.zero()
    for value in values:
        result = result.plus(value)
    return result


def round_half_up(value: Decimal) -> int:
    """A number rounded to whole minor units, halves away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def part(value: Sequence, count: int, of: int) -> Money:
    """What of an amount for ``of`` units falls on the first ``count`` of them.

    Taken cumulatively (``part(k) - part(k - 1)`` for the k-th unit) the units
    add up to the amount exactly, whatever is removed first.
    """
    value = as_money(value)
    if not of:
        return value.zero()
    return value._replace(
        shop=round_half_up(Decimal(value.shop * count) / of),
        presentment=round_half_up(Decimal(value.presentment * count) / of),
    )


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split minor units by weight, exactly.

    What does not divide evenly is given out one unit at a time from the first
    line on, as the description of ``Sale`` in the Admin API says.
    """
    whole = sum(weights)
    if not whole or not amount:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    rest = amount - sum(shares)
    for index, weight in enumerate(weights):
        if rest <= 0:
            break
        if weight:
            shares[index] += 1
            rest -= 1
    return shares


def graphql_amount(units: int, currency: str) -> str:
    """Minor units as the Admin API's Decimal: no needless zeros, one digit at least."""
    text = rest_amount(units, currency)
    if "." not in text:
        return f"{text}.0"
    text = text.rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def rest_amount(units: int, currency: str) -> str:
    """Minor units as webhook payloads write them: all digits of the currency."""
    digits = DIGITS.get(currency, 2)
    return str(Decimal(units).scaleb(-digits).quantize(Decimal(1).scaleb(-digits)))


def to_units(amount: str | float | Decimal, currency: str) -> int:
    """Minor units of an amount as a client writes it."""
    return round_half_up(Decimal(str(amount)).scaleb(DIGITS.get(currency, 2)))


def bag(value: Sequence | None) -> dict | None:
    """A MoneyBag as GraphQL resolves it."""
    if value is None:
        return None
    shop, currency, presentment, presentment_currency = value
    return {
        "shopMoney": {"amount": graphql_amount(shop, currency), "currencyCode": currency},
        "presentmentMoney": {
            "amount": graphql_amount(presentment, presentment_currency),
            "currencyCode": presentment_currency,
        },
    }
