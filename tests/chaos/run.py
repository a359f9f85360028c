"""One run: everything happens as the schedule says, then it is worked off, then it is judged."""

from __future__ import annotations

import threading
import time
from queue import Queue

import psycopg2
import requests

from sandbox.scenario.compare_fulfilments import fulfilments_now
from sandbox.scenario.orders import TROUBLE
from sandbox.scenario.progress import StepTimeout
from sandbox.scenario.quiet import levels_behind, noise
from tests.chaos import invariants_people  # noqa: F401 - declares its part of them
from tests.chaos.clerk import Clerk
from tests.chaos.day import ERRORS, Day
from tests.chaos.invariants import FINAL, MIDRUN
from tests.chaos.scene import Gate, Scene
from tests.chaos.schedule import Event, events
from tests.chaos.stage import Stage
from tests.chaos.trouble import Trouble

#: seconds between two looks while things break
EVERY = 1.5
#: seconds in which everything has to be worked off afterwards, and in which at least something must move
PATIENCE = 300
STALL = 60
#: servers that are being killed do not answer
AWAY = (psycopg2.Error, requests.RequestException)
SWEEPERS = (
    "connector_base.cron_sweep",
    "connector_oms.cron_reserve",
    "connector_oms.cron_publish_stock",
)


class Run:
    """One seed on a stage that was put back to its beginning.

    :param stage: the servers
    :param seed: of everything
    """

    def __init__(self, stage: Stage, seed: int):
        self.stage = stage
        self.seed = seed
        self.schedule = events(seed)
        self.faults: list[str] = []
        self.figures: dict[str, object] = {"seed": seed}
        self.marks: list[str] = []

    def play(self) -> list[str]:
        """Begin, break, work off, judge; what is wrong, in sentences."""
        self._lap = time.monotonic()
        self.stage.begin(self.seed)
        self._clock("start_s")
        self.scene = Scene(self.stage, Day(self.stage), self.schedule)
        self.trouble = Trouble(self.stage)
        self.scene.before = fulfilments_now(self.scene.world)
        self.scene.world.shop.post("webhooks/plan", {"seed": self.seed, **TROUBLE})
        self._break()
        self._clock("broken_s")
        self.trouble.over()
        if self._work_off():
            self._clock("settled_s")
            self._judge(FINAL)
            self._clock("judged_s")
            self._replay_everything()
            self._clock("replayed_s")
        self._count()
        return self.faults

    def _clock(self, name: str) -> None:
        now = time.monotonic()
        self.figures[name], self._lap = round(now - self._lap, 1), now

    def story(self) -> str:
        """Seed, schedule and figures: what is needed to play it again."""
        lines = [f"seed {self.seed}; again: setup/test --chaos 1 --chaos-from {self.seed}", f"figures: {self.figures}"]
        lines += [str(event) for event in self.schedule]
        lines += ["what was done when:", *self.marks, "what people met on the way:", *self.scene.day.shrugs]
        lines += ["faults:", *self.faults]
        return "\n".join(lines)

    def _break(self) -> None:
        """Play the schedule; the day's work in a thread of its own, so that nothing waits for it."""
        work: Queue[Event | None] = Queue()
        threads = [
            threading.Thread(target=self._day, args=(work,), daemon=True),
            threading.Thread(target=self._watch, daemon=True),
        ]
        self.playing = True
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for event in self.schedule:
            time.sleep(max(0.0, begun + event.at - time.monotonic()))
            if hasattr(self.scene.day, event.what):
                work.put(event)
            else:
                self._harm(event, begun)
        work.put(None)
        self.playing = False
        for thread in threads:
            thread.join(timeout=60)

    def _harm(self, event: Event, begun: float) -> None:
        try:
            getattr(self.trouble, event.what)(**event.values)
        except AWAY as error:
            self.marks.append(f"{event.what}: {error}")
        self.marks.append(f"{time.monotonic() - begun:6.2f} {event.what}")

    def _day(self, work: Queue) -> None:
        while (event := work.get()) is not None:
            self.scene.day.do(event.what, event.values)

    def _watch(self) -> None:
        """Look in passing at what must hold at any moment."""
        while self.playing:
            try:
                self._judge(MIDRUN, "mid-run: ")
                rows = self.scene.sql("SELECT breaker_state, breaker_since FROM integration_gate")
                self.scene.gates += [Gate(row[0], float(row[1])) for row in rows]
            except AWAY:
                pass
            time.sleep(EVERY)

    def _judge(self, checks: list, lead: str = "") -> None:
        for name, check in checks:
            self.faults += [f"{lead}{name}: {text}" for text in list(check(self.scene))[:8]]

    def _work_off(self) -> bool:
        """Until nothing is on its way and nobody has anything to do; whether that came true."""
        clerk = Clerk(self.scene)
        for step in (self.scene.day.ship_the_rest, self.scene.day.look_now, clerk.retry_stock):
            if not self._patiently(step) or not self._until_calm(clerk):
                return False
        return True

    def _patiently(self, step) -> bool:
        for __ in range(5):
            try:
                step()
                return True
            except (*ERRORS, StepTimeout) as error:
                self.marks.append(f"afterwards: {error}")
                time.sleep(1)
        self.faults.append(f"the hub does not come back: {self.marks[-1]}")
        return False

    def _until_calm(self, clerk: Clerk) -> bool:
        begun = moved = time.monotonic()
        calm, state, seen = 0, "", None
        while calm < 2:
            try:
                self._sweep()
                state = self._noise()
                if not state and clerk.work():
                    state = "a clerk is at work"
            except (*ERRORS, *AWAY) as error:
                state = f"{type(error).__name__}: {error}"
            calm = 0 if state else calm + 1
            now = time.monotonic()
            if state != seen:
                moved, seen = now, state
            if now > min(begun + PATIENCE, moved + STALL):
                text = f"{now - begun:.0f} s, the last {now - moved:.0f} s without a change: {state}; {self._stuck()}"
                self.faults.append(f"2 everything is worked off: not within {text}")
                return False
            time.sleep(0.5)
        return True

    def _sweep(self) -> None:
        """What the scheduled actions do every minute, without the minute."""
        self.scene.world.shop.post("webhooks/hurry")
        for name in SWEEPERS:
            self.scene.hub.odoo.run_cron(name)
        self.scene.sql("SELECT pg_notify('queue_job', '')")

    def _noise(self) -> str:
        behind = levels_behind(self.scene.world)
        found = noise(self.scene.world)
        return found or (f"{behind} levels not accepted" if behind else "")

    def _stuck(self) -> str:
        jobs = self.scene.sql(
            """SELECT method_name, state, left(exc_info, 300) FROM queue_job
                WHERE state <> 'done' ORDER BY id DESC LIMIT 8"""
        )
        messages = self.scene.sql(
            """SELECT id, topic, state, next_at, left(last_error, 200) FROM integration_message
                WHERE state IN ('pending', 'retry', 'ambiguous') LIMIT 8"""
        )
        return f"jobs {jobs}, messages {messages}"

    def _replay_everything(self) -> None:
        """13: applying everything once more changes nothing, here or at the shop."""
        before = self._business()
        rows = self.scene.sql(
            """UPDATE integration_message SET state = 'pending', settled_at = NULL, attempt_count = 0,
                      superseded_by_id = NULL, next_at = now() AT TIME ZONE 'UTC'
                WHERE state = 'done' RETURNING id"""
        )
        self.figures["replayed"] = len(rows)
        if not self._until_calm(Clerk(self.scene)):
            return
        after = self._business()
        for name, rows in before.items():
            for row in sorted(rows ^ after[name], key=str)[:6]:
                word = "gone" if row in rows else "new"
                self.faults.append(f"13 replaying everything changes nothing: {name} {row} is {word}")

    def _business(self) -> dict[str, set]:
        """What the run came to, on both sides, without times."""
        sql, shop = self.scene.sql, self.scene.world.shop
        return {
            "order": set(sql("SELECT id, name, state, amount_total, partner_id, integration_hold FROM sale_order")),
            "order line": set(sql("SELECT id, order_id, product_uom_qty, price_unit FROM sale_order_line")),
            "delivery": set(sql("SELECT id, name, state FROM stock_picking")),
            "move": set(sql("SELECT id, state, quantity, product_uom_qty FROM stock_move")),
            "partner": set(sql("SELECT id, name FROM res_partner")),
            "exception": set(sql("SELECT dedupe_key FROM integration_exception WHERE state = 'open'")),
            "fulfilment": {row["id"] for row in shop.get("fulfillments")["fulfillments"]},
            "stock at the shop": {
                (row["sku"], row["location_id"], row["available"]) for row in shop.get("inventory")["levels"]
            },
        }

    def _count(self) -> None:
        sql = self.scene.sql
        self.figures.update(
            orders=len(self.scene.day.placed),
            killed=self.trouble.killed,
            failpoints=len([path for path in self.stage.folder.glob("armed.*") if path.suffix != ".new"]),
            shop_line=len(self.stage.shop_line.strikes),
            base_line=len(self.stage.base_line.strikes),
            deaths=sql("SELECT count(*) FROM integration_attempt WHERE outcome IS NULL OR outcome = 'died'")[0][0],
            lookups=sql("SELECT count(*) FROM integration_attempt WHERE kind = 'lookup'")[0][0],
            replays=len(self.scene.replayed),
            breaker=sum(gate.state == "open" for gate in self.scene.gates),
            shrugs=len(self.scene.day.shrugs),
        )
