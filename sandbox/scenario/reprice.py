"""Odoo's prices and descriptions at the shop: published, put right once, a person asked when both sides change one."""

from __future__ import annotations

from typing import Any

from .distribute import PRICE, SKUS, Chapter
from .prepare import World
from .quiet import wait_quiet

RAISED = 27.5
MEDDLED = 24.0
#: what one company has agreed to pay
COMPANY_LIST, AGREED = "Brass & Co.", 22.5
#: what Odoo says of a product, and the same as another editor writes it
SAID = "<p>Sturdy &amp; light</p><ul><li>washable</li></ul>"
REWRITTEN = "<div class='x'>Sturdy &amp;&nbsp;light\n<ul><li><span>washable</span></li></ul></div>"


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
    _keep_list(world, products[meddled], meddled, chapter)
    _describe(world, products[meddled], meddled, chapter)
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


def _keep_list(world: World, product: int, sku: str, chapter: Chapter) -> None:
    """The shop's price list of a company follows a price list of Odoo."""
    odoo, mine = world.odoo, [("backend_id", "=", world.backend_id)]
    if not world.shop.get("price-lists")["price_lists"]:
        world.shop.post("price-lists", {"name": COMPANY_LIST})
    odoo.press("integration.backend", "action_learn_price_lists", [world.backend_id])
    (entry,) = odoo.rows("integration.catalogue.list", mine, ["currency_id"])
    pricelist = odoo.create("product.pricelist", {"name": COMPANY_LIST, "currency_id": entry["currency_id"][0]})
    rule = {"applied_on": "0_product_variant", "product_id": product, "compute_price": "fixed"}
    odoo.create("product.pricelist.item", {**rule, "pricelist_id": pricelist, "fixed_price": AGREED})
    odoo.write("integration.catalogue.list", [entry["id"]], {"pricelist_id": pricelist, "owner": "odoo"})
    wait_quiet(world)
    (there,) = world.shop.get("price-lists")["price_lists"]
    chapter.holds("price_of_the_company", there["prices"].get(sku), AGREED)


def _describe(world: World, product: int, sku: str, chapter: Chapter) -> None:
    """Odoo's description arrives; that the shop's editor writes it differently is no reason to send it again."""
    world.odoo.write("integration.backend", [world.backend_id], {"description_owner": "odoo"})
    world.odoo.write("product.product", [product], {"integration_description": SAID})
    wait_quiet(world)
    chapter.holds("description_published", _variant(world, sku)["description"] == SAID, True)
    world.shop.patch(f"variants/{sku}", {"description": REWRITTEN})
    _compare(world)
    chapter.holds("description_left", _variant(world, sku)["description"] == REWRITTEN, True)
    # the next run begins as this one did
    world.shop.patch(f"variants/{sku}", {"description": SAID})


def _compare(world: World) -> None:
    """What a dropped webhook did not tell is found by looking."""
    wait_quiet(world)
    world.odoo.press("integration.backend", "action_compare_catalogue", [world.backend_id])
    wait_quiet(world)


def _price(world: World, sku: str) -> float:
    return float(_variant(world, sku)["price"])


def _variant(world: World, sku: str) -> dict[str, Any]:
    """A variant as the shop lists it."""
    return next(row for row in world.shop.get("catalogue")["variants"] if row["sku"] == sku)
