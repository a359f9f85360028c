"""An order whose goods lie in two warehouses leaves as one delivery: one of them sends its part to the other first."""

from __future__ import annotations

from typing import Any

from .client import Odoo
from .deliver import validate
from .distribute import SKUS, Chapter, sell
from .prepare import World
from .quiet import wait_quiet

#: the rules of this chapter: never split, bring what is missing
RULES = {"default_cost": 7.5, "most": "1", "resupply": "short"}


def bring(world: World) -> Chapter:
    """The products are those of ``distribute``; the rules are retired again."""
    chapter, odoo = Chapter(), world.odoo
    target, source, *__ = world.warehouses.values()
    odoo.write("stock.warehouse", [target["id"]], {"resupply_wh_ids": [(6, 0, [source["id"]])]})
    odoo.write("stock.warehouse", [source["id"]], {"resupply_wh_ids": [(6, 0, [target["id"]])]})
    ruleset = odoo.create("integration.routing.ruleset", RULES)
    odoo.press("integration.routing.ruleset", "action_go_live", [ruleset])
    try:
        order = sell(world, {"brought": [(SKUS[0], 1), (SKUS[1], 1)]})["brought"]
    finally:
        odoo.press("integration.routing.ruleset", "action_retire", [ruleset])
    chapter.holds("deliveries", len(order["picking_ids"]), 1)
    chapter.holds("transfers", _move(odoo, order), 2)
    chapter.holds("delivery_ready", _delivery(odoo, order)["state"], "assigned")
    validate(odoo, order["picking_ids"])
    wait_quiet(world)
    told = world.shop.order(order["integration_external_id"])["fulfillments"]
    # as many fulfilments as the shop has locations that it assigned the lines to
    chapter.holds("units_told", sum(line["quantity"] for row in told for line in row["lines"]), 2)
    figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in chapter.figures.items())
    world.tell.say(f"goods brought from another warehouse: {figures}")
    return chapter


def _delivery(odoo: Odoo, order: dict[str, Any]) -> dict[str, Any]:
    return odoo.read("stock.picking", order["picking_ids"], ["state", "move_ids"])[0]


def _move(odoo: Odoo, order: dict[str, Any]) -> int:
    """Send and receive what is brought for an order: how many transfers that took."""
    step, chain = _origins(odoo, _delivery(odoo, order)["move_ids"]), []
    while step:
        chain += step
        step = _origins(odoo, step)
    moves = odoo.read("stock.move", chain[::-1], ["picking_id"])
    pickings = list(dict.fromkeys(row["picking_id"][0] for row in moves))
    for picking in pickings:
        odoo.press("stock.picking", "action_assign", [picking])
        validate(odoo, [picking])
    return len(pickings)


def _origins(odoo: Odoo, moves: list[int]) -> list[int]:
    return [move for row in odoo.read("stock.move", moves, ["move_orig_ids"]) for move in row["move_orig_ids"]]
