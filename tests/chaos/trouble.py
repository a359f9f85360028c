"""What breaks: each method does one thing of the schedule, at once."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Any

from sandbox.faultproxy import Plan
from tests.chaos.stage import Stage


class Trouble:
    """The hand that breaks things.

    :param stage: what is broken
    """

    def __init__(self, stage: Stage):
        self.stage = stage
        self.shop = stage.own_shop()
        self.armed: list[str] = []
        self.killed = 0

    def kill_worker(self, lot: float) -> None:
        """Kill one HTTP worker; they also run the jobs."""
        pids = self.stage.odoo.worker_pids()
        if pids:
            self._kill(pids[int(lot * len(pids))])

    def kill_workers(self) -> None:
        """Kill all of them at once."""
        for pid in self.stage.odoo.worker_pids():
            self._kill(pid)

    def kill_runner(self) -> None:
        """Kill the job runner."""
        for pid in self.stage.odoo.worker_pids("WorkerJobRunner"):
            self._kill(pid)

    def kill_cron(self) -> None:
        """Kill the worker that runs scheduled actions."""
        for pid in self.stage.odoo.worker_pids("WorkerCron"):
            self._kill(pid)

    def kill_odoo(self) -> None:
        """Kill the whole server; it is started again by whoever looks after it."""
        process = self.stage.odoo.process
        if process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
                self.killed += 1

    def crash_postgres(self, away: float) -> None:
        """Stop PostgreSQL as a crash does, and start it after a moment.

        :param away: seconds
        """
        self.stage.cluster.crash()
        time.sleep(away)
        self.stage.cluster.start()

    def arm(self, point: str, action: str) -> None:
        """Arm a failpoint for one strike, beside those that are armed already."""
        self.armed.append(f"{point}::{action}*1")
        fresh = self.stage.points.with_suffix(".new")
        fresh.write_text("\n".join(self.armed) + "\n", encoding="utf-8")
        fresh.replace(self.stage.points)

    def harm_shop(self, **fault: Any) -> None:
        """Let the next requests to the shop fail in one way."""
        self.shop.post("faults", fault)

    def harm_line(self, line: str, **plan: Any) -> None:
        """Harm new connections to the shop or to PostgreSQL by lot; open ones end at once."""
        proxy = self._line(line)
        proxy.play(Plan(**plan))
        proxy.break_all()

    def calm_line(self, line: str) -> None:
        """Harm that line no longer."""
        self._line(line).calm()

    def break_line(self, line: str) -> None:
        """Break off everything that is open on a line."""
        self._line(line).break_all()

    def drain_bucket(self) -> None:
        """Take the shop's points away: everybody has to wait."""
        self.shop.post("cost", {"maximum": 4000, "per_second": 500, "available": 0})

    def expire_tokens(self) -> None:
        """Let every access token die."""
        self.shop.post("tokens/expire")

    def over(self) -> None:
        """Nothing more breaks, but for the failpoints and faults that nothing has met yet: each strikes once."""
        self.stage.recover()
        self.shop.post("webhooks/plan", {"drop": 0.0, "duplicate": 0.0, "reorder": 0.0})
        self.shop.post("cost", {"maximum": 20000, "per_second": 1000, "available": 20000})

    def _line(self, name: str) -> Any:
        return self.stage.shop_line if name == "shop" else self.stage.base_line

    def _kill(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.killed += 1
