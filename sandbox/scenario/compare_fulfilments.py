"""Fulfilments: the shop was told of everything that left, once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from .prepare import World
from .sides import Sides

#: (order id, line id)
Key = tuple[str, str]


@dataclass
class Fulfilments:
    """What left Odoo's warehouses, and what the hub told the shop of it.

    :param delivered: units by order line, of validated deliveries less returns
    :param told: units by order line, of the shop's fulfilments since ``before``
    :param numbers: order id -> tracking numbers on its validated deliveries
    :param shown: order id -> tracking numbers on its fulfilments at the shop
    """

    delivered: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    told: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    shown: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def missing(self) -> list[str]:
        """Order lines of which more left than the shop was told."""
        return [self._text(key) for key in self._keys() if self.delivered[key] > self.told[key]]

    def doubled(self) -> list[str]:
        """Order lines of which the shop was told more than left."""
        return [self._text(key) for key in self._keys() if self.told[key] > self.delivered[key]]

    def untracked(self) -> list[str]:
        """Tracking numbers that the shop does not show."""
        return [
            f"{order}: {number}"
            for order, numbers in self.numbers.items()
            for number in sorted(numbers - self.shown[order])
        ]

    def _keys(self) -> list[Key]:
        return sorted(set(self.delivered) | set(self.told))

    def _text(self, key: Key) -> str:
        return f"{key[0]} {key[1]}: delivered {self.delivered[key]}, told {self.told[key]}"


def read_fulfilments(world: World, sides: Sides, before: Collection[str]) -> Fulfilments:
    """Both sides of every placed order.

    :param before: ids of fulfilments that the merchant made by hand, before anything
        was delivered from Odoo
    """
    found = Fulfilments()
    for key, order in sides.source.items():
        for fulfilment in order["fulfillments"]:
            if fulfilment["status"] != "SUCCESS" or fulfilment["id"] in before:
                continue
            for line in fulfilment["lines"]:
                found.told[key, line["line_id"]] += line["quantity"]
            found.shown[key] |= {row["number"] for row in fulfilment["tracking"]}
    _read_deliveries(world, sides, found)
    return found


def fulfilments_now(world: World) -> set[str]:
    """Ids of all fulfilments at the shop."""
    return {row["id"] for row in world.shop.get("fulfillments")["fulfillments"]}


def _read_deliveries(world: World, sides: Sides, found: Fulfilments) -> None:
    odoo = world.odoo
    of_line = {
        row["id"]: (sides.sales[sale]["integration_external_id"], key)
        for sale, rows in sides.lines.items()
        for key, row in rows.items()
    }
    moves = odoo.rows(
        "stock.move",
        [("sale_line_id", "in", list(of_line)), ("state", "=", "done")],
        ["sale_line_id", "quantity", "location_usage", "location_dest_usage"],
    )
    for row in moves:
        sign = (row["location_dest_usage"] == "customer") - (row["location_usage"] == "customer")
        key = of_line[row["sale_line_id"][0]]
        if key[0] in sides.source:
            found.delivered[key] += sign * round(row["quantity"])
    pickings = odoo.rows(
        "stock.picking",
        [
            ("integration_backend_id", "=", world.backend_id),
            ("state", "=", "done"),
            ("picking_type_code", "=", "outgoing"),
        ],
        ["sale_id", "carrier_tracking_ref"],
    )
    for row in pickings:
        order = sides.sales[row["sale_id"][0]]["integration_external_id"]
        if order in sides.source:
            found.numbers[order] |= set(re.findall(r"[^,;\s]+", row["carrier_tracking_ref"] or ""))
