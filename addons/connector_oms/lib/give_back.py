"""An order as it would stand without some of its refunds. Pure.

A document says what is left of an order. What was credited by a credit note still stands
in Odoo's order: before both are compared, it is put back on the document.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from .documents import Charge, Order, OrderLine, Refund, RefundLine, TaxAmount
from .money import ZERO, tax_total


def without(document: Order, refunds: Iterable[Refund]) -> Order:
    """The document with everything that these refunds took off put back.

    A line of which nothing is left may be missing: it is there again then.
    """
    lines = {line.external_id: line for line in document.lines}
    charges = {charge.external_id: charge for charge in document.charges}
    on_lines = on_charges = taxes = total = ZERO
    for refund in refunds:
        for part in refund.lines:
            if part.kind == "line":
                lines[part.line_id] = _put_back(lines.get(part.line_id) or _empty_line(part), part)
                on_lines += part.net_amount
            else:
                charge = charges.get(part.line_id) or _of_kind(charges, part) or _empty_charge(part)
                charges[charge.external_id] = _put_back(charge, part)
                on_charges += part.net_amount
            taxes += tax_total(part)
        total += refund.amount
    said = document.totals
    totals = said.model_copy(
        update={
            "lines": said.lines + on_lines,
            "charges": said.charges + on_charges,
            "tax": said.tax + taxes,
            "total": said.total + total,
        }
    )
    return document.model_copy(
        update={"lines": tuple(lines.values()), "charges": tuple(charges.values()), "totals": totals}
    )


def _of_kind(charges: dict[str, Charge], part: RefundLine) -> Charge | None:
    """The charge that a refund of its kind most likely took from."""
    return next((charge for charge in charges.values() if charge.kind == part.kind), None)


def _empty_line(part: RefundLine) -> OrderLine:
    """A line of which nothing was left."""
    return OrderLine(
        external_id=part.line_id,
        title=part.title,
        ordered_quantity=part.quantity,
        quantity=ZERO,
        unit_price=part.net_amount / (part.quantity or 1),
        net_amount=ZERO,
    )


def _empty_charge(part: RefundLine) -> Charge:
    """A charge of which nothing was left."""
    return Charge(external_id=part.line_id or part.kind, kind=part.kind, title=part.title, net_amount=ZERO)


def _put_back(holder: OrderLine | Charge, part: RefundLine) -> OrderLine | Charge:
    values = {"net_amount": holder.net_amount + part.net_amount, "taxes": _sum(holder.taxes, part.taxes)}
    if isinstance(holder, OrderLine):
        values["quantity"] = holder.quantity + part.quantity
    return holder.model_copy(update=values)


def _sum(taxes: tuple[TaxAmount, ...], more: tuple[TaxAmount, ...]) -> tuple[TaxAmount, ...]:
    """Amounts of the same tax added up; what comes to nothing is left out."""
    found: dict[tuple[str, Decimal, bool], TaxAmount] = {}
    for tax in (*taxes, *more):
        key = (tax.title, tax.rate, tax.included)
        known = found.get(key)
        found[key] = known.model_copy(update={"amount": known.amount + tax.amount}) if known else tax
    return tuple(tax for tax in found.values() if tax.amount)
