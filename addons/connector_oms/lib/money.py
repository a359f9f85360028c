"""Arithmetic of orders, exact: what a document's amounts must add up to.

Everything is ``Decimal``; floats begin where Odoo's fields begin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .documents import Charge, Order, OrderLine, RefundLine, TaxAmount

ZERO = Decimal(0)


@dataclass(frozen=True)
class Difference:
    """Two amounts that should be the same.

    :param what: ``lines``, ``charges``, ``tax``, ``total``, or a line's external id
    :param expected: the channel's amount, in the order's currency
    :param found: what it comes to
    """

    what: str
    expected: Decimal
    found: Decimal


def included_tax(taxes: Iterable[TaxAmount]) -> Decimal:
    """The part of a net amount that is tax."""
    return sum((tax.amount for tax in taxes if tax.included), ZERO)


def untaxed(part: OrderLine | Charge) -> Decimal:
    """What a line or charge comes to without any tax."""
    return part.net_amount - included_tax(part.taxes)


def tax_total(part: OrderLine | Charge | RefundLine) -> Decimal:
    """All taxes of a line or charge, included or not."""
    return sum((tax.amount for tax in part.taxes), ZERO)


def parts(order: Order) -> list[OrderLine | Charge]:
    """The lines and charges of an order, in its order."""
    return [*order.lines, *order.charges]


def owes_nothing(order: Order) -> bool:
    """Whether nothing is left of an order: no units, no charges."""
    return not any(line.quantity for line in order.lines) and not any(
        charge.net_amount or tax_total(charge) for charge in order.charges
    )


def document_differences(order: Order, tolerance: Decimal = ZERO) -> list[Difference]:
    """Where a document's totals are not the sums of its parts.

    :param tolerance: differences up to this amount are let pass
    """
    lines = sum((line.net_amount for line in order.lines), ZERO)
    charges = sum((charge.net_amount for charge in order.charges), ZERO)
    tax = sum((tax_total(part) for part in parts(order)), ZERO)
    on_top = tax - sum((included_tax(part.taxes) for part in parts(order)), ZERO)
    said = order.totals
    pairs = [
        Difference("lines", said.lines, lines),
        Difference("charges", said.charges, charges),
        Difference("tax", said.tax, tax),
        Difference("total", said.total, lines + charges + on_top),
    ]
    return [pair for pair in pairs if abs(pair.expected - pair.found) > tolerance]


def quantum(digits: int) -> Decimal:
    """The smallest amount of a currency with ``digits`` decimal places."""
    return Decimal(1).scaleb(-digits)


def share(total: Decimal, before: Decimal, now: Decimal, whole: Decimal, digits: int) -> Decimal:
    """The part of ``total`` that falls on ``now`` units when ``before`` were settled.

    Reckoned from the running sum, so that the shares of any sequence of partial
    documents add up to ``total`` to the cent and the last one takes the remainder.

    :param before: units settled so far (may be negative after refunds)
    :param now: units of this document (negative on a refund)
    :param whole: units that ``total`` stands for
    :param digits: decimal places of the currency
    """
    if not whole:
        return ZERO
    return _running(total, before + now, whole, digits) - _running(total, before, whole, digits)


def _running(total: Decimal, units: Decimal, whole: Decimal, digits: int) -> Decimal:
    return (total * units / whole).quantize(quantum(digits), rounding=ROUND_HALF_UP)


def to_decimal(value: float, digits: int) -> Decimal:
    """An amount read from a float field, as the decimal it stands for."""
    return Decimal(repr(value)).quantize(quantum(digits), rounding=ROUND_HALF_UP)
