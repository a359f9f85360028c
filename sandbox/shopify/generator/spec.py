"""What an order is made from, before it is priced."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass
class TaxSpec:
    """A tax on a line. ``rate`` is a fraction."""

    title: str
    rate: Decimal


@dataclass
class DiscountSpec:
    """A discount application.

    :param value: fraction of the price (``percentage``) or minor units of the shop's
        currency (``fixed``)
    :param lines: indexes of the lines it is for; None for all of them
    :param target: ``lines`` or ``shipping``
    :param origin: ``code``, ``automatic``, ``manual`` or ``script``
    """

    title: str
    kind: str
    value: Decimal
    lines: tuple[int, ...] | None = None
    target: str = "lines"
    origin: str = "code"


@dataclass
class LineSpec:
    """A line to be priced.

    :param price: minor units of the shop's currency for one unit
    :param variant: a variant of the catalogue, None for a line typed by hand
    :param group: index of the bundle it belongs to
    :param duties: (HS code, country of origin, minor units) of each duty
    """

    quantity: int
    price: int
    title: str
    variant: dict[str, Any] | None = None
    sku: str | None = None
    taxes: list[TaxSpec] = field(default_factory=list)
    is_gift_card: bool = False
    is_tip: bool = False
    requires_shipping: bool = True
    group: int | None = None
    duties: list[tuple[str, str, int]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    known_variant: bool = True


@dataclass
class ShippingSpec:
    """A shipping line. ``price``: minor units of the shop's currency."""

    title: str
    code: str
    price: int
    taxes: list[TaxSpec] = field(default_factory=list)


@dataclass
class PaymentSpec:
    """A movement of money; ``share`` is a fraction of what is still unpaid.

    :param amount: minor units of the shop's currency, instead of a share
    :param rounding: minor units that cash was rounded by
    """

    kind: str = "SALE"
    gateway: str = "shopify_payments"
    status: str = "SUCCESS"
    share: Decimal = Decimal(1)
    amount: int | None = None
    rounding: int = 0


@dataclass
class OrderSpec:
    """A whole order before it is priced.

    :param rate: units of presentment currency for one unit of shop currency
    :param spread: assign its lines to several locations in turn
    :param steps: what happens to it before anyone imports it; see ``shapes``
    """

    shape: str
    lines: list[LineSpec]
    shipping: list[ShippingSpec] = field(default_factory=list)
    discounts: list[DiscountSpec] = field(default_factory=list)
    fees: list[tuple[str, int, list[TaxSpec]]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    payments: list[PaymentSpec] = field(default_factory=lambda: [PaymentSpec()])
    customer: dict[str, Any] | None = None
    company: dict[str, Any] | None = None
    billing: dict[str, Any] | None = None
    shipping_address: dict[str, Any] | None = None
    email: str | None = None
    phone: str | None = None
    currency: str = "USD"
    presentment_currency: str = "USD"
    rate: Decimal = Decimal(1)
    taxes_included: bool = False
    tax_exempt: bool = False
    po_number: str | None = None
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    source: str = "web"
    risk: str = "NONE"
    test: bool = False
    spread: bool = False
    steps: list[dict[str, Any]] = field(default_factory=list)
