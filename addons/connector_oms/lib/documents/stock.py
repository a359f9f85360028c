"""How much a channel may sell."""

from __future__ import annotations

from pydantic import Field

from .base import Document, ExternalId


class StockLevel(Document):
    """Sellable units of one product at one place: absolute, never a delta.

    :param expected: what the channel is believed to hold now, for compare-and-set;
        None where that is not known
    :param version: rises with every value computed for this product and place
    """

    stock_id: ExternalId
    location_id: ExternalId
    available: int
    expected: int | None = None
    version: int


class StockUpdate(Document):
    """Levels that travel in one call. ``reference``: our document, for the log."""

    reference: str
    levels: tuple[StockLevel, ...] = Field(min_length=1)
