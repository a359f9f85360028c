"""Orders come in: by webhook, some twice, late or never; and a look-up finds the rest."""

from __future__ import annotations

from collections.abc import Sequence

from .prepare import World
from .quiet import wait_quiet

#: what becomes of webhooks: shares of those dropped, delivered twice, delivered late
TROUBLE = {"drop": 0.1, "duplicate": 0.15, "reorder": 0.2, "reorder_seconds": 2.0}


def place_orders(world: World, count: int) -> list[str]:
    """Customers buy: ``count`` orders of all shapes, in three waves.

    Each wave is shipped from another warehouse: before it begins, the administrator
    chooses it on the backend.

    :return: the orders' global ids, in the order in which they were placed
    """
    world.shop.post("webhooks/plan", {"seed": world.seed, **TROUBLE})
    shapes = _shapes(world, count)
    warehouses = list(world.warehouses.values())
    size = -(-count // len(warehouses))
    placed: list[str] = []
    for number, warehouse in enumerate(warehouses):
        wave = shapes[number * size : (number + 1) * size]
        if not wave:
            break
        values = {"warehouse_id": warehouse["id"]}
        world.odoo.write("integration.backend", [world.backend_id], values)
        seed = f"{world.seed}/{len(world.shop.orders())}"
        rows = world.shop.post("orders", {"shape": wave, "count": len(wave), "seed": seed})
        placed += [row["id"] for row in rows["orders"]]
        world.tell.say(f"{len(placed)} of {count} orders placed, now for {warehouse['name']}")
        wait_quiet(world)
    return placed


def _shapes(world: World, count: int) -> list[str]:
    """Every shape as often as any other, shuffled; few orders get different ones."""
    names = list(world.shop.get("shapes"))
    world.chance("shapes").shuffle(names)
    return [names[index % len(names)] for index in range(count)]


def trouble_so_far(world: World, placed: Sequence[str]) -> str:
    """What the shop did to its webhooks, in words."""
    numbers = {int(key.rpartition("/")[2]) for key in placed}
    rows = [
        row
        for row in world.shop.get("deliveries")["deliveries"]
        if row["resource"] in numbers and row["topic"].startswith("orders/")
    ]
    dropped = sum(row["status"] == "dropped" for row in rows)
    twice = sum(row["duplicate_of"] is not None for row in rows)
    late = sum("reorder" in row["planned"] for row in rows)
    return f"{len(rows)} webhooks: {dropped} dropped, {twice} delivered twice, {late} late"


def catch_up(world: World, placed: Sequence[str]) -> int:
    """Button "Look now" of the orders' flow: what no webhook told is found.

    :return: how many of ``placed`` no webhook has brought
    """
    look_now(world)
    rows = world.odoo.rows(
        "integration.message",
        [
            ("backend_id", "=", world.backend_id),
            ("business_key", "in", list(placed)),
            ("source_topic", "!=", "poll"),
        ],
        ["business_key"],
    )
    found = len(set(placed) - {row["business_key"] for row in rows})
    world.tell.say(f"{trouble_so_far(world, placed)}; {found} orders that no webhook told of were found by looking")
    return found


def look_now(world: World) -> None:
    """Press "Look now" and wait until everything found is worked off."""
    world.odoo.press("integration.flow", "action_poll", [world.flows["order.in"]])
    wait_quiet(world)


def tell_state(world: World, placed: Sequence[str]) -> None:
    """Say how far the orders have come in Odoo."""
    odoo = world.odoo
    domain = [
        ("integration_backend_id", "=", world.backend_id),
        ("integration_external_id", "in", list(placed)),
    ]
    rows = odoo.rows("sale.order", domain, ["state", "integration_hold"])
    confirmed = sum(row["state"] == "sale" for row in rows)
    held = sum(bool(row["integration_hold"]) for row in rows)
    pickings = odoo.rows(
        "stock.picking",
        [("integration_backend_id", "=", world.backend_id), ("state", "!=", "cancel")],
        ["state"],
    )
    done = sum(row["state"] == "done" for row in pickings)
    ready = sum(row["state"] == "assigned" for row in pickings)
    world.tell.say(
        f"{len(rows)} orders in Odoo: {confirmed} confirmed, {held} held; {len(pickings)} "
        f"deliveries: {done} done, {ready} with all their stock reserved, "
        f"{len(pickings) - done - ready} waiting for stock"
    )
