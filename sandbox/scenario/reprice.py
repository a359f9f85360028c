"""Odoo's prices at the shop: published, put right once, and a person asked when both sides change one."""

from __future__ import annotations

from .distribute import PRICE, SKUS, Chapter
from .prepare import World
from .quiet import wait_quiet

RAISED = 27.5
MEDDLED = 24.0


def reprice(world: World) -> Chapter:
    """Odoo owns prices; the products are those of ``distribute``."""
    chapter, odoo = Chapter(), world.odoo
    rows = odoo.rows("product.product", [("default_code", "in", SKUS)], ["default_code"])
    products = {row["default_code"]: row["id"] for row in rows}
    odoo.write("product.product", products.values(), {"list_price": PRICE})
    odoo.write("integration.backend", [world.backend_id], {"price_owner": "odoo"})
    wait_quiet(world)
    odoo.write("product.product", products.values(), {"list_price": RAISED})
    wait_quiet(world)
    chapter.holds("prices_published", [_price(world, sku) for sku in SKUS], [RAISED] * len(SKUS))
    meddled, both, __ = SKUS
    world.shop.patch(f"variants/{meddled}", {"price": MEDDLED})
    _compare(world)
    chapter.holds("price_put_right", _price(world, meddled), RAISED)
    _change_both(world, both, products[both], chapter)
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in chapter.figures.items())
    world.tell.say(f"prices: {told}")
    return chapter


def _change_both(world: World, sku: str, product: int, chapter: Chapter) -> None:
    """Before the shop's news arrive, Odoo's price changes, too: a person decides for Odoo's."""
    odoo = world.odoo
    world.shop.post("webhooks/pause")
    try:
        world.shop.patch(f"variants/{sku}", {"price": MEDDLED})
        odoo.write("product.product", [product], {"list_price": PRICE})
    finally:
        world.shop.post("webhooks/resume")
    _compare(world)
    chapter.holds("price_left_while_asked", _price(world, sku), MEDDLED)
    mine = [("backend_id", "=", world.backend_id), ("product_id", "=", product), ("field", "=", "price")]
    (value,) = odoo.rows("integration.catalogue.value", mine, ["state", "reason"])
    chapter.holds("asked_because", value["reason"], "both")
    if value["state"] == "ask":
        odoo.press("integration.catalogue.value", "action_set_ours", [value["id"]])
        wait_quiet(world)
    chapter.holds("price_decided", _price(world, sku), PRICE)


def _compare(world: World) -> None:
    """What a dropped webhook did not tell is found by looking."""
    wait_quiet(world)
    world.odoo.press("integration.backend", "action_compare_catalogue", [world.backend_id])
    wait_quiet(world)


def _price(world: World, sku: str) -> float:
    variants = world.shop.get("catalogue")["variants"]
    return next(float(row["price"]) for row in variants if row["sku"] == sku)
