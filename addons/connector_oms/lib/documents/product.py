"""What is sold and from where, as the channel lists it."""

from __future__ import annotations

from .base import Amount, CurrencyCode, Document, ExternalId
from .party import Address


class Product(Document):
    """One thing that can be ordered and counted (a variant).

    :param description: of the product, in HTML as the channel keeps it; None where it was not read
    :param stock_id: the channel's id that stock levels are kept under
    :param group_id: the channel's product that this is a variant of
    """

    external_id: ExternalId
    stock_id: str = ""
    group_id: str = ""
    sku: str = ""
    barcode: str = ""
    title: str
    variant_title: str = ""
    description: str | None = None
    price: Amount | None = None
    currency: CurrencyCode | None = None
    tracked: bool = True
    requires_shipping: bool = True
    active: bool = True
    weight_kg: Amount | None = None


class Location(Document):
    """A place the channel keeps stock at or ships from."""

    external_id: ExternalId
    name: str
    active: bool = True
    fulfils_orders: bool = True
    address: Address | None = None
