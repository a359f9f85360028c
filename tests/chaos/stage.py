"""The servers of a run, made once and put back to the same beginning for every seed."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from pathlib import Path

import psycopg2

from sandbox.faultproxy import FaultProxy
from sandbox.scenario.quiet import wait_quiet
from sandbox.scenario.shop import Shop
from setup.lib.cluster import OwnCluster
from setup.lib.database import Databases
from setup.lib.environment import Environment
from setup.lib.errors import SetupError
from setup.lib.instance import Instance, Sandbox
from setup.lib.paths import state_dir
from setup.lib.ports import free_port
from setup.lib.service import answers
from tests.e2e.hub import CANARY, Hub

#: one more than jobs may run at once: two drains at work would keep a person waiting for 20 seconds
WORKERS = 3
#: what goes wrong on purpose shall not make anybody wait as long as in earnest
HASTE = {"retry_base": 0.5, "retry_max": 5.0}
#: login and password of an administrator of the connectors in another company
STRANGER = "stranger"
BACKEND = {"deadline": 2.5, "breaker_cooldown": 1.5, "breaker_threshold": 8}


class Stage:
    """Odoo, its own PostgreSQL, the shop, and a fault proxy on each line.

    Odoo reaches PostgreSQL and the shop through the proxies, the harness goes past them.

    :param environment: of the set-up
    :param folder: for everything that is written
    """

    def __init__(self, environment: Environment, folder: Path):
        self.cluster = OwnCluster(environment)
        self.folder = folder
        self.points = folder / "armed"
        self.database = f"hub_run_{os.getpid()}_chaos"
        self.beginning = f"{self.database}_ready"
        self.state = folder / "shop.sqlite"
        self.databases: Databases | None = None
        self.hub: Hub | None = None
        self._supervised = threading.Lock()
        self._over = threading.Event()
        #: whether Odoo shall run
        self.wanted = False

    def open(self) -> Stage:
        """Start everything once, connect the backend, and keep that as the beginning of every run."""
        self.cluster.open()
        template = Databases(self.cluster.origin).template()
        self.cluster.adopt(template)
        environment = self.cluster.environment()
        self.databases = Databases(environment)
        self.databases.clone(template, self.database)
        self.base_line = FaultProxy("127.0.0.1", self.cluster.port).start()
        self.shop = Sandbox(seed=11, state=self.state, port=free_port(), arguments=("--retry-scale", "0.005"))
        self.odoo = Instance(
            environment,
            workers=WORKERS,
            port=free_port(),
            database=self.database,
            # PGPORT wins over what stands in odoo.conf
            variables={"INTEGRATION_FAILPOINTS": str(self.points), "PGPORT": str(self.base_line.port)},
        )
        self.shop.start()
        self.odoo.start()
        self.shop_line = FaultProxy("127.0.0.1", self.shop.port).start()
        self._connect()
        self._keep_beginning()
        threading.Thread(target=self._supervise, daemon=True).start()
        return self

    def _supervise(self) -> None:
        """Start Odoo again when it ends, as systemd does: without PostgreSQL it gives itself up.

        In one thread from beginning to end: the kernel ends a program with the thread that started it.
        """
        while not self._over.wait(0.3):
            with self._supervised:
                if self.wanted and not self.odoo.is_running():
                    self.odoo.kill()
                    with contextlib.suppress(SetupError):
                        self.odoo.start()

    def close(self) -> None:
        """Stop everything and remove it."""
        self.wanted = False
        self._over.set()
        with self._supervised:
            self._close()

    def _close(self) -> None:
        for name in ("odoo", "shop"):
            if hasattr(self, name):
                getattr(self, name).stop()
        for name in ("base_line", "shop_line"):
            if hasattr(self, name):
                getattr(self, name).stop()
        if self.databases:
            with contextlib.suppress(psycopg2.Error):
                for database in (self.database, self.beginning):
                    self.databases.drop(database)
        self.cluster.close()

    def begin(self, seed: int) -> Hub:
        """Both sides as they were when all was connected; what one seed did the next does not see."""
        self.wanted = False
        with self._supervised:
            self.odoo.stop()
        self.shop.stop()
        self.base_line.calm()
        self.shop_line.calm()
        if self.cluster.pid() is None:
            self.cluster.start()
        self.base_line.strikes.clear()
        self.shop_line.strikes.clear()
        for path in self.folder.glob("armed*"):
            path.unlink()
        self.databases.clone(self.beginning, self.database)
        # a copied sequence has no record of its own in the WAL yet: after a crash it would hand out used numbers
        self.cluster.server.query("CHECKPOINT")
        for path in self.folder.glob("shop.sqlite*"):
            path.unlink()
        for path in (self.folder / "beginning").iterdir():
            shutil.copy(path, self.folder / path.name)
        self.odoo.log.unlink(missing_ok=True)
        self.shop.start()
        self.start_odoo()
        self.hub.world.seed = seed
        return self.hub

    def start_odoo(self) -> None:
        """Let Odoo run, and be started again whenever it ends; returns when it answers.

        :raises SetupError: it does not
        """
        self.wanted = True
        deadline = time.monotonic() + 60
        while not (self.odoo.is_running() and answers(f"{self.odoo.url}/web/login", 5)):
            if time.monotonic() > deadline:
                raise SetupError("Odoo does not come back", f"See {self.odoo.log}.", self.odoo.log)
            time.sleep(0.2)

    def recover(self) -> None:
        """Put back what a run may have left broken: lines, PostgreSQL, Odoo itself.

        Failpoints stay armed: each strikes once, now or later.
        """
        if self.cluster.pid() is None:
            self.cluster.start()
        self.base_line.calm()
        self.shop_line.calm()
        self.start_odoo()

    def keep_evidence(self, name: str, story: str) -> Path:
        """Keep what is needed to find out what went wrong: story, log, both sides' states.

        :return: the folder
        """
        place = state_dir("chaos", name)
        (place / "story.txt").write_text(story, encoding="utf-8")
        shutil.copy(self.odoo.log, place / "odoo.log")
        for path in self.folder.glob("shop.sqlite*"):
            shutil.copy(path, place / path.name)
        self.cluster.dump(self.database, place / "database.dump")
        return place

    def _connect(self) -> None:
        self.hub = Hub.connect(self.odoo, self.shop, self.points)
        # the address is changed afterwards: the harness itself must not go through the proxy
        self.hub.set_backend(base_url=self.shop_line.url)
        self.hub.set_backend(shopify_client_secret=CANARY, **BACKEND)
        self.hub.odoo.write("integration.flow", list(self.hub.world.flows.values()), HASTE)
        backend = [self.hub.world.backend_id]
        state = self.hub.odoo.read("integration.backend", backend, ["state"])[0]["state"]
        if state != "running":
            button = "action_resume" if state == "paused" else "action_connect"
            self.hub.odoo.press("integration.backend", button, backend)
        self._add_stranger()
        self.hub.quiet()
        wait_quiet(self.hub.world)

    def _add_stranger(self) -> None:
        odoo = self.hub.odoo
        company = odoo.create("res.company", {"name": "Somebody else's company"})
        names = [("module", "=", "connector_base"), ("name", "=", "group_admin")]
        group = odoo.rows("ir.model.data", names, ["res_id"])[0]["res_id"]
        person = {"name": "Stranger", "login": STRANGER, "password": STRANGER, "company_id": company}
        odoo.create("res.users", {**person, "company_ids": [(6, 0, [company])], "group_ids": [(4, group)]})

    def _keep_beginning(self) -> None:
        self.odoo.stop()
        self.shop.stop()
        self.cluster.wait_gone(self.database)
        self.databases.clone(self.database, self.beginning)
        kept = self.folder / "beginning"
        kept.mkdir()
        for path in self.folder.glob("shop.sqlite*"):
            shutil.copy(path, kept / path.name)

    def own_shop(self) -> Shop:
        """A session with the shop's oracle for a thread of its own."""
        return Shop(self.shop.url)

    def query(self, statement: str, parameters: tuple = ()) -> list[tuple]:
        """Ask the database directly, past the proxy.

        :raises psycopg2.Error: it is away at the moment
        """
        return self.cluster.server.query(statement, parameters, self.database)

    def patiently(self, statement: str, parameters: tuple = (), seconds: float = 20) -> list[tuple]:
        """Ask the database as soon as it answers."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.query(statement, parameters)
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline:
                    raise SetupError("PostgreSQL does not come back", "See the schedule.") from error
                time.sleep(0.2)
