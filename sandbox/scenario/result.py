"""The figures at the end, and the sentences behind those that are not 0."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import compare_orders
from .compare_fulfilments import read_fulfilments
from .compare_stock import overreserved, stock_mismatches, unreserved_deliveries
from .compare_users import made_by_others
from .exceptions import open_by_category
from .prepare import World
from .sides import read_sides

#: figures that have to be 0, chapters that have to come out as planned, and where to look when they are not
MUST_BE_ZERO = {
    "orders_duplicated": "Sales > Orders, by the channel's number",
    "orders_lost": "Connectors > Messages, by the order's number",
    "orders_off_by_a_cent": "the order in Odoo beside /_oracle/orders/<number>",
    "stock_mismatches": "Connectors > Stock levels, and /_oracle/inventory?sku=",
    "fulfilments_missing": "Connectors > Messages of Shipments, and the transfer",
    "fulfilments_doubled": "/_oracle/fulfillments?order=, and the attempts of the message",
    "orders_without_cause": "Connectors > Exceptions, by the order's number",
    "orders_without_customer": "the order's contact and its links",
    "tracking_missing": "the transfer's tracking reference, and /_oracle/fulfillments",
    "deliveries_unreserved": "Inventory > Deliveries that wait, and the product's stock",
    "stock_overreserved": "the product's locations",
    "made_by_others": "Works as on the backend, and Created by on the record",
    "distribution": "Connectors > Orders and Money: routing decisions, returns, payouts",
    "brought": "Connectors > Orders and Money: routing decisions, and Inventory > Transfers",
    "swapped": "Connectors > Orders and Money: returns, and the order beside /_oracle/orders/<number>",
    "offered": "Connectors > Links > Products, and Messages of product data",
    "prices": "Connectors > Links > Prices and product data",
}


@dataclass
class Result:
    """What the scenario came to.

    :param figures: what is printed at the end
    :param faults: figure -> a sentence for each thing that is wrong
    :param causes: kind of exception -> the causes that stand in the list
    """

    figures: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    causes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.faults.values())


def compare(world: World, placed: Sequence[str], before: Collection[str]) -> Result:
    """Hold both sides against each other, record by record.

    Every order that was sent is in one of four: imported, in exception (not imported, an
    open exception says why), left out (it was over before Odoo had it; the backend's
    policy leaves such orders out), or lost. ``orders_held`` are those of the imported
    ones that wait for somebody. How each figure that must be 0 is counted says the
    function it comes from.

    :param placed: ids of the orders sent
    :param before: ids of fulfilments that were not Odoo's doing
    """
    sides = read_sides(world, placed)
    fulfilments = read_fulfilments(world, sides, before)
    imported = [key for key in sides.source if sides.sale(key)]
    held = [key for key in imported if sides.sale(key)["integration_hold"]]
    causes = open_by_category(world)
    faults = {
        "orders_duplicated": compare_orders.duplicated(sides),
        "orders_lost": compare_orders.lost(sides) + _vanished(placed, sides.source),
        "orders_off_by_a_cent": compare_orders.off_by_a_cent(sides),
        "stock_mismatches": stock_mismatches(world),
        "fulfilments_missing": fulfilments.missing(),
        "fulfilments_doubled": fulfilments.doubled(),
        "orders_without_cause": compare_orders.without_cause(sides),
        "orders_without_customer": compare_orders.without_customer(world, sides),
        "tracking_missing": fulfilments.untracked(),
        "deliveries_unreserved": unreserved_deliveries(world),
        "stock_overreserved": overreserved(world),
        "made_by_others": made_by_others(world),
    }
    figures = {
        "orders_sent": len(placed),
        "orders_imported": len(imported),
        "orders_held": len(held),
        "orders_in_exception": len(compare_orders.in_exception(sides)),
        **{name: len(found) for name, found in faults.items()},
        "orders_left_out": len(compare_orders.left_out(sides)),
        "lines_delivered": sum(units > 0 for units in fulfilments.delivered.values()),
        "units_delivered": sum(fulfilments.delivered.values()),
        "stock_levels": len(world.stocked) * len(world.warehouses),
        "exceptions_open": {kind: len(causes) for kind, causes in causes.items()},
    }
    return Result(figures, faults, causes)


def _vanished(placed: Sequence[str], source: Collection[str]) -> list[str]:
    return [f"{key} is no longer at the shop" for key in placed if key not in source]


def tell(world: World, result: Result) -> None:
    """Say what people find in the exception list, what is wrong, and where to look."""
    for kind, causes in result.causes.items():
        world.tell.say(f"exceptions of the kind {kind}: {len(causes)}, for example: {causes[0]}")
    for name, sentences in result.faults.items():
        if sentences:
            world.tell.say(f"{name}: {len(sentences)}. Look at: {MUST_BE_ZERO[name]}")
            for sentence in sentences[:10]:
                world.tell.say(f"    {sentence}")
            if len(sentences) > 10:
                world.tell.say(f"    ... and {len(sentences) - 10} more")
