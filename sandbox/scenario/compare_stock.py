"""Stock: what the shop offers is what Odoo published is what is there to sell.

Availability is reckoned here from the plain records, another way than the hub does it.
"""

from __future__ import annotations

import math
from collections import defaultdict

from .prepare import World

OPEN_MOVES = ("waiting", "confirmed", "partially_available")
Pair = tuple[int, int]


def stock_mismatches(world: World) -> list[str]:
    """Variant and location pairs where the three figures are not one and the same.

    Odoo's availability by its quants, moves and unconfirmed orders; the level that the
    hub says was published; what the shop offers. Every variant that Odoo knows counts
    at every linked location.
    """
    free = availability(world)
    levels = {
        (row["product_id"][0], row["warehouse_id"][0]): row
        for row in world.odoo.rows(
            "integration.stock.level",
            [("backend_id", "=", world.backend_id)],
            ["product_id", "warehouse_id", "published", "published_version", "problem"],
        )
    }
    offered = {
        (row["inventory_item_id"], row["location_id"]): row["available"]
        for row in world.shop.get("inventory")["levels"]
    }
    found = []
    for variant in world.stocked:
        for location, warehouse in world.warehouses.items():
            pair = world.products[variant["sku"]], warehouse["id"]
            level = levels.get(pair)
            said = level["published"] if level and level["published_version"] else None
            figures = (
                max(0, math.floor(free[pair])),
                said,
                offered.get((variant["inventory_item_id"], location)),
            )
            if len(set(figures)) > 1:
                names = f"{variant['sku']} in {warehouse['name']}"
                found.append("{}: available {}, published {}, offered {}".format(names, *figures))
    return found


def unreserved_deliveries(world: World) -> list[str]:
    """Moves of open deliveries that lack stock although some of it lies there unreserved.

    A product whose quants are spread over the warehouse may be short in one place only;
    the scenario keeps each in one.
    """
    found = []
    for warehouse in world.warehouses.values():
        free = _unreserved(world, warehouse)
        for product, units in _promised(world, warehouse).items():
            if units > 0 and free.get(product, 0) > 0:
                names = f"product {product} in {warehouse['name']}"
                found.append(f"{names}: {units} units wait although {free[product]} are free")
    return found


def overreserved(world: World) -> list[str]:
    """Places where more of a product is reserved than lies there."""
    found = []
    for warehouse in world.warehouses.values():
        for row in _quants(world, warehouse):
            if row["reserved_quantity"] > row["quantity"]:
                figures = f"{row['reserved_quantity']} reserved of {row['quantity']}"
                found.append(f"{row['product_id'][1]} in {warehouse['name']}: {figures}")
    return found


def availability(world: World) -> dict[Pair, float]:
    """(product, warehouse) -> on hand and not reserved, less what is promised beyond that."""
    free: dict[Pair, float] = defaultdict(float)
    for warehouse in world.warehouses.values():
        for product, units in _unreserved(world, warehouse).items():
            free[product, warehouse["id"]] += units
        for product, units in _promised(world, warehouse).items():
            free[product, warehouse["id"]] -= units
    for part in (_ordered(world), _claimed(world)):
        for pair, units in part.items():
            free[pair] -= units
    return free


def _unreserved(world: World, warehouse: dict) -> dict[int, float]:
    found: dict[int, float] = defaultdict(float)
    for row in _quants(world, warehouse):
        found[row["product_id"][0]] += row["quantity"] - row["reserved_quantity"]
    return found


def _quants(world: World, warehouse: dict) -> list[dict]:
    return world.odoo.rows(
        "stock.quant",
        [
            ("location_id", "child_of", warehouse["view_location_id"][0]),
            ("location_id.usage", "=", "internal"),
        ],
        ["product_id", "quantity", "reserved_quantity"],
    )


def _promised(world: World, warehouse: dict) -> dict[int, float]:
    """Units of confirmed deliveries that nothing is reserved for yet."""
    inside = warehouse["view_location_id"][0]
    rows = world.odoo.rows(
        "stock.move",
        [
            ("location_id", "child_of", inside),
            "!",
            ("location_dest_id", "child_of", inside),
            ("state", "in", OPEN_MOVES),
        ],
        ["product_id", "product_qty", "quantity"],
    )
    found: dict[int, float] = defaultdict(float)
    for row in rows:
        found[row["product_id"][0]] += max(0.0, row["product_qty"] - row["quantity"])
    return found


def _ordered(world: World) -> dict[Pair, float]:
    """Units on orders of the shop that are not confirmed: held ones."""
    rows = world.odoo.rows(
        "sale.order.line",
        [
            ("order_id.integration_backend_id", "!=", False),
            ("order_id.state", "in", ("draft", "sent")),
            ("product_id", "!=", False),
        ],
        ["product_id", "product_uom_qty", "warehouse_id"],
    )
    found: dict[Pair, float] = defaultdict(float)
    for row in rows:
        if row["warehouse_id"]:
            found[row["product_id"][0], row["warehouse_id"][0]] += row["product_uom_qty"]
    return found


def _claimed(world: World) -> dict[Pair, float]:
    """Known goods on orders that stand in the exception list and are not imported yet."""
    rows = world.odoo.rows(
        "integration.order.claim",
        [("backend_id", "=", world.backend_id)],
        ["product_id", "warehouse_id", "quantity"],
    )
    found: dict[Pair, float] = defaultdict(float)
    for row in rows:
        found[row["product_id"][0], row["warehouse_id"][0]] += row["quantity"]
    return found
