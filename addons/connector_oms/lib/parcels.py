"""Which box holds what, and which tracking number belongs to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .documents import Package, ShipmentLine, Tracking

#: Odoo keeps several numbers in one field, separated by commas (stock_delivery)
_SEPARATORS = re.compile(r"[,;\s]+")


@dataclass
class Box:
    """A parcel as the warehouse packed it.

    :param number: its own tracking number, where the carrier gave one a parcel
    :param weight_kg: 0 where it was not weighed
    :param lines: the channel's line id -> units in the line's unit of measure
    """

    reference: str
    number: str = ""
    weight_kg: Decimal = Decimal(0)
    lines: dict[str, Decimal] = field(default_factory=dict)


def split_numbers(reference: str) -> list[str]:
    """The tracking numbers in a reference field, each once, in their order."""
    numbers = [part for part in _SEPARATORS.split(reference or "") if part]
    return list(dict.fromkeys(numbers))


def add_up(boxes: Sequence[Box]) -> dict[str, Decimal]:
    """Units of each line over all boxes."""
    total: dict[str, Decimal] = {}
    for box in boxes:
        for line_id, quantity in box.lines.items():
            total[line_id] = total.get(line_id, Decimal(0)) + quantity
    return total


def shipment_lines(lines: Mapping[str, Decimal]) -> tuple[ShipmentLine, ...]:
    """Canonical lines of what is more than nothing."""
    return tuple(
        ShipmentLine(line_id=line_id, quantity=quantity) for line_id, quantity in lines.items() if quantity > 0
    )


def packages(
    boxes: Sequence[Box],
    numbers: Sequence[str],
    carrier: str = "",
    urls: Mapping[str, str] | None = None,
) -> tuple[Package, ...]:
    """Canonical packages, each with its tracking number.

    Boxes keep their own numbers. The others get the numbers of the delivery one by
    one; a single number stands for all of them (one consignment); numbers that are
    left over become packages without contents, so that none is lost.

    :param numbers: tracking numbers of the whole delivery
    :param urls: number -> address to follow it at
    """
    urls = urls or {}
    own = {box.number for box in boxes if box.number}
    spare = [number for number in numbers if number not in own]
    shared = spare[0] if len(spare) == 1 else ""
    result = []
    for box in boxes:
        number = box.number or shared or (spare.pop(0) if spare else "")
        result.append(_package(box, number, carrier, urls))
    if shared and len(own) < len(boxes):
        spare = []
    result += [_package(Box(number), number, carrier, urls) for number in spare]
    return tuple(result)


def _package(box: Box, number: str, carrier: str, urls: Mapping[str, str]) -> Package:
    tracking = None
    if number:
        tracking = Tracking(number=number, carrier=carrier, url=urls.get(number, ""))
    return Package(
        reference=box.reference,
        tracking=tracking,
        weight_kg=box.weight_kg or None,
        lines=shipment_lines(box.lines),
    )
