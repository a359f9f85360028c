"""What a distributor meets every day: routing over three warehouses, a split, a backorder, a return, a payout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .client import OdooError
from .deliver import validate
from .orders import look_now
from .prepare import World
from .quiet import wait_quiet

#: products of this chapter alone: each lies in one of the first three warehouses
SKUS = ("DIST-EAST", "DIST-WEST", "DIST-SOUTH")
PRICE = 25.0
UNITS = 6
#: more than there are: the rest is a backorder
TOO_MANY = UNITS + 1
#: counted after a vendor's delivery, when nothing was left
SUPPLY = 5


@dataclass
class Chapter:
    """What came of it.

    :ivar figures: for the result
    :ivar faults: a sentence for everything that is not as it has to be
    """

    figures: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def holds(self, figure: str, found: Any, wanted: Any) -> None:
        """Note a figure, and whether it is what it has to be."""
        self.figures[figure] = found
        if found != wanted:
            self.faults.append(f"{figure} is {found!r}, not {wanted!r}")


def distribute(world: World) -> Chapter:
    """Route, split, deliver in part, take back, settle; the rules are retired again."""
    chapter = Chapter()
    products = _stock_up(world)
    ruleset = world.odoo.create("integration.routing.ruleset", {"default_cost": 7.5})
    world.odoo.press("integration.routing.ruleset", "action_go_live", [ruleset])
    world.shop.post("payouts")  # what the other customers paid is settled apart
    try:
        orders = _sell(world)
    finally:
        world.odoo.press("integration.routing.ruleset", "action_retire", [ruleset])
    _check_routes(world, orders, chapter)
    _ship(world, orders, products, chapter)
    _take_back(world, orders["east"], chapter)
    _give_back(world, orders["west"], chapter)
    _settle(world, chapter)
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in chapter.figures.items())
    world.tell.say(f"a distributor's day: {told}")
    return chapter


def _stock_up(world: World) -> dict[str, int]:
    """A product for each of three warehouses, known to both sides: {SKU: product id}."""
    odoo = world.odoo
    found = odoo.rows("product.product", [("default_code", "in", SKUS)], ["default_code"])
    products = {row["default_code"]: row["id"] for row in found}
    is_new = not products
    if is_new:
        values = {"type": "consu", "is_storable": True, "list_price": PRICE, "invoice_policy": "order"}
        made = odoo.create("product.product", [{"name": sku.title(), "default_code": sku, **values} for sku in SKUS])
        products = dict(zip(SKUS, made, strict=True))
    for warehouse, sku in zip(world.warehouses.values(), SKUS, strict=False):
        count(world, products[sku], warehouse["lot_stock_id"][0], UNITS)
        if is_new:
            world.shop.post("variants", {"sku": sku, "price": PRICE, "title": sku.title(), "stock": 0})
    wait_quiet(world)
    return products


def count(world: World, product: int, place: int, units: int) -> None:
    """So many units are counted in a place."""
    values = {"product_id": product, "location_id": place, "inventory_quantity": units}
    quant = world.odoo.create("stock.quant", values, context={"inventory_mode": True})
    world.odoo.press("stock.quant", "action_apply_inventory", [quant], inventory_mode=True)


def _sell(world: World) -> dict[str, dict[str, Any]]:
    """One order for each warehouse, one for two, one for more than there is: {name: order in Odoo}."""
    east, west, south = SKUS
    wanted = {
        "east": [(east, 2)],
        "west": [(west, 1)],
        "south": [(south, 1)],
        "split": [(east, 1), (west, 1)],
        "backorder": [(south, TOO_MANY)],
    }
    return sell(world, wanted)


def sell(world: World, wanted: Mapping[str, Iterable[tuple[str, int]]]) -> dict[str, dict[str, Any]]:
    """Have customers order, one after the other: {name: order in Odoo}.

    :param wanted: {name: (SKU, units) of each line}
    :raises OdooError: one of them is not confirmed
    """
    ids = {}
    for name, items in wanted.items():
        rows = [{"sku": sku, "quantity": units} for sku, units in items]
        ids[name] = world.shop.post("orders", {"items": rows, "seed": f"{world.seed}/{name}"})["orders"][0]["id"]
        wait_quiet(world)
    look_now(world)
    fields = ["name", "state", "integration_external_id", "picking_ids", "integration_routing_why"]
    rows = world.odoo.rows("sale.order", [("integration_external_id", "in", list(ids.values()))], fields)
    found = {row["integration_external_id"]: row for row in rows}
    missing = [name for name, key in ids.items() if key not in found or found[key]["state"] != "sale"]
    if missing:
        raise OdooError(f"orders {', '.join(missing)} are not confirmed: Connectors > Exceptions")
    return {name: found[key] for name, key in ids.items()}


def _check_routes(world: World, orders: dict[str, dict[str, Any]], chapter: Chapter) -> None:
    houses = {name: _houses(world, order) for name, order in orders.items()}
    chapter.holds("warehouses_routed_to", len(set().union(*(houses[name] for name in ("east", "west", "south")))), 3)
    chapter.holds("deliveries_of_the_split", len(houses["split"]), 2)
    explained = sum(bool(order["integration_routing_why"]) for order in orders.values())
    chapter.holds("decisions_explained", explained, len(orders))


def _houses(world: World, order: dict[str, Any]) -> set[int]:
    pickings = world.odoo.read("stock.picking", order["picking_ids"], ["picking_type_id", "state"])
    types = [row["picking_type_id"][0] for row in pickings if row["state"] != "cancel"]
    return {row["warehouse_id"][0] for row in world.odoo.read("stock.picking.type", types, ["warehouse_id"])}


def _ship(world: World, orders: dict[str, dict[str, Any]], products: dict[str, int], chapter: Chapter) -> None:
    """Everything leaves; of the last order first what is there, the rest after a receipt."""
    for order in orders.values():
        validate(world.odoo, _open(world, order, ("assigned", "confirmed")))
    wait_quiet(world)
    order = orders["backorder"]
    rest = _open(world, order, ("confirmed",))
    chapter.holds("backorders", len(rest), 1)
    house = world.odoo.rows("stock.picking", [("id", "in", rest)], ["location_id"])[0]
    count(world, products[SKUS[2]], house["location_id"][0], SUPPLY)
    world.odoo.press("stock.picking", "action_assign", rest)
    validate(world.odoo, rest)
    wait_quiet(world)
    fulfilments = world.shop.order(order["integration_external_id"])["fulfillments"]
    told = [sum(line["quantity"] for line in row["lines"]) for row in fulfilments]
    chapter.holds("units_told_of_the_backorder", sum(told), TOO_MANY)
    chapter.holds("parcels_told_of_the_backorder", len(told), 2)


def _open(world: World, order: dict[str, Any], states: Iterable[str]) -> list[int]:
    domain = [("sale_id", "=", order["id"]), ("state", "in", list(states)), ("picking_type_code", "=", "outgoing")]
    return [row["id"] for row in world.odoo.rows("stock.picking", domain, ["name"])]


def _take_back(world: World, order: dict[str, Any], chapter: Chapter) -> None:
    """One unit comes back: announced, received, inspected, paid back, credited."""
    odoo, key = world.odoo, order["integration_external_id"]
    invoice(world, order)
    world.shop.do(key, "return", lines=[{"line": 0, "quantity": 1}], reason="SIZE_TOO_SMALL")
    wait_quiet(world)
    (entry,) = odoo.rows("integration.return", [("order_id", "=", order["id"])], ["picking_ids", "external_id"])
    inspect(world, entry)
    world.shop.do(
        key, "refund", lines=[{"line": 0, "quantity": 1}], restock="NO_RESTOCK", **{"return": entry["external_id"]}
    )
    wait_quiet(world)
    (entry,) = odoo.rows("integration.return", [("order_id", "=", order["id"])], ["state", "refund_ids"])
    chapter.holds("return", entry["state"], "closed")
    refunds = odoo.read("integration.refund", entry["refund_ids"], ["state", "amount"])
    chapter.holds("refunds_credited", [row["state"] for row in refunds], ["credited"])


def invoice(world: World, order: dict[str, Any]) -> None:
    """What an order has to be invoiced for, posted."""
    odoo = world.odoo
    wizard = odoo.create(
        "sale.advance.payment.inv", {"advance_payment_method": "delivered", "sale_order_ids": [(6, 0, [order["id"]])]}
    )
    odoo.press("sale.advance.payment.inv", "create_invoices", [wizard])
    invoices = odoo.read("sale.order", [order["id"]], ["invoice_ids"])[0]["invoice_ids"]
    drafts = [row["id"] for row in odoo.read("account.move", invoices, ["state"]) if row["state"] == "draft"]
    odoo.press("account.move", "action_post", drafts)


def inspect(world: World, entry: dict[str, Any]) -> None:
    """The goods of a return are received, and all of them sold again."""
    validate(world.odoo, entry["picking_ids"])
    action = world.odoo.press("integration.return", "action_inspect", [entry["id"]])
    wizard = world.odoo.create("integration.return.inspection", {"return_id": entry["id"]}, context=action["context"])
    world.odoo.press("integration.return.inspection", "action_apply", [wizard])


def _give_back(world: World, order: dict[str, Any], chapter: Chapter) -> None:
    """A customer calls: the clerk enters the return and pays back, and the shop is told of both."""
    odoo = world.odoo
    invoice(world, order)
    _fill(world, "integration.return.start", "action_apply", default_order_id=order["id"])
    wait_quiet(world)
    (entry,) = odoo.rows("integration.return", [("order_id", "=", order["id"])], ["picking_ids", "is_told"])
    chapter.holds("return_told_to_the_shop", entry["is_told"], True)
    inspect(world, entry)
    asked = {"default_order_id": order["id"], "default_return_id": entry["id"]}
    _fill(world, "integration.refund.start", "action_reckon", "action_refund", **asked)
    wait_quiet(world)
    look_now(world)
    wait_quiet(world)
    told = world.shop.order(order["integration_external_id"])
    paid_back = [row for row in told["transactions"] if row["kind"] == "REFUND"]
    chapter.holds("refunds_of_the_shop", len(paid_back), 1)
    (entry,) = odoo.rows("integration.return", [("order_id", "=", order["id"])], ["state", "refund_ids"])
    chapter.holds("return_of_ours", entry["state"], "closed")
    refunds = odoo.read("integration.refund", entry["refund_ids"], ["amount"])
    same = [float(row["amount"]) for row in paid_back] == [row["amount"] for row in refunds]
    chapter.holds("refund_to_the_cent", same, True)


def _fill(world: World, wizard: str, *buttons: str, **context: Any) -> None:
    """One unit of the first line, then the buttons."""
    odoo = world.odoo
    made = odoo.create(wizard, {}, context=context)
    lines = odoo.read(wizard, [made], ["line_ids"])[0]["line_ids"]
    odoo.write(f"{wizard}.line", lines[:1], {"quantity": 1})
    for button in buttons:
        odoo.press(wizard, button, [made], **context)


def _settle(world: World, chapter: Chapter) -> None:
    """The provider pays out; the payout is matched to the cent, and booked."""
    odoo = world.odoo
    _choose_accounts(world)
    paid = world.shop.post("payouts")
    odoo.press("integration.flow", "action_poll", [world.flows["payout.in"]])
    wait_quiet(world)
    rows = odoo.rows("integration.payout", [("external_id", "=", paid["id"])], ["state"])
    chapter.holds("payout", [row["state"] for row in rows], ["matched"])
    if not chapter.faults:
        odoo.press("integration.payout", "action_book", [row["id"] for row in rows])
        (row,) = odoo.read("integration.payout", [rows[0]["id"]], ["move_id"])
        chapter.holds("payout_booked", bool(row["move_id"]), True)


def _choose_accounts(world: World) -> None:
    """The tab “Payouts” of the backend: a journal and an account for each purpose."""
    odoo = world.odoo
    if odoo.read("integration.backend", [world.backend_id], ["payout_journal_id"])[0]["payout_journal_id"]:
        return
    names = ("clearing", "bank", "fee", "dispute", "other")
    made = odoo.create(
        "account.account",
        [
            {"name": f"Payouts: {name}", "code": f"1099{number}", "account_type": "asset_current"}
            for number, name in enumerate(names)
        ],
    )
    journal = odoo.create("account.journal", {"name": "Payouts", "code": "PAYO", "type": "general"})
    values = {f"payout_{name}_account_id": account for name, account in zip(names, made, strict=True)}
    odoo.write("integration.backend", [world.backend_id], {**values, "payout_journal_id": journal})
