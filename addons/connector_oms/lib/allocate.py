"""Share out stock among many moves at once, exactly as Odoo does one move at a time.

The order of quants within a source (FIFO, LIFO, closest) is the caller's; what is
free, what negative stock takes away and where a move stops is decided here, in the
steps of ``stock.quant._get_reserve_quantity`` (Odoo 19), so that the results are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

#: ``compare(a, b)`` -> -1, 0 or 1 after rounding to the precision of quantities
Compare = Callable[[float, float], int]


@dataclass(frozen=True)
class Quant:
    """Stock of one product in one place, without lot, package or foreign owner.

    :param quantity: on hand, in the product's unit; may be negative
    :param reserved: of it, promised to moves
    """

    id: int
    quantity: float
    reserved: float


@dataclass(frozen=True)
class Demand:
    """What a move still needs.

    :param source: key of the quants it may take from
    :param quantity: in the product's unit
    """

    move_id: int
    source: Hashable
    quantity: float


@dataclass(frozen=True)
class Take:
    """``quantity`` units of a quant that a move gets."""

    quant_id: int
    quantity: float


def allocate(
    demands: Iterable[Demand],
    sources: Mapping[Hashable, Sequence[int]],
    quants: Iterable[Quant],
    compare: Compare,
) -> dict[int, list[Take]]:
    """Serve demands in their order, each from its source in the source's order.

    :param sources: source -> ids of its quants, in the order of removal; two sources
        may share quants (a shelf and the stock it stands in)
    :return: move id -> what it gets; a move that gets nothing is missing
    """
    on_hand = {quant.id: quant.quantity for quant in quants}
    reserved = {quant.id: quant.reserved for quant in quants}
    result: dict[int, list[Take]] = {}
    for demand in demands:
        rows = [Quant(quant_id, on_hand[quant_id], reserved[quant_id]) for quant_id in sources.get(demand.source, ())]
        takes = _serve(rows, demand.quantity, compare)
        for take in takes:
            reserved[take.quant_id] += take.quantity
        if takes:
            result[demand.move_id] = takes
    return result


def _serve(rows: Sequence[Quant], need: float, compare: Compare) -> list[Take]:
    """One move: first how much there is in all, then from which quants."""
    free = sum(row.quantity for row in rows) - sum(row.reserved for row in rows)
    quantity = min(need, free)
    if compare(quantity, 0) <= 0:
        return []
    left = sum(row.quantity for row in rows if compare(row.quantity, 0) > 0)
    left -= sum(row.reserved for row in rows)
    takes = []
    for row in rows:
        amount = row.quantity - row.reserved
        if compare(amount, 0) <= 0:
            continue
        amount = min(amount, quantity)
        takes.append(Take(row.id, amount))
        quantity -= amount
        left -= amount
        if compare(quantity, 0) == 0 or compare(left, 0) == 0:
            break
    return takes
