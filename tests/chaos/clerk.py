"""The person at the exception desk when the trouble is over: tries again what was given up."""

from __future__ import annotations

from tests.chaos.day import ERRORS
from tests.chaos.scene import Scene

#: what trouble leaves behind; other exceptions stand for something that is really wrong with an order
OF_TROUBLE = ("technical", "poison", "ambiguous", "queue", "connection", "credentials", "configuration")
TRIES = 4


class Clerk:
    """Works off what the trouble left in front of a person, with the buttons everybody has.

    :param scene: the run
    """

    def __init__(self, scene: Scene):
        self.scene = scene
        self.odoo = scene.hub.odoo

    def resume(self) -> bool:
        """Set a backend to work again that paused itself."""
        backend = [self.scene.world.backend_id]
        state = self.odoo.read("integration.backend", backend, ["state"])[0]["state"]
        if state == "paused":
            self.odoo.press("integration.backend", "action_resume", backend)
        return state == "paused"

    def work(self) -> bool:
        """Replay what was given up, answer what is not known; whether there was anything."""
        found = self.resume()
        found = self._replay() or found
        return self._answer() or found

    def _replay(self) -> bool:
        domain = [
            ("state", "in", ("dead", "blocked")),
            "|",
            ("state", "=", "dead"),
            ("exception_ids", "any", [("state", "=", "open"), ("category", "in", OF_TROUBLE)]),
        ]
        ids = [row["id"] for row in self.odoo.rows("integration.message", domain, ["state"])]
        ids = [number for number in ids if self.scene.replayed[number] < TRIES]
        if ids:
            self.odoo.press("integration.message", "action_replay", ids)
            self.scene.replayed.update(ids)
        return bool(ids)

    def _answer(self) -> bool:
        """Look at the shop's screen for what nobody knows, and say what is there."""
        domain = [("state", "=", "ambiguous"), ("next_at", "=", False)]
        rows = self.odoo.rows("integration.message", domain, ["call_ids"])
        for row in rows:
            button = "action_confirm_done" if self._is_there(row) else "action_confirm_not_done"
            self.odoo.press("integration.message", button, [row["id"]])
        return bool(rows)

    def _is_there(self, message: dict) -> bool:
        calls = self.odoo.read("integration.call", message["call_ids"], ["call_key", "state"])
        keys = [row["call_key"] for row in calls if row["state"] in ("sending", "ambiguous")]
        asked = self.scene.world.shop.get("requests", limit=100000)["requests"]
        return any(key in str(row["body"]) and row["outcome"].startswith("ok") for row in asked for key in keys)

    def retry_stock(self) -> None:
        """Run the daily comparison, which also tries again what the shop refused."""
        try:
            self.odoo.run_cron("connector_oms.cron_recompute_stock")
        except ERRORS:
            self.odoo.run_cron("connector_oms.cron_recompute_stock")
