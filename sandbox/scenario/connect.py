"""Setting a backend up, as an administrator does it: the buttons from left to right."""

from __future__ import annotations

from typing import Any

from .client import OdooError
from .prepare import World
from .quiet import levels_behind, wait_quiet


def connect(world: World) -> None:
    """From nothing to a running backend whose stock is published."""
    make_backend(world)
    test(world)
    run(world)
    name_service_user(world)
    link_locations(world)
    match_products(world)
    publish_stock(world)


def make_backend(world: World) -> None:
    """Enter address and credentials; unknown taxes are created, unknown products reported."""
    odoo = world.odoo
    settings = world.shop.get("settings")
    found = odoo.rows("integration.backend", [("name", "=", world.name)], ["state"])
    if found:
        world.backend_id = found[0]["id"]
    else:
        world.backend_id = odoo.create(
            "integration.backend",
            {
                "name": world.name,
                "kind": "shopify",
                "environment": "test",
                "base_url": world.shop.url,
                "shopify_auth": "client",
                "shopify_client_id": settings["client_id"],
                "shopify_client_secret": settings["client_secret"],
                "warehouse_id": next(iter(world.warehouses.values()))["id"],
                "tax_policy": "create",
            },
        )
    flows = odoo.rows("integration.flow", [("backend_id", "=", world.backend_id)], ["code"])
    world.flows = {row["code"]: row["id"] for row in flows}
    world.tell.say(f"backend {world.name} with {len(flows)} flows")


def press(world: World, button: str) -> Any:
    """Press a button of the backend's form."""
    return world.odoo.press("integration.backend", button, [world.backend_id])


def test(world: World) -> None:
    """Button "Test connection".

    :raises OdooError: the test found something
    """
    shown = press(world, "action_test")["params"]
    if shown["type"] != "success":
        raise OdooError(f"{shown['title']}\n{shown['message']}")
    world.tell.say(f"connection tested: {len(shown['message'].splitlines())} checks hold")


def run(world: World) -> None:
    """Button "Connect": subscriptions are made, work begins."""
    state = world.odoo.read("integration.backend", [world.backend_id], ["state"])[0]["state"]
    if state != "running":
        press(world, "action_connect")
    wanted = len(world.shop.get("subscriptions")["subscriptions"])
    world.tell.say(f"connected; the shop delivers {wanted} kinds of webhooks")


def name_service_user(world: World) -> None:
    """Whose rights the backend works with: a user of its own, which connecting has made.

    :raises OdooError: it works as the system user, which may do everything
    """
    user = world.odoo.read("integration.backend", [world.backend_id], ["user_id"])[0]["user_id"]
    if not user:
        raise OdooError(f"{world.name} works as the system user: no missing right would be noticed")
    world.service_user_id = user[0]
    world.tell.say(f"it works as “{user[1]}”, with the rights of a service user")


def link_locations(world: World) -> None:
    """Button "Link locations": take over what the wizard proposes by name."""
    odoo = world.odoo
    action = press(world, "action_link_locations")
    wizard, lines = action["res_model"], "integration.shopify.location.line"
    domain = [("wizard_id", "=", action["res_id"])]
    rows = odoo.rows(lines, domain, ["external_id", "warehouse_id"])
    for row in rows:
        warehouse = world.warehouses.get(row["external_id"])
        if warehouse and (row["warehouse_id"] or [0])[0] != warehouse["id"]:
            odoo.write(lines, [row["id"]], {"warehouse_id": warehouse["id"]})
    odoo.press(wizard, "action_apply", [action["res_id"]])
    world.tell.say(f"{len(rows)} locations linked to warehouses")


def match_products(world: World) -> None:
    """Button "Match products"; those that Odoo does not know become exceptions."""
    odoo = world.odoo
    press(world, "action_match_products")
    domain = [("backend_id", "=", world.backend_id)]
    expected = len(world.products)

    def missing() -> str:
        count = odoo.count("integration.product.binding", domain)
        return "" if count >= expected else f"{count} of {expected} linked"

    world.tell.wait("matching products", missing, 120, "Job Queue > Jobs, _job_match_products")
    wait_quiet(world, seconds=120)
    open_ones = [("category", "=", "product"), ("state", "=", "open"), ("message_id", "=", False)]
    unknown = odoo.count("integration.exception", domain + open_ones)
    world.tell.say(f"{expected} products matched; {unknown} unknown ones are exceptions")


def publish_stock(world: World) -> None:
    """Wait until every product's stock in every warehouse has been accepted."""
    expected = len(world.stocked) * len(world.warehouses)
    domain = [("backend_id", "=", world.backend_id)]

    def missing() -> str:
        count = world.odoo.count("integration.stock.level", domain)
        behind = levels_behind(world)
        if count >= expected and not behind:
            return ""
        return f"{count} of {expected} computed, {behind} not accepted yet"

    look = "Connectors > Stock levels, and Job Queue > Jobs, _job_publish_stock"
    world.tell.wait("publishing stock", missing, 180, look)
    world.tell.say(f"{expected} stock levels published")
