"""An Odoo that could have been there before: warehouses, products, stock."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from .client import Odoo
from .progress import Progress
from .shop import Shop

#: variants of the sandbox's catalogue that Odoo shall not know, so that somebody must act
UNKNOWN_SKUS = ("SHOP-ONLY-1", "")


@dataclass
class World:
    """What the steps of the scenario share.

    :param odoo: an administrator's session
    :param shop: the sandbox's oracle
    :param tell: where progress goes
    :param seed: of everything that is drawn by lot
    :param name: of the backend
    """

    odoo: Odoo
    shop: Shop
    tell: Progress
    seed: int
    name: str = "Hub Goods"
    #: location id of the shop -> warehouse {"id", "name", "lot_stock_id", ...}
    warehouses: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: SKU -> product id
    products: dict[str, int] = field(default_factory=dict)
    #: rows of the catalogue that Odoo knows and keeps stock of
    stocked: list[dict[str, Any]] = field(default_factory=list)
    backend_id: int = 0
    #: whom the backend works as
    service_user_id: int = 0
    #: flow code -> id
    flows: dict[str, int] = field(default_factory=dict)

    def chance(self, purpose: str) -> random.Random:
        """Lots that are the same for the same seed and purpose."""
        return random.Random(f"{self.seed}/{purpose}")


def prepare(world: World) -> None:
    """Make what the shop sells and where it lies; what is there already is kept."""
    catalogue = world.shop.get("catalogue")
    make_warehouses(world, catalogue["locations"])
    make_products(world, catalogue["variants"])
    count_stock(world)


def make_warehouses(world: World, locations: list[dict[str, Any]]) -> None:
    """One warehouse for each place of the shop, with its address and time zone."""
    odoo = world.odoo
    user = odoo.read("res.users", [odoo.user_id], ["company_id"])[0]
    company = user["company_id"][0]
    fields = ["name", "lot_stock_id", "view_location_id"]
    for index, place in enumerate(locations):
        domain = [("name", "=", place["name"]), ("company_id", "=", company)]
        found = odoo.rows("stock.warehouse", domain, fields)
        if not found:
            made = odoo.create(
                "stock.warehouse",
                {
                    "name": place["name"],
                    "code": f"H{index + 1}{place['name'][:3].upper()}",
                    "company_id": company,
                    "partner_id": _address(odoo, place),
                },
            )
            found = odoo.read("stock.warehouse", [made], fields)
        world.warehouses[place["id"]] = found[0]
    names = ", ".join(row["name"] for row in world.warehouses.values())
    world.tell.say(f"{len(world.warehouses)} warehouses: {names}")


def _address(odoo: Odoo, place: dict[str, Any]) -> int:
    address = place["address"]
    country = odoo.rows("res.country", [("code", "=", address["countryCode"])], ["id"])
    state = odoo.rows(
        "res.country.state",
        [
            ("country_id.code", "=", address["countryCode"]),
            ("code", "=", address["provinceCode"]),
        ],
        ["id"],
    )
    return odoo.create(
        "res.partner",
        {
            "name": f"Warehouse {place['name']}",
            "street": address["address1"],
            "city": address["city"],
            "zip": address["zip"],
            "phone": address["phone"],
            "country_id": country[0]["id"] if country else False,
            "state_id": state[0]["id"] if state else False,
            "tz": place["timezone"],
        },
    )


def make_products(world: World, variants: list[dict[str, Any]]) -> None:
    """The products of the catalogue under the same SKUs, except what Odoo shall not know."""
    known = [row for row in variants if row["sku"] not in UNKNOWN_SKUS]
    skus = [row["sku"] for row in known]
    world.products = _product_ids(world.odoo, skus)
    missing = [row for row in known if row["sku"] not in world.products]
    world.odoo.create("product.product", [_product(row) for row in missing])
    world.products = _product_ids(world.odoo, skus)
    world.stocked = [row for row in known if row["tracked"]]
    world.tell.say(
        f"{len(world.products)} products with the SKUs of the shop's catalogue; "
        f"{len(variants) - len(known)} of its variants stay unknown to Odoo on purpose"
    )


def _product_ids(odoo: Odoo, skus: list[str]) -> dict[str, int]:
    rows = odoo.rows("product.product", [("default_code", "in", skus)], ["default_code"])
    return {row["default_code"]: row["id"] for row in rows}


def _product(row: dict[str, Any]) -> dict[str, Any]:
    title = row["product_title"]
    if row["title"] != "Default Title":
        title = f"{title} ({row['title']})"
    return {
        "name": title,
        "default_code": row["sku"],
        "barcode": row["barcode"] or False,
        "list_price": float(row["price"]),
        "weight": row["weight_kg"],
        "type": "service" if row["gift_card"] else "consu",
        "is_storable": not row["gift_card"],
    }


def count_stock(world: World, least: int = 180, most: int = 320) -> None:
    """Count every product in every warehouse, as after a stock-take.

    The figures differ from what the shop holds, so that publishing has something to do.
    """
    odoo, chance = world.odoo, world.chance("stock")
    places = [row["lot_stock_id"][0] for row in world.warehouses.values()]
    domain = [("location_id", "in", places), ("product_id", "in", list(world.products.values()))]
    if odoo.count("stock.quant", domain):
        world.tell.say("stock was counted before")
        return
    rows = [
        {
            "product_id": world.products[row["sku"]],
            "location_id": place,
            "inventory_quantity": chance.randint(least, most),
        }
        for row in world.stocked
        for place in places
    ]
    quants = odoo.create("stock.quant", rows, context={"inventory_mode": True})
    odoo.press("stock.quant", "action_apply_inventory", quants, inventory_mode=True)
    units = sum(row["inventory_quantity"] for row in rows)
    world.tell.say(f"{len(rows)} stock counts applied: {units} units")
