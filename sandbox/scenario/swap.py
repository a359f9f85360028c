"""A customer wants another product: entered in Odoo, received, inspected, the replacement sent, books even."""

from __future__ import annotations

from typing import Any

from .deliver import validate
from .distribute import SKUS, Chapter, inspect, invoice, sell
from .orders import look_now
from .prepare import World
from .quiet import wait_quiet


def swap(world: World) -> Chapter:
    """One unit of the first product of ``distribute`` for one of the second."""
    chapter, odoo = Chapter(), world.odoo
    # each product lies in a warehouse of its own: the replacement has to find its way, too
    ruleset = odoo.create("integration.routing.ruleset", {"default_cost": 7.5})
    odoo.press("integration.routing.ruleset", "action_go_live", [ruleset])
    try:
        order, entry = _exchange(world)
    finally:
        odoo.press("integration.routing.ruleset", "action_retire", [ruleset])
    _check(world, order, entry, chapter)
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in chapter.figures.items())
    world.tell.say(f"an exchange: {told}")
    return chapter


def _exchange(world: World) -> tuple[dict[str, Any], int]:
    """Sell, ship, take back, send the other: (order, return)."""
    odoo = world.odoo
    order = sell(world, {"swap": [(SKUS[0], 1)]})["swap"]
    wait_quiet(world)
    validate(odoo, order["picking_ids"])
    wait_quiet(world)
    invoice(world, order)
    entry = _enter(world, order)
    wait_quiet(world)
    look_now(world)
    inspect(world, odoo.read("integration.return", [entry], ["picking_ids", "id"])[0])
    odoo.press("integration.return", "action_exchange", [entry])
    wait_quiet(world)
    look_now(world)
    wait_quiet(world)
    return order, entry


def _enter(world: World, order: dict[str, Any]) -> int:
    odoo, context = world.odoo, {"default_order_id": order["id"]}
    (other,) = odoo.rows("product.product", [("default_code", "=", SKUS[1])], ["id"])
    wizard = odoo.create("integration.return.start", {}, context=context)
    lines = odoo.read("integration.return.start", [wizard], ["line_ids"])[0]["line_ids"]
    odoo.write("integration.return.start.line", lines[:1], {"quantity": 1, "exchange_product_id": other["id"]})
    return odoo.press("integration.return.start", "action_apply", [wizard], **context)["res_id"]


def _check(world: World, order: dict[str, Any], entry: int, chapter: Chapter) -> None:
    odoo = world.odoo
    (found,) = odoo.read("sale.order", [order["id"]], ["order_line", "picking_ids"])
    lines = odoo.read("sale.order.line", found["order_line"], ["product_id"])
    sold = {line["product_id"][1].split("]")[0].strip("[") for line in lines}
    chapter.holds("products_on_the_order", sorted(sold & set(SKUS)), sorted(SKUS[:2]))
    ready = odoo.rows(
        "stock.picking",
        [("id", "in", found["picking_ids"]), ("picking_type_code", "=", "outgoing"), ("state", "=", "assigned")],
        ["name"],
    )
    chapter.holds("replacements_ready", len(ready), 1)
    validate(odoo, [row["id"] for row in ready])
    wait_quiet(world)
    invoice(world, order)
    told = world.shop.order(order["integration_external_id"])
    chapter.holds("units_told", sum(line["quantity"] for row in told["fulfillments"] for line in row["lines"]), 2)
    (order_now,) = odoo.read("sale.order", [order["id"]], ["invoice_ids"])
    refunds = odoo.rows("integration.refund", [("return_id", "=", entry)], ["move_id"])
    moves = {*order_now["invoice_ids"], *(row["move_id"][0] for row in refunds if row["move_id"])}
    signed = odoo.read("account.move", list(moves), ["amount_total_signed", "state"])
    # a credit note may wait for somebody to post it
    books = round(sum(row["amount_total_signed"] for row in signed if row["state"] != "cancel"), 2)
    chapter.holds("books_less_shop", round(books - float(told["totals"]["currentTotal"]), 2), 0.0)
