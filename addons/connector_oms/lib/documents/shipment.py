"""What left a warehouse for a channel's order."""

from __future__ import annotations

from pydantic import Field

from .base import Amount, Document, ExternalId, Quantity, Timestamp


class Tracking(Document):
    """How to follow a package. ``carrier`` is the channel's name of it."""

    number: str
    carrier: str = ""
    url: str = ""


class ShipmentLine(Document):
    """Units of one order line (the channel's line id, never the SKU)."""

    line_id: ExternalId
    quantity: Quantity


class Package(Document):
    """One parcel and what is in it."""

    reference: str
    tracking: Tracking | None = None
    weight_kg: Amount | None = None
    lines: tuple[ShipmentLine, ...] = ()


class Shipment(Document):
    """A validated delivery of an order, from one warehouse.

    :param reference: our name of the delivery; unique, found again in a look-up
    :param location_id: the channel's place that ships; "" where it is not mapped
    :param lines: all units of the shipment; ``packages`` says which box
    :param known_as: the channel's ids of this shipment where it was told before: the
        goods are the same, tracking and packages may be new
    """

    reference: ExternalId
    order_id: ExternalId
    location_id: str = ""
    shipped_at: Timestamp
    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    packages: tuple[Package, ...] = ()
    notify_customer: bool = False
    known_as: tuple[ExternalId, ...] = ()
