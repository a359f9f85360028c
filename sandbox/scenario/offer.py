"""A product of Odoo that the shop does not sell yet: offered, made there, linked, and its stock published."""

from __future__ import annotations

from .distribute import PRICE, Chapter, count
from .prepare import World
from .quiet import wait_quiet

SKU, UNITS = "OFFER-1", 4


def offer(world: World) -> Chapter:
    """Once more it is only looked at: a product is made once."""
    chapter, odoo = Chapter(), world.odoo
    found = odoo.rows("product.product", [("default_code", "=", SKU)], ["product_tmpl_id"])
    if not found:
        values = {"type": "consu", "is_storable": True, "list_price": PRICE, "description_sale": "Made in Odoo"}
        made = odoo.create("product.product", {"name": "Offered", "default_code": SKU, **values})
        count(world, made, next(iter(world.warehouses.values()))["lot_stock_id"][0], UNITS)
        (template,) = odoo.read("product.product", [made], ["product_tmpl_id"])
        context = {"active_model": "product.template", "active_ids": [template["product_tmpl_id"][0]]}
        wizard = odoo.create(
            "integration.offer.start", {"backend_id": world.backend_id, "is_shown": True}, context=context
        )
        odoo.press("integration.offer.start", "action_apply", [wizard], **context)
    wait_quiet(world)
    # more units are put on sale only after a look at what was ordered meanwhile
    world.tell.wait("stock of the new product", lambda: _behind(world), 60, "Connectors > Stock levels")
    rows = [row for row in world.shop.get("catalogue")["variants"] if row["sku"] == SKU]
    chapter.holds("products_made", len(rows), 1)
    linked = odoo.rows(
        "integration.product.binding", [("sku", "=", SKU), ("backend_id", "=", world.backend_id)], ["id"]
    )
    chapter.holds("products_linked", len(linked), 1)
    levels = world.shop.get("inventory", sku=SKU)["levels"]
    chapter.holds("units_on_sale", sum(row["available"] for row in levels), UNITS)
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in chapter.figures.items())
    world.tell.say(f"a new product: {told}")
    return chapter


def _behind(world: World) -> str:
    mine = [("backend_id", "=", world.backend_id), ("product_id.default_code", "=", SKU)]
    levels = world.odoo.rows("integration.stock.level", mine, ["version", "published_version"])
    behind = sum(row["version"] > row["published_version"] for row in levels)
    return f"{behind} levels not accepted yet" if behind or not levels else ""
