"""The three sides of `orders`: the hub, a client of the external API, the ORM by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks._shop import Shop, parts, total
from benchmarks.common import Images, Json2, Program, together, wait_for
from setup.lib.instance import Instance
from setup.lib.paths import REPO

WORKERS = 2
CLIENTS = 2
PATIENCE = 600

CONFIRMED = "SELECT count(*) FROM sale_order WHERE state = 'sale' AND client_order_ref = ANY(%s)"
#: what the confirmed orders have asked the warehouse for: product, units, moves that have all of theirs
DEMAND = """
SELECT m.product_id, sum(m.product_uom_qty)::int, count(*) FILTER (WHERE m.state = 'assigned')
  FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id JOIN stock_move m ON m.sale_line_id = l.id
 WHERE o.state = 'sale' AND m.state <> 'cancel' AND o.client_order_ref = ANY(%s)
 GROUP BY m.product_id"""


@dataclass
class Race:
    """What all sides share.

    :param orders: as the shop gives them; of ``warm_up`` the clock knows nothing
    :param facts: what ``_prepare`` said
    :param image: name of the prepared database
    """

    environment: Any
    images: Images
    shop: Shop
    image: str
    facts: dict[str, Any]
    warm_up: list[str]
    batch_size: int = 0
    ids: list[str] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)

    def start_over(self, warm_up: list[str]) -> None:
        """The shop is as it was in the beginning: nothing but the warm-up has been sold."""
        self.warm_up, self.ids, self.orders = warm_up, [], []

    @property
    def numbers(self) -> list[str]:
        """The orders' numbers as they stand in Odoo."""
        return [order["name"] for order in self.orders]

    def demand(self) -> dict[int, int]:
        """{product id: units} that the orders ask for."""
        wanted: dict[int, int] = {}
        for order in self.orders:
            for part in parts(order):
                product = self.facts["products"].get(part["sku"])
                if product:
                    wanted[product] = wanted.get(product, 0) + part["quantity"]
        return wanted

    def moves(self) -> int:
        """How many moves the orders need."""
        return sum(1 for order in self.orders for part in parts(order) if part["sku"])


@dataclass
class Result:
    """What one side needed.

    :param seconds: until all orders were confirmed
    :param reserved: until all of their stock was reserved as well; None: not tried
    """

    name: str
    seconds: float
    reserved: float | None
    remarks: list[str] = field(default_factory=list)


class Database:
    """SQL beside a running server, on one connection."""

    def __init__(self, race: Race, name: str):
        self.connection = race.environment.server.connect(name)
        self.race = race

    def rows(self, statement: str, parameters: Any = ()) -> list[tuple]:
        """Rows of one statement."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    def confirmed(self, numbers: list[str]) -> int:
        """How many of these orders are confirmed."""
        return self.rows(CONFIRMED, (numbers,))[0][0]

    def check(self, reserved: bool) -> str:
        """Hold the result against the shop: orders, demand, reservation.

        :return: how many orders come to another amount than the shop's, in words
        :raises AssertionError: something is not as it must be
        """
        race = self.race
        amounts = dict(
            self.rows(
                "SELECT client_order_ref, amount_total::float FROM sale_order WHERE client_order_ref = ANY(%s)",
                (race.numbers,),
            )
        )
        wrong = [order["name"] for order in race.orders if abs(amounts[order["name"]] - total(order)) > 0.004]
        rows = self.rows(DEMAND, (race.numbers,))
        wanted = race.demand()
        assert {row[0]: row[1] for row in rows} == wanted, "the demand is not what was ordered"
        assigned = sum(row[2] for row in rows)
        assert not reserved or assigned == race.moves(), f"{assigned} of {race.moves()} moves are reserved"
        return f"orders that are not the shop's to the cent: {len(wrong)}"

    def available(self) -> dict[int, int]:
        """{product id: units} that may still be sold, by the suite's own SQL."""
        parameters = {
            "warehouse_ids": [self.race.facts["warehouse_id"]],
            "product_ids": list(self.race.facts["products"].values()),
        }
        return {row[0]: int(row[2]) for row in self.rows(self.race.facts["availability_sql"], parameters)}


def hub(race: Race, place: Callable[[], None], as_service_user: bool = True) -> Result:
    """The hub finds the orders by its look-up and works them off with two lanes.

    :param place: has customers place the orders, once everything is warm
    :param as_service_user: with the rights of the backend's own user, as it is connected; otherwise as the system user
    """
    name = "hub" if as_service_user else "hub as the system user"
    database = race.images.clone(race.image, name.replace(" ", "_"))
    with Instance(race.environment, workers=WORKERS, database=database) as odoo:
        api = Json2(odoo.url, database, race.facts["api_key"])
        api.call("integration.backend", "action_adopt_database", ids=[race.facts["backend_id"]])
        if not as_service_user:
            api.call("integration.backend", "write", ids=[race.facts["backend_id"]], vals={"user_id": False})
        if race.batch_size:
            values = {"batch_size": race.batch_size}
            api.call("integration.flow", "write", ids=[race.facts["flow_id"]], vals=values)
        sql = Database(race, database)
        warm = [order["name"] for order in race.shop.read(race.warm_up)]
        _look(api, race)
        wait_for(lambda: sql.confirmed(warm) == len(warm), "the hub's warm-up", PATIENCE)
        _reserved_all(sql)
        place()
        before = sql.available()
        begun = time.monotonic()
        _look(api, race)
        seconds = wait_for(lambda: sql.confirmed(race.numbers) == len(race.ids), "confirmed", PATIENCE) - begun
        after = sql.available()
        taken = {product: before[product] - after[product] for product in before if before[product] != after[product]}
        assert taken == race.demand(), "availability does not know what was ordered"
        reserved = _reserved_all(sql) - begun
        amounts = sql.check(reserved=True)
        retried = sql.rows("SELECT count(*) FROM integration_attempt WHERE error_class = 'conflict'")[0][0]
        users = sql.rows(
            "SELECT DISTINCT u.login FROM sale_order o JOIN res_users u ON u.id = o.create_uid"
            " WHERE o.client_order_ref = ANY(%s)",
            (race.numbers,),
        )
        made = f"orders made by: {', '.join(row[0] for row in users)}"
        return Result(name, seconds, reserved, [amounts, made, f"attempts begun afresh after a conflict: {retried}"])


def _look(api: Json2, race: Race) -> None:
    api.call("integration.flow", "action_poll", ids=[race.facts["flow_id"]])


def _reserved_all(sql: Database) -> float:
    """Wait until the lane has reserved everything."""
    waiting = "SELECT count(*) FROM stock_move WHERE integration_reserve_pending"
    return wait_for(lambda: not sql.rows(waiting)[0][0], "reserved", PATIENCE)


def naive(race: Race) -> Result:
    """Two clients of the external API on the same server, each with half of the orders."""
    database = race.images.clone(race.image, "naive")
    with Instance(race.environment, workers=WORKERS, jobs=0, database=database) as odoo:
        variables = race.environment.variables(PYTHONPATH=str(REPO))
        clients = [Program("benchmarks._naive", [], variables) for __ in range(CLIENTS)]
        facts = {**race.facts, "url": odoo.url, "database": database, "shop_url": race.shop.url}
        for number, client in enumerate(clients):
            client.tell(facts).tell(race.warm_up[number::CLIENTS])
        for client in clients:
            client.answer()
        begun = time.monotonic()
        for number, client in enumerate(clients):
            client.tell(race.ids[number::CLIENTS])
        brought = sum(client.answer() for client in clients)
        seconds = time.monotonic() - begun
        for client in clients:
            client.end()
        assert brought == len(race.ids), f"the clients brought {brought} orders"
        amounts = Database(race, database).check(reserved=True)
        conflicts = odoo.log_since_start().count("could not serialize")
        remarks = [amounts, f"conflicts that Odoo tried again: {conflicts}"]
        return Result("naive client", seconds, seconds, remarks)


def floor(race: Race, reserve: bool = True) -> Result:
    """Two processes that only create and confirm, in batches; then one that reserves."""
    database = race.images.clone(race.image, "floor")
    sql = Database(race, database)
    with sql.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE stock_picking_type SET reservation_method = 'manual' WHERE id = %s",
            (race.facts["picking_type_id"],),
        )
    programs = [race.images.program("_floor", database) for __ in range(WORKERS)]
    warm = race.shop.read(race.warm_up)
    for number, program in enumerate(programs):
        facts = {**race.facts, "orders": race.orders[number::WORKERS], "warm_up": warm[number::WORKERS]}
        program.tell(facts)
    for program in programs:
        program.answer()
    seconds, made = together(programs, "bring")
    remarks = [sql.check(reserved=False)]
    reserved = None
    if reserve:
        more, __ = together(programs[:1], [order for ids in made for order in ids])
        sql.check(reserved=True)
        reserved = seconds + more
    for program in programs:
        program.end()
    sql.connection.close()
    return Result("ORM floor", seconds, reserved, remarks)
