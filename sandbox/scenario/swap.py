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
    order = sell(world, {"swap": [(SKUS[0], 1)]})["swap"]
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
    _check(world, order, entry, chapter)
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in chapter.figures.items())
    world.tell.say(f"an exchange: {told}")
    return chapter


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
    lines = odoo.read("sale.order.line", found["order_line"], ["product_uom_qty", "integration_external_id"])
    chapter.holds("lines", len([line for line in lines if line["integration_external_id"]]), 2)
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
    books = round(sum(row["amount_total_signed"] for row in signed if row["state"] == "posted"), 2)
    chapter.holds("books_less_shop", round(books - float(told["totals"]["currentTotal"]), 2), 0.0)
