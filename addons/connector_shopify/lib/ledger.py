"""The ledger of an order's money: every sale, edit, refund and return, signed.

``order.agreements.sales`` says, per line and per tax, what each event added or took
away, so the sum is what is left, to the cent, whatever happened to the order.
Admin API, objects ``SalesAgreement`` and ``Sale``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .values import ZERO, decimal, nodes, shop_amount, text

#: identity of a tax on one line: what it is called, at which rate
TaxKey = tuple[str, Decimal]


@dataclass
class Balance:
    """What the ledger comes to for one line, charge or kind of charge.

    :param total: taxes and discounts reckoned in, in the shop's currency
    :param taxes: (title, rate) -> amount
    """

    total: Decimal = ZERO
    taxes: dict[TaxKey, Decimal] = field(default_factory=dict)
    title: str = ""

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return sum(self.taxes.values(), ZERO)

    def net(self, taxes_included: bool) -> Decimal:
        """The amount as the order's lines state it: with its taxes or without."""
        return self.total if taxes_included else self.total - self.tax

    def add(self, sale: Mapping[str, Any]) -> None:
        """Reckon one sale in."""
        self.total += shop_amount(sale.get("totalAmount"))
        for tax in sale.get("taxes") or ():
            line = tax.get("taxLine") or {}
            key = (text(line.get("title")), decimal(line.get("rate")))
            self.taxes[key] = self.taxes.get(key, ZERO) + shop_amount(tax.get("amount"))


@dataclass
class Ledger:
    """The balances of an order by what they belong to.

    :param lines: LineItem id -> balance (products and gift cards)
    :param tips: LineItem id -> balance of a tip
    :param shipping: ShippingLine id -> balance; "" holds refunds of shipping, which
        name no line (``ShippingLineSale.shippingLine`` is absent on a return)
    :param duties: Duty id -> balance
    :param fees: id -> balance of fees and additional fees
    :param adjustment: amounts that belong to nothing: refunds of a free amount,
        differences between a refund and what was due
    """

    lines: dict[str, Balance] = field(default_factory=dict)
    tips: dict[str, Balance] = field(default_factory=dict)
    shipping: dict[str, Balance] = field(default_factory=dict)
    duties: dict[str, Balance] = field(default_factory=dict)
    fees: dict[str, Balance] = field(default_factory=dict)
    adjustment: Balance = field(default_factory=Balance)

    def add(self, sale: Mapping[str, Any]) -> None:
        """Reckon one sale in, where it belongs."""
        kind = sale.get("lineType")
        line = text((sale.get("lineItem") or {}).get("id"))
        if kind in ("PRODUCT", "GIFT_CARD") and line:
            self.lines.setdefault(line, Balance()).add(sale)
        elif kind == "TIP":
            self.tips.setdefault(line or "tip", Balance()).add(sale)
        elif kind == "SHIPPING":
            shipping = text((sale.get("shippingLine") or {}).get("id"))
            self.shipping.setdefault(shipping, Balance()).add(sale)
        elif kind == "DUTY":
            self._named(self.duties, sale.get("duty"), "duty").add(sale)
        elif kind in ("FEE", "ADDITIONAL_FEE"):
            fee = sale.get("additionalFee") or sale.get("fee")
            self._named(self.fees, fee, "fee").add(sale)
        else:
            self.adjustment.add(sale)

    @staticmethod
    def _named(balances: dict[str, Balance], thing: Any, fallback: str) -> Balance:
        thing = thing or {}
        balance = balances.setdefault(text(thing.get("id")) or fallback, Balance())
        code = text(thing.get("harmonizedSystemCode"))
        balance.title = text(thing.get("name")) or (f"Duty {code}" if code else balance.title)
        return balance


def read_ledger(agreements: Iterable[Mapping[str, Any]]) -> Ledger:
    """The balances of all agreements of an order (``sales`` as a list)."""
    ledger = Ledger()
    for agreement in agreements:
        for sale in agreement.get("sales") or ():
            ledger.add(sale)
    return ledger


def needs_ledger(order: Mapping[str, Any]) -> bool:
    """Whether the lines of an order no longer tell what it comes to.

    True after edits, refunds, removals and returns, for tips (their line is known by
    the ledger only), duties and fees (their taxes stand there only), and whenever the
    lines do not add up to what Shopify says.

    :param order: GraphQL order with all its lines
    """
    lines, shipping = nodes(order.get("lineItems")), nodes(order.get("shippingLines"))
    return bool(
        order.get("edited")
        or any(shop_amount(order.get(name)) for name in _LEDGER_AMOUNTS)
        or any(line.get("currentQuantity") != line.get("quantity") for line in lines)
        or any(
            shop_amount(line.get("currentDiscountedPriceSet")) != shop_amount(line.get("discountedPriceSet"))
            for line in shipping
        )
        or shop_amount(order.get("currentTotalPriceSet")) != shop_amount(order.get("totalPriceSet"))
        or sum((untouched_net(line) for line in lines), ZERO) != shop_amount(order.get("currentSubtotalPriceSet"))
    )


_LEDGER_AMOUNTS = (
    "totalRefundedSet",
    "totalTipReceivedSet",
    "originalTotalDutiesSet",
    "currentTotalDutiesSet",
    "originalTotalAdditionalFeesSet",
    "currentTotalAdditionalFeesSet",
)


def untouched_net(line: Mapping[str, Any]) -> Decimal:
    """Exact amount of a line that nothing was taken away from: total less its discounts.

    Never from a unit price: a rounded one, times the quantity, is off by a cent for
    half of all discounted lines.
    """
    return shop_amount(line.get("originalTotalSet")) - line_discount(line)


def line_discount(line: Mapping[str, Any]) -> Decimal:
    """What all discounts together took off a line or shipping line, positive."""
    allocations = line.get("discountAllocations") or ()
    return sum((shop_amount(part.get("allocatedAmountSet")) for part in allocations), ZERO)
