"""The shop was down for longer than anybody tries: what was given up is tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator

from tests.e2e.browser.desk import Desk
from tests.e2e.hub import Hub

#: more than are replayed in the request of the person who asks, even without the few that are ticked first
ORDERS = 15
FEW = 3
RATE = 6000
GIVEN_UP = "Given up after 2 tries"


@pytest.fixture
def outage(hub: Hub) -> Iterator[Callable[[], list[str]]]:
    """Makes the shop fail until orders were given up, then heals it; answers those orders."""
    flow = [hub.world.flows["order.in"]]
    before = hub.odoo.read("integration.flow", flow, ["max_attempts", "retry_base", "poll_minutes"])[0]
    before.pop("id")

    def strike() -> list[str]:
        # a look-up in between would bring the orders in before anybody replays them; one may be running already
        hub.odoo.write("integration.flow", flow, {"max_attempts": 2, "retry_base": 0.2, "poll_minutes": 0})
        hub.quiet()
        hub.shop.post("faults", {"kind": "500_before", "operation": "nodes", "count": 10_000})
        orders = hub.place(count=ORDERS)
        given_up = [("business_key", "in", orders), ("state", "=", "dead")]
        try:
            hub.until(lambda: hub.odoo.count("integration.message", given_up) == ORDERS, "all were given up")
        except AssertionError as error:
            domain = [("business_key", "in", orders)]
            fields = ["state", "source_topic", "attempt_count", "last_error"]
            error.add_note(str(hub.odoo.rows("integration.message", domain, fields)))
            raise
        hub.calm()
        hub.quiet()
        assert hub.sales(orders) == []
        return orders

    yield strike
    hub.odoo.write("integration.flow", flow, before)


def test_operator_ticks_what_was_given_up_and_tries_again(hub: Hub, operator: Desk, outage):
    orders = outage()
    rows = _given_up(operator)
    for number in range(FEW):
        rows.nth(number).get_by_role("checkbox").check()
    operator.sees(f"{FEW} selected")
    operator.press("Try again")
    operator.told("Done.")
    hub.quiet()
    assert len(hub.sales(orders)) == FEW

    operator.begin()
    rows = _given_up(operator)
    for row in rows.all():
        row.get_by_role("checkbox").check()
    rest = rows.count()
    operator.press("Try again")
    operator.told(f"{rest} messages are being tried again in the background.")
    operator.sees(f"{rest} of {rest}")
    hub.quiet()
    _all_arrived(hub, orders)

    operator.menu("Exceptions")
    operator.page.get_by_role("searchbox").wait_for()
    operator.sees_not(operator.page.get_by_role("link").filter(has_text=GIVEN_UP))


def test_replaying_whatever_a_filter_finds_is_for_managers(hub: Hub, operator: Desk, manager: Desk, outage):
    orders = outage()
    operator.menu("Replays", "Bulk replays")
    operator.page.get_by_role("searchbox").wait_for()
    operator.sees_not(operator.button("Replay many"))

    found = hub.odoo.count("integration.message", [("state", "=", "dead")])
    manager.menu("Replays", "Bulk replays")
    manager.press("Replay many")
    dialog = manager.dialog("Replay many messages")
    manager.sees(str(found), dialog, exact=True)
    dialog.get_by_label("Messages a minute").fill(str(RATE))
    dialog.get_by_label("Reason").fill("The shop answers again")
    manager.press("Replay", dialog)
    manager.sees(f"{found} of {found}")
    manager.sees("The shop answers again")
    assert manager.page.get_by_role("progressbar").first.get_attribute("aria-valuetext") == f"{found} of {found}"
    hub.quiet()

    _all_arrived(hub, orders)
    fields = ["state", "done_count", "total", "user_id", "rate"]
    domain = [("reason", "=", "The shop answers again")]
    (replay,) = hub.odoo.rows("integration.replay", domain, fields, order="id desc", limit=1)
    assert (replay["state"], replay["done_count"], replay["total"]) == ("done", found, found)
    assert (replay["user_id"][1], replay["rate"]) == ("Desk manager", RATE)


def _given_up(desk: Desk) -> Locator:
    """The lines of the list of exceptions that stand for what was given up."""
    desk.menu("Exceptions")
    desk.press("List View")
    desk.page.get_by_role("row").filter(has_text="Technical trouble").click()
    rows = desk.page.get_by_role("row").filter(has_text=GIVEN_UP)
    rows.first.wait_for()
    return rows


def _all_arrived(hub: Hub, orders: list[str]) -> None:
    assert len(hub.sales(orders)) == len(orders)
    messages = [row for order in orders for row in hub.messages(order)]
    assert {row["state"] for row in messages} == {"done"}
    assert hub.exceptions(row["id"] for row in messages) == []
