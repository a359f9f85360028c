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
    :param description: of the product, too; HTML
    """

    external_id: ExternalId
    group_id: ExternalId
    price: Amount | None = None
    currency: CurrencyCode | None = None
    barcode: str | None = None
    weight_kg: Amount | None = None
    title: str | None = None
    description: str | None = None
    list_prices: tuple[ListPrice, ...] = ()


class NewVariant(Document):
    """A product of Odoo as a channel is to sell it.

    :param sku: by which it is known again
    :param price: for one unit, in the listing's currency
    :param options: its values of the listing's options, in their order
    """

    sku: ExternalId
    price: Amount
    barcode: str = ""
    weight_kg: Amount | None = None
    options: tuple[str, ...] = ()


class NewImage(Document):
    """A picture. ``data``: the file, in base64."""

    filename: str
    mimetype: str
    data: str


class NewListing(Document):
    """A product that a channel is to sell and does not list yet.

    :param reference: ours; the channel keeps it where its product can be found by it
    :param description: HTML
    :param options: names of what its variants differ by
    :param places: of the channel that it is kept at, by their ids
    :param is_shown: customers see it at once; otherwise it waits for somebody at the channel
    """

    reference: ExternalId
    title: str
    description: str = ""
    currency: CurrencyCode
    options: tuple[str, ...] = ()
    variants: tuple[NewVariant, ...] = Field(min_length=1)
    images: tuple[NewImage, ...] = ()
    places: tuple[ExternalId, ...] = ()
    is_shown: bool = False


class CatalogueUpdate(Document):
    """Listings that travel in one message. ``reference``: our document, for the log."""

    reference: str
    listings: tuple[ListingUpdate, ...] = Field(min_length=1)
