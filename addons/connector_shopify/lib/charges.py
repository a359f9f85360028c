"""What an order costs beside its products, and what Shopify says that it comes to.

Nothing is balanced in silence: ``totals`` are Shopify's own figures, and the consumer
holds the sums of lines and charges against them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...connector_oms.lib.documents import Charge, OrderLine, Totals
from .ledger import Balance, TaxKey
from .money import OrderMoney, split, tax_map
from .values import ZERO, nodes, shop_amount, text

Lines = Sequence[Mapping[str, Any]]


def charges_and_totals(money: OrderMoney, lines: Iterable[OrderLine]) -> tuple[tuple[Charge, ...], Totals]:
    """The charges of an order and its totals.

    :param lines: the order's product lines
    """
    charges = [*_shipping(money), *_tips(money), *_duties(money), *_fees(money)]
    extra, total = _beyond(money, [*lines, *charges])
    charges += extra
    # Shopify states shipping by itself, but has no one figure for all other charges
    others = sum((part.net_amount for part in charges if part.kind != "shipping"), ZERO)
    totals = Totals(
        lines=money.amount("currentSubtotalPriceSet"),
        charges=money.amount("currentShippingPriceSet") + others,
        tax=money.amount("currentTotalTaxSet"),
        total=total,
    )
    return tuple(charges), totals


def _shipping(money: OrderMoney) -> list[Charge]:
    """Shipping lines at their current price, also free ones: they say how to ship."""
    lines = nodes(money.order.get("shippingLines"))
    refunds = _shipping_refunds(money, lines)
    charges = []
    for index, line in enumerate(lines):
        identifier = text(line.get("id"))
        balance = money.ledger.shipping.get(identifier) if identifier else None
        taxes = dict(balance.taxes) if balance else tax_map(line.get("taxLines"))
        for key, amount in refunds.get(index, {}).items():
            taxes[key] = taxes.get(key, ZERO) + amount
        discounted = shop_amount(line.get("discountedPriceSet"))
        charges.append(
            Charge(
                external_id=identifier or f"shipping-{index + 1}",
                kind="shipping",
                title=text(line.get("title")),
                code=text(line.get("code")),
                net_amount=shop_amount(line.get("currentDiscountedPriceSet")),
                discount_amount=max(ZERO, shop_amount(line.get("originalPriceSet")) - discounted),
                taxes=money.balances(taxes),
            )
        )
    return charges


def _shipping_refunds(money: OrderMoney, lines: Lines) -> dict[int, dict[TaxKey, Decimal]]:
    """Taxes of shipping refunds, by the index of the line that they belong to.

    The ledger does not name the line that was refunded; the lines' own current prices
    tell. With several, the taxes go by what was refunded of each: their sum is exact
    in any case.
    """
    refund = money.ledger.shipping.get("")
    if refund is None or not lines:
        return {}
    taken = {}
    for index, line in enumerate(lines):
        before, now = line.get("discountedPriceSet"), line.get("currentDiscountedPriceSet")
        taken[index] = shop_amount(before) - shop_amount(now)
    taken = {index: amount for index, amount in taken.items() if amount > 0} or {0: Decimal(1)}
    found: dict[int, dict[TaxKey, Decimal]] = {index: {} for index in taken}
    for key, amount in refund.taxes.items():
        parts = split(amount, list(taken.values()), money.quantum)
        for index, part in zip(taken, parts, strict=True):
            found[index][key] = part
    return found


def _tips(money: OrderMoney) -> list[Charge]:
    if money.ledger.tips:
        return _balances(money, "tip", money.ledger.tips)
    return _stated(money, "tip", "totalTipReceivedSet")


def _duties(money: OrderMoney) -> list[Charge]:
    if money.order.get("dutiesIncluded"):
        return []  # contained in the lines' prices already
    if money.ledger.duties:
        return _balances(money, "duty", money.ledger.duties)
    return _stated(money, "duty", "currentTotalDutiesSet")


def _fees(money: OrderMoney) -> list[Charge]:
    if money.ledger.fees:
        return _balances(money, "fee", money.ledger.fees)
    return [
        Charge(
            external_id=fee["id"],
            kind="fee",
            title=text(fee.get("name")) or "Fee",
            net_amount=shop_amount(fee.get("price")),
            taxes=money.tax_lines(fee.get("taxLines")),
        )
        for fee in money.order.get("additionalFees") or ()
    ]


def _balances(money: OrderMoney, kind: str, balances: Mapping[str, Balance]) -> list[Charge]:
    """Charges out of the ledger; what was given back altogether is none."""
    return [
        _charge(money, identifier, kind, balance)
        for identifier, balance in balances.items()
        if balance.total or balance.tax
    ]


def _charge(money: OrderMoney, identifier: str, kind: str, balance: Balance) -> Charge:
    return Charge(
        external_id=identifier,
        kind=kind,
        title=balance.title or kind.capitalize(),
        net_amount=balance.net(money.included),
        taxes=money.balances(balance.taxes),
    )


def _stated(money: OrderMoney, kind: str, name: str) -> list[Charge]:
    """A charge that only the order itself states, without taxes."""
    amount = money.amount(name)
    if not amount:
        return []
    return [Charge(external_id=kind, kind=kind, title=kind.capitalize(), net_amount=amount)]


def _beyond(money: OrderMoney, parts: Sequence[OrderLine | Charge]) -> tuple[list[Charge], Decimal]:
    """Cash rounding and free amounts, and the total with them.

    A free amount (part of a refund that belongs to no line) may or may not change what
    the order comes to: Shopify's own total tells which, it is not assumed. What was
    refunded is in ``Order.refunded_amount`` in any case. Cash rounding is an
    adjustment of what was received (``CashRoundingAdjustment.paymentSet``), so the
    stated total is expected without it.

    :param parts: lines and all other charges
    """
    stated = money.amount("currentTotalPriceSet")
    rounding = shop_amount((money.order.get("totalCashRoundingAdjustment") or {}).get("paymentSet"))
    free = money.ledger.adjustment
    if not rounding and not free.total:
        return [], stated
    rest = stated - _sum(parts)
    charges = []
    if free.total and rest in (free.total, free.total + rounding):
        charges.append(_charge(money, "adjustment", "adjustment", free))
        rest -= free.total
    if rounding:
        charges.append(
            Charge(
                external_id="rounding",
                kind="rounding",
                title="Cash rounding",
                net_amount=rounding,
            )
        )
    return charges, stated if rest == rounding else stated + rounding


def _sum(parts: Iterable[OrderLine | Charge]) -> Decimal:
    """What lines and charges come to, with the taxes that their amounts do not contain."""
    total = ZERO
    for part in parts:
        total += part.net_amount
        total += sum((tax.amount for tax in part.taxes if not tax.included), ZERO)
    return total
