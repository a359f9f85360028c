"""Both sides as they stand at the end, each read by its own means, side by side by order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .prepare import World

Row = dict[str, Any]

SALE_FIELDS = (
    "name",
    "state",
    "partner_id",
    "currency_id",
    "amount_tax",
    "amount_total",
    "integration_external_id",
    "integration_number",
    "integration_hold",
    "integration_hold_reason",
)
LINE_FIELDS = (
    "order_id",
    "integration_external_id",
    "product_uom_qty",
    "price_subtotal",
    "price_total",
)


@dataclass
class Sides:
    """What the comparison works on.

    :param source: order id -> the shop's order, of the orders that were placed
    :param bound: order id -> ids of the sale orders linked to it
    :param sales: sale order id -> its fields; every one that claims to be of this shop
    :param lines: sale order id -> {the shop's line id: fields of the line}
    :param open: order id -> open exceptions that are about it
    :param ledger: order id -> states of its messages
    """

    source: dict[str, Row]
    bound: dict[str, list[int]] = field(default_factory=dict)
    sales: dict[int, Row] = field(default_factory=dict)
    lines: dict[int, dict[str, Row]] = field(default_factory=dict)
    open: dict[str, list[Row]] = field(default_factory=dict)
    ledger: dict[str, list[str]] = field(default_factory=dict)

    def sale(self, order_id: str) -> Row | None:
        """The sale order an order became."""
        ids = self.bound.get(order_id)
        return self.sales.get(ids[0]) if ids else None

    def categories(self, order_id: str) -> set[str]:
        """Kinds of the open exceptions about an order."""
        return {row["category"] for row in self.open.get(order_id, ())}


def read_sides(world: World, placed: Sequence[str]) -> Sides:
    """Read everything about the placed orders from the shop and from Odoo."""
    everything = world.shop.orders()
    sides = Sides({key: everything[key] for key in placed if key in everything})
    odoo, backend = world.odoo, [("backend_id", "=", world.backend_id)]
    for row in odoo.rows("integration.order.binding", backend, ["external_id", "record_id"]):
        sides.bound.setdefault(row["external_id"], []).append(row["record_id"][0])
    sales = odoo.rows("sale.order", [("integration_backend_id", "=", world.backend_id)], SALE_FIELDS)
    sides.sales = {row["id"]: row for row in sales}
    lines: dict[int, dict[str, Row]] = defaultdict(dict)
    for row in odoo.rows("sale.order.line", [("order_id", "in", list(sides.sales))], LINE_FIELDS):
        lines[row["order_id"][0]][row["integration_external_id"] or f"own/{row['id']}"] = row
    sides.lines = lines
    _read_ledger(world, sides)
    return sides


def _read_ledger(world: World, sides: Sides) -> None:
    """Messages and open exceptions, by the order they are about."""
    odoo = world.odoo
    backend = [("backend_id", "=", world.backend_id)]
    messages = odoo.rows(
        "integration.message",
        [*backend, ("topic", "=", "order.in")],
        ["business_key", "state"],
    )
    about = {row["id"]: row["business_key"] for row in messages}
    for row in messages:
        sides.ledger.setdefault(row["business_key"], []).append(row["state"])
    of_sale = {key: row["integration_external_id"] for key, row in sides.sales.items()}
    pickings = odoo.rows("stock.picking", [("integration_backend_id", "=", world.backend_id)], ["sale_id"])
    of_picking = {row["id"]: of_sale.get(row["sale_id"][0]) for row in pickings if row["sale_id"]}
    fields = ["category", "cause", "message_id", "res_model", "res_id"]
    for row in odoo.rows("integration.exception", [*backend, ("state", "=", "open")], fields):
        keys = {about.get((row["message_id"] or [0])[0])}
        if row["res_model"] == "sale.order":
            keys.add(of_sale.get(row["res_id"]))
        elif row["res_model"] == "stock.picking":
            keys.add(of_picking.get(row["res_id"]))
        for key in keys - {None, ""}:
            sides.open.setdefault(key, []).append(row)


def cents(value: Any) -> Decimal:
    """An amount of either side as an exact number of hundredths."""
    return Decimal(repr(value) if isinstance(value, float) else str(value)).quantize(Decimal("0.01"))


def total(values: Iterable[Decimal]) -> Decimal:
    """Sum that is a Decimal even of nothing."""
    return sum(values, Decimal(0))
