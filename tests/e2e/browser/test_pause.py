"""The warehouse counts its stock: the operator stops a backend for a while, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.browser.desk import Desk
from tests.e2e.hub import Hub

ORDERS = 5
REASON = "The warehouse counts its stock"


@pytest.fixture
def running(hub: Hub) -> Iterator[Hub]:
    """The hub; a backend that a failed test left paused goes on."""
    yield hub
    if _state(hub)["state"] == "paused":
        hub.odoo.press("integration.backend", "action_resume", [hub.world.backend_id])


def test_operator_pauses_a_backend_and_resumes_it(running: Hub, operator: Desk):
    hub = running
    operator.menu("Configuration", "Backends")
    operator.page.get_by_role("link").filter(has_text=hub.world.name).click()
    operator.press("Pause")
    dialog = operator.dialog("Pause")
    dialog.get_by_label("Why").fill(REASON)
    operator.press("Pause", dialog)
    operator.sees(f"by Desk operator: {REASON}")
    assert _state(hub) == {"state": "paused", "pause_reason": REASON, "paused_by_id": "Desk operator"}

    orders = hub.place(count=ORDERS)
    waiting = [("business_key", "in", orders), ("state", "=", "pending")]
    hub.until(lambda: hub.odoo.count("integration.message", waiting) == ORDERS, "webhooks are taken in")
    hub.sweep()
    assert hub.sales(orders) == []
    assert hub.odoo.count("integration.message", waiting) == ORDERS

    operator.page.reload()
    operator.sees(f"by Desk operator: {REASON}")
    operator.page.get_by_role("button", name=f"{ORDERS} Waiting").wait_for()
    operator.press("Resume")
    operator.button("Pause").wait_for()
    operator.sees_not(operator.page.get_by_role("alert").filter(has_text=REASON, visible=True))
    hub.quiet()

    assert _state(hub)["state"] == "running"
    assert len(hub.sales(orders)) == ORDERS
    assert {row["state"] for order in orders for row in hub.messages(order)} == {"done"}
    domain = [("res_model", "=", "integration.backend"), ("res_id", "=", hub.world.backend_id)]
    acts = hub.odoo.rows("integration.audit", domain, ["action", "reason", "user_id"], order="id desc", limit=2)
    assert [(act["action"], act["user_id"][1]) for act in acts] == [
        ("backend.resume", "Desk operator"),
        ("backend.pause", "Desk operator"),
    ]
    assert acts[1]["reason"] == REASON


def _state(hub: Hub) -> dict[str, str]:
    fields = ["state", "pause_reason", "paused_by_id"]
    row = hub.odoo.read("integration.backend", [hub.world.backend_id], fields)[0]
    return {
        "state": row["state"],
        "pause_reason": row["pause_reason"],
        "paused_by_id": (row["paused_by_id"] or [0, ""])[1],
    }
