"""What a channel is to show of products."""

from __future__ import annotations

from pydantic import Field

from .base import Amount, CurrencyCode, Document, ExternalId


class PriceList(Document):
    """A price list that a channel has beside its own prices: of a company, of a market."""

    external_id: ExternalId
    name: str
    currency: CurrencyCode


class ListPrice(Document):
    """The price of one unit on a further price list of the channel."""

    list_id: ExternalId
    price: Amount
    currency: CurrencyCode


class ListingUpdate(Document):
    """New values of one variant at the channel; what is None stays as it is there.

    :param group_id: the channel's product that this is a variant of
    :param price: for one unit, in ``currency``
    :param title: of the product, which all its variants share
    """

    external_id: ExternalId
    group_id: ExternalId
    price: Amount | None = None
    currency: CurrencyCode | None = None
    barcode: str | None = None
    weight_kg: Amount | None = None
    title: str | None = None
    list_prices: tuple[ListPrice, ...] = ()


class CatalogueUpdate(Document):
    """Listings that travel in one message. ``reference``: our document, for the log."""

    reference: str
    listings: tuple[ListingUpdate, ...] = Field(min_length=1)
