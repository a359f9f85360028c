"""Goods that come back, and money that goes back."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from .base import Amount, Document, ExternalId, Quantity, Timestamp
from .order_tax import TaxAmount

Reason = Literal[
    "unwanted",
    "defective",
    "wrong_item",
    "not_as_described",
    "size_too_small",
    "size_too_large",
    "color",
    "style",
    "other",
]


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


class ReturnExchange(Document):
    """Goods that the customer is to get instead of those that come back.

    :param product_id: the channel's id of what is sold, as of ``Product.external_id``; ""
        for something that it does not list
    :param line_ids: lines of the order that it became; empty while it is not sent yet
    """

    external_id: ExternalId
    product_id: str = ""
    quantity: Quantity
    line_ids: tuple[str, ...] = ()


class Return(Document):
    """An announcement that goods come back."""

    external_id: ExternalId
    name: str
    status: Literal["requested", "open", "closed", "declined", "cancelled"]
    requested_at: Timestamp
    lines: tuple[ReturnLine, ...]
    exchanges: tuple[ReturnExchange, ...] = ()


class ReturnRequestLine(Document):
    """Units of one order line that a return is asked for.

    :param reason: why, in words that channels share
    """

    line_id: ExternalId
    quantity: int = Field(gt=0)
    reason: Reason = "other"
    note: str = ""


class ReturnRequestExchange(Document):
    """Goods that are to be sent instead of those that come back.

    :param product_id: the channel's id of what is sold, as of ``Product.external_id``
    """

    product_id: ExternalId
    quantity: int = Field(gt=0)


class ReturnRequest(Document):
    """A return that is to be entered at the channel.

    :param reference: ours; the channel keeps it where its return can be found by it
    """

    reference: ExternalId
    order_id: ExternalId
    requested_at: Timestamp
    lines: tuple[ReturnRequestLine, ...] = Field(min_length=1)
    exchanges: tuple[ReturnRequestExchange, ...] = ()


class ReturnStep(Document):
    """What is to become of a return at the channel.

    :param note: for the customer, where the channel passes one on
    """

    reference: ExternalId
    order_id: ExternalId
    return_id: ExternalId
    step: Literal["approve", "decline", "close"]
    note: str = ""


class ReturnPart(Document):
    """Units of a line of a return, or of what is sent instead, by the channel's id of it."""

    external_id: ExternalId
    quantity: int = Field(gt=0)


class ReturnExecution(Document):
    """An exchange that is to take place: goods are taken off the order, others put on it.

    :param lines: what came back
    :param exchanges: what is sent
    """

    reference: ExternalId
    order_id: ExternalId
    return_id: ExternalId
    lines: tuple[ReturnPart, ...] = ()
    exchanges: tuple[ReturnPart, ...] = Field(min_length=1)


class RefundRequestLine(Document):
    """Units of one order line that are to be paid back."""

    line_id: ExternalId
    quantity: int = Field(gt=0)


class RefundRequest(Document):
    """Money that is to go back to a customer.

    :param reference: ours; the channel keeps it where its refund can be found by it
    :param key: UUID under which the channel does it once
    :param shipping: with what is left of the shipping
    :param amount: what it comes to, as the channel reckoned it for the person who decided, in
        the order's currency: another amount is not refunded
    """

    reference: ExternalId
    key: ExternalId
    order_id: ExternalId
    lines: tuple[RefundRequestLine, ...] = ()
    shipping: bool = False
    amount: Amount
    note: str = ""
