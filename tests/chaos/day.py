"""The day's work while things break: customers, merchants, the warehouse, a clerk.

Whoever meets an error here does what people do: shrugs, and tries again later.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import requests

from sandbox.scenario import deliver
from sandbox.scenario.client import Odoo, OdooError
from tests.chaos.stage import Stage

#: what a person meets while servers are being killed
ERRORS = (OdooError, ValueError, requests.RequestException)
READY = [("state", "=", "assigned"), ("picking_type_code", "=", "outgoing")]


@dataclass
class Day:
    """Everybody who does not know that things are being broken.

    :param begun: deliveries that somebody began to validate
    :param answers: (webhook id, status) of deliveries that were sent again from here
    """

    stage: Stage
    placed: list[str] = field(default_factory=list)
    begun: set[int] = field(default_factory=set)
    answers: list[tuple[str, int]] = field(default_factory=list)
    forged: list[tuple[str, int]] = field(default_factory=list)
    shrugs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shop = self.stage.own_shop()
        self.url = self.stage.hub.webhook_url()
        self._odoo: Odoo | None = None

    def do(self, what: str, values: dict[str, Any]) -> None:
        """Do one thing of the schedule, or shrug."""
        try:
            getattr(self, what)(**values)
        except ERRORS as error:
            self.shrugs.append(f"{what}: {str(error)[:160]}")

    def odoo(self) -> Odoo:
        """This person's own session with Odoo."""
        if not self._odoo:
            server = self.stage.odoo
            self._odoo = Odoo(server.url, server.database, "admin", "admin")
        return self._odoo

    def place(self, count: int, seed: int) -> None:
        """Customers order things of all shapes."""
        rows = self.shop.post("orders", {"shape": "mix", "count": count, "seed": str(seed)})
        self.placed += [row["id"] for row in rows["orders"]]

    def rethink(self, lot: float, kind: str) -> None:
        """Somebody changes an order at the shop."""
        if not self.placed:
            return
        order = self.placed[int(lot * len(self.placed))]
        values: dict[str, Any] = {
            "change": {"note": f"Please ring twice ({lot:.6f})"},
            "edit": {"lines": [{"line": 0, "quantity": 1}]},
            "refund": {"lines": [{"line": 0, "quantity": 1}], "restock": "CANCEL"},
        }.get(kind, {})
        self.shop.do(order, kind, **values)

    def ship(self, lot: float, most: int) -> None:
        """The warehouse validates some of what is ready."""
        backend = [("integration_backend_id", "=", self.stage.hub.world.backend_id)]
        ready = self.odoo().rows("stock.picking", backend + READY, ["name"], order="id", limit=40)
        begin = int(lot * max(1, len(ready) - most))
        for row in ready[begin : begin + most]:
            self.begun.add(row["id"])
            number = {"carrier_tracking_ref": f"1ZCHAOS{row['id']:07d}"}
            self.odoo().write("stock.picking", [row["id"]], number)
            deliver.validate(self.odoo(), [row["id"]])

    def ship_the_rest(self) -> None:
        """Finish the validations that an error interrupted: what is picked by hand only a hand can finish."""
        open_ones = [("id", "in", sorted(self.begun)), ("state", "not in", ("done", "cancel"))]
        for row in self.odoo().rows("stock.picking", [*open_ones, ("move_ids.picked", "=", True)], ["name"]):
            deliver.validate(self.odoo(), [row["id"]])

    def count_stock(self, lot: float) -> None:
        """Somebody counts a shelf and finds one unit more than the books say."""
        world = self.stage.hub.world
        stocked = world.stocked[int(lot * len(world.stocked))]
        product = world.products[stocked["sku"]]
        place = list(world.warehouses.values())[0]["lot_stock_id"][0]
        domain = [("product_id", "=", product), ("location_id", "=", place)]
        for quant in self.odoo().rows("stock.quant", domain, ["quantity"], limit=1):
            values = {"inventory_quantity": quant["quantity"] + 1}
            self.odoo().call("stock.quant", "write", [quant["id"]], values, context={"inventory_mode": True})
            self.odoo().press("stock.quant", "action_apply_inventory", [quant["id"]], inventory_mode=True)

    def deliver_again(self, lot: float, times: int) -> None:
        """One webhook arrives again and again, all at once."""
        rows = self.shop.get("deliveries", status="delivered", body=1, limit=200)["deliveries"]
        if not rows:
            return
        row = rows[int(lot * len(rows))]
        threads = [threading.Thread(target=self._deliver, args=(row,)) for __ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def forge(self, lot: float) -> None:
        """Somebody who does not know the secret sends a webhook."""
        name = f"forged-{lot:.9f}"
        headers = {"webhook_id": name, "secret": "guessed"}
        answer = self.stage.hub.post(b'{"id": 1}', url=self.url, **headers)
        self.forged.append((name, answer.status_code))

    def look_now(self) -> None:
        """Button "Look now" of the orders' flow."""
        self.odoo().press("integration.flow", "action_poll", [self.stage.hub.world.flows["order.in"]])

    def _deliver(self, row: dict[str, Any]) -> None:
        headers = {"topic": row["topic"], "webhook_id": row["webhook_id"]}
        try:
            answer = self.stage.hub.post(row["body"].encode(), url=self.url, **headers)
        except requests.RequestException as error:
            self.shrugs.append(f"deliver_again: {str(error)[:160]}")
            return
        self.answers.append((row["webhook_id"], answer.status_code))
