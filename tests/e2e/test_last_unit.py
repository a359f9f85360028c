"""Two channels sell the last unit at the same instant, two hundred times over, on real workers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest

from sandbox.scenario import connect, prepare
from sandbox.scenario.client import Odoo, OdooError
from sandbox.scenario.prepare import World
from sandbox.scenario.progress import Progress
from sandbox.scenario.quiet import wait_quiet
from sandbox.scenario.shop import Shop
from setup.lib.environment import current
from setup.lib.errors import SetupError
from setup.lib.instance import Instance, Sandbox

TIMES = 200
#: products that a test has for itself
RANGES = {"divided": 0, "buffered": 1, "shared": 2}


@dataclass
class Rivals:
    """One Odoo, two shops that sell the same goods from the same warehouses."""

    odoo: Odoo
    worlds: list[World]

    @classmethod
    def begin(cls, server: Instance, shops: list[Sandbox]) -> Rivals:
        """Products, stock, two running backends, and routing rules in force."""
        odoo = Odoo(server.url, server.database, "admin", "admin")
        worlds = [
            World(odoo, Shop(shop.url), Progress(), seed=1, name=name)
            for name, shop in zip(("First shop", "Second shop"), shops, strict=True)
        ]
        for world in worlds:
            world.shop.post("reset", {"variants": TIMES * len(RANGES), "stock": 0})
            prepare.prepare(world)
        rivals = cls(odoo, worlds)
        rivals.lay([row["sku"] for row in worlds[0].stocked], 0)
        for world in worlds:
            connect.connect(world)
        ruleset = odoo.create("integration.routing.ruleset", {"default_cost": 5.0})
        odoo.press("integration.routing.ruleset", "action_go_live", [ruleset])
        return rivals

    @property
    def house(self) -> dict[str, Any]:
        """The warehouse that has the units."""
        return next(iter(self.worlds[0].warehouses.values()))

    def skus(self, name: str) -> list[str]:
        """The products of a test."""
        start = RANGES[name] * TIMES
        return [f"HUB-{number:04d}" for number in range(start + 1, start + TIMES + 1)]

    def lay(self, skus: list[str], units: int) -> None:
        """So many units of each in the first warehouse, none anywhere else."""
        places = [row["lot_stock_id"][0] for row in self.worlds[0].warehouses.values()]
        products = [self.worlds[0].products[sku] for sku in skus]
        domain = [("location_id", "in", places), ("product_id", "in", products)]
        quants = self.odoo.rows("stock.quant", domain, ["location_id"])
        first = [row["id"] for row in quants if row["location_id"][0] == places[0]]
        self.odoo.write("stock.quant", first, {"inventory_quantity": units})
        self.odoo.write(
            "stock.quant", [row["id"] for row in quants if row["id"] not in first], {"inventory_quantity": 0}
        )
        self.odoo.press("stock.quant", "action_apply_inventory", [row["id"] for row in quants], inventory_mode=True)

    def share(self, how: str, buffer: int) -> None:
        """How the warehouse is shared out, and what it keeps back."""
        self.odoo.write(
            "stock.warehouse", [self.house["id"]], {"integration_sharing": how, "integration_buffer_units": buffer}
        )

    def quiet(self) -> None:
        """Both channels know all levels, all orders are in."""
        for world in self.worlds:
            connect.publish_stock(world)
            wait_quiet(world)

    def on_sale(self, skus: list[str]) -> dict[str, tuple[int, ...]]:
        """{SKU: units on sale at each shop}."""
        found = []
        for world in self.worlds:
            names = {row["inventory_item_id"]: row["sku"] for row in world.shop.get("catalogue")["variants"]}
            units: Counter[str] = Counter()
            for row in world.shop.get("inventory")["levels"]:
                units[names[row["inventory_item_id"]]] += row["available"]
            found.append(units)
        return {sku: tuple(units[sku] for units in found) for sku in skus}

    def rush(self, skus: list[str]) -> Counter[str]:
        """A buyer at each shop takes one of each product, both at the same instant: {SKU: orders}."""
        gate = Barrier(len(self.worlds))

        def buy(world: World) -> list[str]:
            bought = []
            for sku in skus:
                gate.wait(timeout=60)
                placed = world.shop.post("orders", {"items": [{"sku": sku}], "deny": True})
                bought += [sku] * placed["count"]
            return bought

        with ThreadPoolExecutor(len(self.worlds)) as buyers:
            return Counter(sku for bought in buyers.map(buy, self.worlds) for sku in bought)

    def outcome(self, skus: list[str]) -> dict[str, list[dict[str, Any]]]:
        """{SKU: its deliveries: {"order_id", "picking_id", "state", "ordered"}}."""
        products = {self.worlds[0].products[sku]: sku for sku in skus}
        moves = self.odoo.rows(
            "stock.move",
            [("product_id", "in", list(products)), ("picking_code", "=", "outgoing"), ("state", "!=", "cancel")],
            ["product_id", "picking_id", "state", "product_uom_qty", "sale_line_id"],
        )
        found: dict[str, list[dict[str, Any]]] = {sku: [] for sku in skus}
        for move in moves:
            found[products[move["product_id"][0]]].append(move)
        return found

    def exceptions(self) -> list[dict[str, Any]]:
        """Open exceptions about what cannot be shipped, once the desk has looked."""
        self._look_at_shortages()
        domain = [("category", "in", ("allocation", "partial")), ("state", "=", "open")]
        return self.odoo.rows("integration.exception", domain, ["cause", "res_model", "res_id", "fixes"])

    def _look_at_shortages(self, tries: int = 60) -> None:
        """Have the schedule run that puts them to a person; it may be running by itself."""
        for number in range(tries):
            try:
                self.odoo.run_cron("connector_oms.cron_shortages")
                return
            except OdooError as error:
                if "already executing" not in str(error) or number == tries - 1:
                    raise
                time.sleep(0.5)


@pytest.fixture(scope="module")
def rivals() -> Iterator[Rivals]:
    """An Odoo of its own: routing rules and short stock would be in the way of other tests."""
    try:
        environment = current()
    except SetupError as error:
        pytest.skip(f"no prepared environment: {error}")
    shops = [Sandbox(seed=seed, arguments=("--retry-scale", "0.01")) for seed in (1, 2)]
    with Instance(environment, workers=3) as server, shops[0], shops[1]:
        yield Rivals.begin(server, shops)


@pytest.fixture
def sold(rivals: Rivals) -> Callable[..., list[dict[str, Any]]]:
    """Lays out units, lets both shops sell, and gives the deliveries by SKU."""

    def play(name: str, how: str, buffer: int, units: int, each: int) -> dict[str, list[dict[str, Any]]]:
        skus = rivals.skus(name)
        rivals.share(how, buffer)
        rivals.lay(skus, units)
        rivals.quiet()
        offered = rivals.on_sale(skus)
        assert {sum(pair) for pair in offered.values()} == {each}, offered
        orders = rivals.rush(skus)
        assert orders == Counter(dict.fromkeys(skus, each)), (
            "a shop sold what it did not have, or had what it did not sell"
        )
        rivals.quiet()
        return rivals.outcome(skus)

    return play


def test_divided_last_unit_is_sold_once(rivals: Rivals, sold):
    outcome = sold("divided", "divided", 0, 1, each=1)
    assert {len(moves) for moves in outcome.values()} == {1}
    assert {move["state"] for moves in outcome.values() for move in moves} == {"assigned"}
    assert rivals.exceptions() == []


def test_buffer_covers_the_instant(rivals: Rivals, sold):
    outcome = sold("buffered", "shared", 1, 2, each=2)
    assert {len(moves) for moves in outcome.values()} == {2}
    assert {move["state"] for moves in outcome.values() for move in moves} == {"assigned"}
    assert rivals.exceptions() == []


def test_shared_last_unit_has_one_winner_and_the_loser_its_choices(rivals: Rivals, sold):
    outcome = sold("shared", "shared", 0, 1, each=2)
    exceptions = rivals.exceptions()
    losers = set()
    for sku, moves in outcome.items():
        assert sorted(move["state"] for move in moves) == ["assigned", "confirmed"], (sku, moves)
        losers |= {move["picking_id"][0] for move in moves if move["state"] == "confirmed"}
    orders = {row["sale_id"][0]: row["id"] for row in rivals.odoo.read("stock.picking", losers, ["sale_id"])}
    put = Counter(row["res_id"] if row["res_model"] == "stock.picking" else orders[row["res_id"]] for row in exceptions)
    assert set(put) == losers, "each loser is put to a person, and nobody else"
    assert set(put.values()) == {1}, "once"
    for row in exceptions:
        assert {fix["code"] for fix in row["fixes"]} >= {"route_choose", "route_again"}, row
