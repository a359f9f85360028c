"""Somebody calls about an order: the operator finds its story by the number the caller has."""

from __future__ import annotations

import re

from tests.e2e.browser.desk import Desk
from tests.e2e.hub import Hub


def test_operator_finds_the_whole_story_by_the_order_number(hub: Hub, operator: Desk):
    order = hub.place("same_variant_twice")[0]
    hub.quiet()
    picking = hub.ship_one_unit(order)
    hub.quiet()
    number = hub.shop.order(order)["name"]
    (sale,) = hub.sales([order])

    operator.menu("Find")
    box = operator.page.get_by_label("Order number, ID, tracking number, e-mail or correlation ID")
    box.fill(number)
    operator.press("Find")

    title = operator.page.get_by_role("heading", name=sale["name"])
    title.wait_for()
    assert number in title.inner_text()
    told = operator.page.get_by_role("listitem")
    chain = (
        "received",
        "Decoded and applied",
        f"Order {sale['name']} created",
        f"Order {sale['name']} confirmed",
        f"Transfer {picking['name']} made",
        f"Transfer {picking['name']} done",
        "Called the partner",
        "knows the shipment",
    )
    lines = told.all_inner_texts()
    places = [next((at for at, line in enumerate(lines) if text in line), -1) for text in chain]
    assert -1 not in places, lines
    assert places == sorted(places), "told in the order in which it happened"

    message = hub.messages(order)[0]
    told.filter(has_text="received").first.get_by_role("link").click()
    operator.page.wait_for_url(re.compile(rf"/{message['id']}(\?|$)"))
    operator.page.get_by_role("radio", name="Done", checked=True).wait_for()
    assert message["state"] == "done"


def test_what_is_not_there_is_said_in_words(hub: Hub, operator: Desk):
    operator.menu("Find")
    operator.page.get_by_label("Order number, ID, tracking number, e-mail or correlation ID").fill("#99999999")
    operator.press("Find")
    operator.sees("Nothing was found.")
