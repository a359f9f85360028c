"""The exception desk: a clerk mends some of what stands there, and leaves the rest."""

from __future__ import annotations

from .prepare import UNKNOWN_SKUS, World
from .quiet import wait_quiet


def work_exceptions(world: World) -> None:
    """Create the product somebody forgot, and release an order that looked like fraud.

    What Odoo still cannot know (a variant without SKU) and what only others can decide
    stays in the list.
    """
    create_missing_product(world)
    release_one(world)
    wait_quiet(world)


def create_missing_product(world: World) -> None:
    """Enter the product of the unknown SKU, then press "Try again" on its exceptions."""
    odoo, sku = world.odoo, UNKNOWN_SKUS[0]
    domain = [
        ("backend_id", "=", world.backend_id),
        ("category", "=", "product"),
        ("group_key", "=", sku),
        ("state", "=", "open"),
    ]
    waiting = [row for row in odoo.rows("integration.exception", domain, ["message_id"])]
    orders = [row["id"] for row in waiting if row["message_id"]]
    if not orders:
        return
    odoo.create(
        "product.product",
        {"name": "Window display", "default_code": sku, "type": "consu", "is_storable": False},
    )
    odoo.press("integration.exception", "action_replay", orders)
    world.tell.say(f"the product {sku} was created and {len(orders)} orders tried again")


def release_one(world: World) -> None:
    """Release one order that is suspected of fraud, with the reason on record."""
    odoo = world.odoo
    held = odoo.rows(
        "sale.order",
        [("integration_backend_id", "=", world.backend_id), ("integration_hold", "=", "fraud")],
        ["name"],
        order="id",
        limit=1,
    )
    if not held:
        return
    wizard = odoo.create(
        "integration.order.release.wizard",
        {"order_ids": [(6, 0, [held[0]["id"]])], "reason": "Phoned the customer"},
    )
    odoo.press("integration.order.release.wizard", "action_release", [wizard])
    world.tell.say(f"{held[0]['name']} was suspected of fraud and is released by a clerk")


def open_by_category(world: World) -> dict[str, list[str]]:
    """Causes of the backend's open exceptions, by kind."""
    rows = world.odoo.rows(
        "integration.exception",
        [("backend_id", "=", world.backend_id), ("state", "=", "open")],
        ["category", "cause"],
        order="category, id",
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["category"], []).append(row["cause"])
    return found
