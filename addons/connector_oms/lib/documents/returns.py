"""Goods that come back, and money that goes back."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from .base import Amount, Document, ExternalId, Quantity, Timestamp
from .order_tax import TaxAmount


class RefundLine(Document):
    """A part of a refund. Amounts are positive where the customer gets money.

    :param kind: what it is given back for; the words of ``Charge.kind``, and "line"
    :param line_id: the order's line, "" where it belongs to none
    :param net_amount: exact, tax contained or not as ``TaxAmount.included`` says
    """

    kind: Literal["line", "shipping", "tip", "duty", "fee", "rounding", "adjustment"]
    line_id: str = ""
    title: str = ""
    quantity: Quantity = Decimal(0)
    net_amount: Amount
    taxes: tuple[TaxAmount, ...] = ()


class Refund(Document):
    """One event that took something off an order's money, as the channel booked it.

    :param external_id: of the booking; one refund may be booked in several
    :param refund_id: of the refund, "" where goods came back and no money moved yet
    :param return_id: of the return that it belongs to, "" for none
    :param amount: of all lines with their taxes, in the order's currency
    """

    external_id: ExternalId
    refund_id: str = ""
    return_id: str = ""
    refunded_at: Timestamp
    amount: Amount
    lines: tuple[RefundLine, ...]


class ReturnLine(Document):
    """Units of one order line that are to come back.

    :param reason: the channel's word for why
    """

    external_id: ExternalId
    line_id: str
    quantity: Quantity
    reason: str = ""
    note: str = ""


class Return(Document):
    """An announcement that goods come back."""

    external_id: ExternalId
    name: str
    status: Literal["requested", "open", "closed", "declined", "cancelled"]
    requested_at: Timestamp
    lines: tuple[ReturnLine, ...]
