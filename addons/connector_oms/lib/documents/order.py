"""A customer's order as it stands now at the channel."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from .base import Amount, CurrencyCode, Document, ExternalId, Quantity, Timestamp
from .order_tax import TaxAmount
from .party import Address, Customer
from .returns import Refund, Return


class OrderLine(Document):
    """A line, described by what is left of it after edits, refunds and removals.

    :param product_id: the channel's id of what was sold (variant), "" for a
        line typed by hand
    :param ordered_quantity: as first ordered
    :param quantity: what is owed now (ordered, less removed, less refunded)
    :param fulfilled_quantity: of ``quantity``, what the channel already counts
        as shipped
    :param removed_quantity: of ``ordered_quantity``, what was taken off before it was
        shipped; the rest that is missing was given back afterwards
    :param net_amount: exact amount of ``quantity`` after every discount, tax
        contained or not as ``TaxAmount.included`` says
    :param discount_amount: what the discounts took off, positive
    :param bundle_id: groups the lines that were sold as one bundle
    :param unit_code: the channel's code of the unit that quantities and ``unit_price``
        are in (a case, a kilogram); "" for the unit the product is kept in
    """

    external_id: ExternalId
    product_id: str = ""
    sku: str = ""
    title: str
    ordered_quantity: Quantity
    quantity: Quantity
    fulfilled_quantity: Quantity = Decimal(0)
    removed_quantity: Quantity = Decimal(0)
    unit_price: Amount
    net_amount: Amount
    discount_amount: Amount = Decimal(0)
    taxes: tuple[TaxAmount, ...] = ()
    requires_shipping: bool = True
    is_gift_card: bool = False
    bundle_id: str = ""
    bundle_title: str = ""
    unit_code: str = ""
    attributes: dict[str, str] = Field(default_factory=dict)


ChargeKind = Literal["shipping", "tip", "duty", "fee", "rounding", "adjustment"]


class Charge(Document):
    """Money on an order that is no product (``code``: the service, for shipping)."""

    external_id: ExternalId
    kind: ChargeKind
    title: str
    code: str = ""
    net_amount: Amount
    discount_amount: Amount = Decimal(0)
    taxes: tuple[TaxAmount, ...] = ()


class Discount(Document):
    """A discount as the customer saw it; its effect is already in the lines."""

    title: str
    code: str = ""
    value_type: Literal["percentage", "fixed"]
    value: Decimal
    target: Literal["lines", "shipping"] = "lines"


class Payment(Document):
    """One movement of money. ``amount`` is positive whatever the kind."""

    external_id: ExternalId
    kind: Literal["authorization", "capture", "sale", "refund", "void"]
    status: Literal["success", "pending", "failure"]
    gateway: str
    amount: Amount
    currency: CurrencyCode
    is_gift_card: bool = False
    processed_at: Timestamp | None = None


class Hold(Document):
    """A reason of the channel not to ship yet."""

    kind: Literal["payment", "fraud", "address", "channel"]
    reason: str


class Cancellation(Document):
    """The order was cancelled at the channel."""

    cancelled_at: Timestamp
    reason: str = ""


class Totals(Document):
    """What the channel says the current order comes to, in the order's currency."""

    lines: Amount
    charges: Amount = Decimal(0)
    tax: Amount
    total: Amount


FinancialStatus = Literal[
    "pending",
    "authorized",
    "partially_paid",
    "paid",
    "partially_refunded",
    "refunded",
    "voided",
    "expired",
]


class Order(Document):
    """An order, complete: a later one with a higher ``version`` replaces it.

    Every amount is in ``currency`` (the shop's, which accounting uses);
    what the customer saw is kept in the presentment fields. ``totals.lines`` is
    the sum of the lines' ``net_amount``, ``totals.charges`` of the charges',
    ``totals.tax`` of all taxes; ``total`` adds taxes that are not included.
    """

    external_id: ExternalId
    number: str
    version: Timestamp
    placed_at: Timestamp
    currency: CurrencyCode
    presentment_currency: CurrencyCode
    presentment_total: Amount
    customer: Customer | None = None
    email: str = ""
    phone: str = ""
    billing_address: Address | None = None
    shipping_address: Address | None = None
    lines: tuple[OrderLine, ...]
    charges: tuple[Charge, ...] = ()
    discounts: tuple[Discount, ...] = ()
    payments: tuple[Payment, ...] = ()
    holds: tuple[Hold, ...] = ()
    financial_status: FinancialStatus
    cancellation: Cancellation | None = None
    taxes_included: bool = False
    totals: Totals
    refunded_amount: Amount = Decimal(0)
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()
    po_number: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""
    is_test: bool = False
    location_id: str = ""


class CancellationRequest(Document):
    """Ask the channel to cancel an order that was cancelled in Odoo.

    :param reference: our name of the request, unique; a second request for the same
        order (after the first was refused) has another
    """

    reference: str = ""
    order_id: ExternalId
    reason: Literal["customer", "fraud", "inventory", "declined", "staff", "other"]
    restock: bool = True
    refund: bool = False
    notify_customer: bool = False
    staff_note: str = ""
