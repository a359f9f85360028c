"""What the parts of an order share: its ledger, its taxes, how tax is stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ...connector_oms.lib.documents import TaxAmount
from .ledger import Ledger, TaxKey
from .parties import country_code
from .values import ZERO, decimal, quantum, shop_amount, text


class OrderMoney:
    """How to read the amounts of one order, all in the shop's currency.

    :param order: GraphQL order with all its lines
    :param ledger: its balances, None where the lines tell everything
    """

    def __init__(self, order: Mapping[str, Any], ledger: Ledger | None = None):
        self.order = order
        self.ledger = ledger or Ledger()
        #: amounts of lines contain their taxes
        self.included = bool(order.get("taxesIncluded"))
        #: the smallest amount of the shop's currency
        self.quantum = quantum(text(order.get("currencyCode")))
        place = order.get("shippingAddress") or order.get("billingAddress") or {}
        self._country = country_code(place.get("countryCodeV2"))

    def amount(self, name: str) -> Decimal:
        """A MoneyBag of the order, in the shop's currency; 0 where it has none."""
        return shop_amount(self.order.get(name))

    def tax_lines(self, lines: Iterable[Mapping[str, Any]] | None) -> tuple[TaxAmount, ...]:
        """Taxes of something that nothing was taken away from, as Shopify lists them."""
        return tuple(self._tax(*tax_key(line), shop_amount(line.get("priceSet"))) for line in lines or ())

    def balances(self, taxes: Mapping[TaxKey, Decimal]) -> tuple[TaxAmount, ...]:
        """Taxes out of the ledger."""
        return tuple(self._tax(title, rate, amount) for (title, rate), amount in taxes.items())

    def _tax(self, title: str, rate: Decimal, amount: Decimal) -> TaxAmount:
        return TaxAmount(
            title=title,
            rate=rate,
            amount=amount,
            included=self.included,
            country_code=self._country,
        )


def tax_key(line: Mapping[str, Any]) -> TaxKey:
    """What tells the taxes of one line apart."""
    return text(line.get("title")), decimal(line.get("rate"))


def tax_map(lines: Iterable[Mapping[str, Any]] | None) -> dict[TaxKey, Decimal]:
    """Tax lines as (title, rate) -> amount."""
    found: dict[TaxKey, Decimal] = {}
    for line in lines or ():
        key = tax_key(line)
        found[key] = found.get(key, ZERO) + shop_amount(line.get("priceSet"))
    return found


def split(amount: Decimal, weights: list[Decimal], smallest: Decimal) -> list[Decimal]:
    """``amount`` by weight, exactly: the last part takes the remainder.

    :param weights: positive
    :param smallest: the currency's smallest amount, which the other parts are rounded to
    """
    whole = sum(weights, ZERO)
    parts = [(amount * weight / whole).quantize(smallest) for weight in weights[:-1]]
    return [*parts, amount - sum(parts, ZERO)]
