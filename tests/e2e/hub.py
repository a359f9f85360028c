"""A running hub for the end-to-end tests: Odoo with workers, the local shop, and hands on both."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from sandbox.scenario import connect, deliver, orders, prepare
from sandbox.scenario.client import Odoo
from sandbox.scenario.prepare import World
from sandbox.scenario.progress import Progress
from sandbox.scenario.quiet import noise
from sandbox.scenario.shop import Shop
from setup.lib.instance import Instance, Sandbox

#: a secret that must be found nowhere; long and without a pattern that redaction knows
CANARY = "Rosella9forest2Quokka7meadow4Bilby"


@dataclass
class Hub:
    """Both servers and what is known of them.

    :param server: the Odoo that runs
    :param partner: the local shop that runs
    :param points: file of armed failpoints, see ``connector_base/failpoints.py``
    """

    server: Instance
    partner: Sandbox
    points: Path
    world: World

    @classmethod
    def connect(cls, server: Instance, partner: Sandbox, points: Path) -> Hub:
        """Products, stock and a running backend, as the scenario makes them."""
        shop = Shop(partner.url)
        shop.patch("settings", {"client_secret": CANARY})
        odoo = Odoo(server.url, server.database, "admin", "admin")
        world = World(odoo, shop, Progress(), seed=1)
        prepare.prepare(world)
        connect.connect(world)
        hub = cls(server, partner, points, world)
        # failures that are meant should not make the suite wait as long as a person would
        hub.set_backend(breaker_cooldown=1.0, breaker_threshold=20)
        odoo.write("integration.flow", list(world.flows.values()), {"retry_base": 1.0})
        return hub

    @property
    def odoo(self) -> Odoo:
        """An administrator's session."""
        return self.world.odoo

    @property
    def shop(self) -> Shop:
        """The shop's oracle."""
        return self.world.shop

    def set_backend(self, **values: Any) -> None:
        """Change settings of the backend."""
        self.odoo.write("integration.backend", [self.world.backend_id], values)

    def calm(self) -> None:
        """No faults, no trouble with webhooks, a full bucket, nothing armed."""
        self.points.unlink(missing_ok=True)
        self.shop.delete("faults")
        self.shop.post("webhooks/plan", {"drop": 0.0, "duplicate": 0.0, "reorder": 0.0})
        self.shop.post("webhooks/resume")
        self.shop.post("cost", {"maximum": 20000, "per_second": 1000, "available": 20000})
        self.set_backend(deadline=30.0)

    # the shop's side

    def place(self, shape: str = "plain", count: int = 1, **options: Any) -> list[str]:
        """Place orders; their global ids."""
        seed = uuid.uuid4().hex
        data = {"shape": shape, "count": count, "seed": seed, **options}
        return [row["id"] for row in self.shop.post("orders", data)["orders"]]

    def deliveries(self, order: str, **query: Any) -> list[dict[str, Any]]:
        """Webhooks about an order, with their bodies."""
        number = order.rpartition("/")[2]
        return self.shop.get("deliveries", resource=number, body=1, **query)["deliveries"]

    def post(
        self,
        raw: bytes,
        topic: str = "orders/create",
        webhook_id: str = "",
        secret: str = CANARY,
        url: str = "",
        **headers: str,
    ) -> requests.Response:
        """Deliver a webhook as Shopify would, signed with ``secret``.

        :param url: where to, if it is known already
        """
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).digest()
        with requests.Session() as session:
            session.trust_env = False
            return session.post(
                url or self.webhook_url(),
                data=raw,
                headers={
                    "Content-Type": "application/json",
                    "X-Shopify-Topic": topic,
                    "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
                    "X-Shopify-Shop-Domain": "hub-goods.myshopify.com",
                    "X-Shopify-Webhook-Id": webhook_id or str(uuid.uuid4()),
                    **headers,
                },
                timeout=60,
            )

    def post_order(self, order: str, **options: Any) -> requests.Response:
        """Deliver a notification of an order that was composed here."""
        number = int(order.rpartition("/")[2])
        raw = json.dumps({"id": number, "admin_graphql_api_id": order}).encode()
        return self.post(raw, **options)

    def webhook_url(self) -> str:
        """Where the shop delivers."""
        backend = self.odoo.read("integration.backend", [self.world.backend_id], ["webhook_url"])
        return backend[0]["webhook_url"]

    def fulfilments(self, order: str) -> list[dict[str, Any]]:
        """The shop's fulfilments of an order."""
        return self.shop.order(order)["fulfillments"]

    def requests(self, since: int, **query: Any) -> list[dict[str, Any]]:
        """What the shop was asked after a request number."""
        return self.shop.get("requests", since=since, limit=5000, **query)["requests"]

    def last_request(self) -> int:
        """Number of the newest request so far."""
        found = self.shop.get("requests", limit=100000)["requests"]
        return max((row["id"] for row in found), default=0)

    # Odoo's side

    def sales(self, orders_: Iterable[str], *fields: str) -> list[dict[str, Any]]:
        """Sale orders that claim to be of these orders, linked or not."""
        domain = [("integration_external_id", "in", list(orders_))]
        return self.odoo.rows("sale.order", domain, ["name", "state", *fields])

    def messages(self, order: str, *fields: str) -> list[dict[str, Any]]:
        """Incoming messages about an order, oldest first."""
        return self.odoo.rows(
            "integration.message",
            [("business_key", "=", order), ("topic", "=", "order.in")],
            ["state", "key", "source_topic", *fields],
            order="id",
        )

    def told(self, order: str, *fields: str) -> list[dict[str, Any]]:
        """Incoming messages about an order that webhooks brought; a look-up may bring more."""
        return [row for row in self.messages(order, *fields) if row["source_topic"] != "poll"]

    def outgoing(self, record: str, number: int) -> list[dict[str, Any]]:
        """Outgoing messages about a record."""
        return self.odoo.rows(
            "integration.message",
            [("direction", "=", "out"), ("res_model", "=", record), ("res_id", "=", number)],
            ["state", "last_error"],
        )

    def attempts(self, message: int) -> list[dict[str, Any]]:
        """Attempts of a message, oldest first."""
        return self.odoo.rows(
            "integration.attempt",
            [("message_id", "=", message)],
            ["kind", "outcome", "error_class", "excerpt"],
            order="id",
        )

    def exceptions(self, messages: Iterable[int]) -> list[dict[str, Any]]:
        """Open exceptions of messages."""
        return self.odoo.rows(
            "integration.exception",
            [("message_id", "in", list(messages)), ("state", "=", "open")],
            ["category", "cause", "suggestion"],
        )

    def ready_delivery(self, order: str) -> dict[str, Any]:
        """The reserved delivery of an order, imported before."""
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            found[:] = self.odoo.rows(
                "stock.picking",
                [("sale_id.integration_external_id", "=", order), ("state", "=", "assigned")],
                ["name"],
            )
            return bool(found)

        self.until(is_there, "the delivery is reserved")
        return found[0]

    def ship_one_unit(self, order: str) -> dict[str, Any]:
        """Validate one unit of a line that has more; the transfer, with the unit's line.

        More of the line is left to be shipped, so that a second fulfilment of the same
        unit would be taken by the shop: it has to be Odoo that knows better.
        """
        picking = self.ready_delivery(order)
        domain = [("picking_id", "=", picking["id"])]
        moves = self.odoo.rows("stock.move", domain, ["quantity", "sale_line_id"], order="quantity")
        *others, chosen = moves
        assert chosen["quantity"] > 1
        rest = [row["id"] for row in others]
        self.odoo.write("stock.move", rest, {"quantity": 0, "picked": False})
        self.odoo.write("stock.move", [chosen["id"]], {"quantity": 1, "picked": True})
        deliver.validate(self.odoo, [picking["id"]])
        fields = ["integration_external_id"]
        line = self.odoo.read("sale.order.line", [chosen["sale_line_id"][0]], fields)
        return {**picking, "line_id": line[0]["integration_external_id"]}

    def told_units(self, order: str) -> dict[str, int]:
        """Units by order line of all fulfilments at the shop."""
        found: dict[str, int] = {}
        for row in self.fulfilments(order):
            for line in row["lines"]:
                found[line["line_id"]] = found.get(line["line_id"], 0) + line["quantity"]
        return found

    def sweep(self) -> None:
        """Let sweeper and job runner look for what a kill left behind.

        By themselves they do after a minute at most; the runner at once when anything
        happens in its queue, as it always does on a server that is in use.
        """
        self.odoo.run_cron("connector_base.cron_sweep")
        self.wake_runner()

    def wake_runner(self) -> None:
        """Let the job runner look at its jobs now."""
        self.server.query("SELECT pg_notify('queue_job', '')")

    def recover(self, settled: Callable[[], Any], seconds: float = 60) -> None:
        """Sweep until something is settled that a killed worker had begun.

        The job runner takes a job for dead ten seconds after it was handed out.
        """

        def look() -> bool:
            if len(self.server.worker_pids()) == self.server.workers:
                self.sweep()
            return settled()

        self.until(look, "what was killed is settled", seconds, every=1.0)

    def look_now(self) -> None:
        """Button "Look now" of the orders' flow, and wait for what comes of it."""
        orders.look_now(self.world)

    def quiet(self, seconds: float = 90) -> None:
        """Wait until nothing is on its way, twice in a row; dead jobs are noticed meanwhile."""
        calm: list[str] = []

        def is_calm() -> bool:
            self.wake_runner()
            calm.append(noise(self.world))
            return len(calm) > 1 and not any(calm[-2:])

        self.until(is_calm, "nothing is on its way", seconds, every=0.3)

    def until(self, holds: Callable[[], Any], what: str, seconds: float = 60, every: float = 0.2) -> None:
        """Wait until something holds.

        :raises AssertionError: it does not in time
        """
        deadline = time.monotonic() + seconds
        while not holds():
            late = time.monotonic() > deadline
            assert not late, f"not within {seconds} s: {what}; {noise(self.world)}"
            time.sleep(every)

    def count_messages(self) -> int:
        """How many messages the ledger holds, whatever their state."""
        return self.server.query("SELECT count(*) FROM integration_message")[0][0]

    def arm(self, point: str, subject: str, action: str = "kill") -> None:
        """Arm one failpoint."""
        self.points.write_text(f"{point}:{subject}:{action}\n", encoding="utf-8")

    def disarm(self) -> None:
        """Arm nothing any more."""
        self.points.unlink(missing_ok=True)

    def kill_workers(self) -> list[int]:
        """Kill every HTTP worker (they also run the jobs) with signal 9; their ids."""
        return [self.server.kill_worker(pid) for pid in self.server.worker_pids()]
