"""What a channel is told of the stock: safety stock, slices, payloads."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

#: levels in one message; Shopify takes up to 250 quantities in a call
LEVELS_PER_MESSAGE = 250


def sellable(available: float, units: float = 0, percent: float = 0) -> int:
    """Whole units that a channel may sell.

    First ``units`` are kept back, then ``percent`` of the rest; halves are never
    offered, and less than nothing is nothing. ``SELLABLE_SQL`` says the same in SQL.

    :param available: free units in the product's unit of measure
    :param percent: 0 to 100
    """
    if not math.isfinite(available):
        raise ValueError(f"{available} is not a quantity")
    rest = (Decimal(repr(available)) - Decimal(repr(units))).quantize(Decimal("0.000001"))
    offered = rest * (100 - Decimal(repr(percent))) / 100
    return max(0, int(offered.to_integral_value(ROUND_FLOOR)))


#: the same in SQL, of expressions of type numeric
SELLABLE_SQL = "GREATEST(0, floor(({available} - {units}) * (100 - {percent}) / 100))::integer"


def quota(units: int, weights: Sequence[int], position: int, short: int = 0) -> int:
    """Units of a warehouse that one of its channels gets of all that they divide.

    Quotas add up to ``units``. ``offer_sql`` says the same in SQL.

    :param units: what all of them together may sell
    :param weights: their shares, those first that come first when there is little
    :param position: whose quota
    :param short: with so few units or fewer, the first channel has all
    """
    if units <= short:
        return 0 if position else units
    total, before = sum(weights), sum(weights[:position])
    return math.ceil(Fraction(units * (before + weights[position]), total)) - math.ceil(Fraction(units * before, total))


def slices(ids: Sequence[int], size: int = LEVELS_PER_MESSAGE) -> Iterator[Sequence[int]]:
    """Cut ids into pieces of at most ``size``."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def dump_levels(ids: Iterable[int]) -> bytes:
    """Payload of a stock message: which levels it is about, never how many units.

    The units are taken when it is sent, so that a message that had to wait carries
    what is true then.
    """
    return json.dumps({"levels": list(ids)}, separators=(",", ":")).encode()


def load_levels(payload: bytes) -> list[int]:
    """The level ids of a payload.

    :raises ValueError: it is not one of ``dump_levels``
    """
    levels = json.loads(payload)["levels"]
    if not all(isinstance(level, int) for level in levels):
        raise ValueError("levels are named by number")
    return levels
