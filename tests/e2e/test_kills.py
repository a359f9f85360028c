"""Workers that die: between a call and its record, and at a message that kills them."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.hub import Hub


def test_worker_killed_between_call_and_record_does_not_fulfil_twice(hub: Hub):
    order = hub.place("same_variant_twice")[0]
    hub.quiet()
    hub.shop.post("faults", {"operation": "fulfillmentCreate", "kind": "hang", "seconds": 25})
    picking = hub.ship_one_unit(order)
    hub.until(lambda: hub.fulfilments(order), "Shopify has done it")
    assert len(hub.kill_workers()) == hub.server.workers
    hub.recover(is_told(hub, picking))

    assert hub.told_units(order) == {picking["line_id"]: 1}
    (message,) = hub.outgoing("stock.picking", picking["id"])
    kinds = [(row["kind"], row["outcome"]) for row in hub.attempts(message["id"])]
    assert ("lookup", "done") in kinds
    assert sum(kind == "call" for kind, __ in kinds) == 1


def test_worker_killed_with_the_answer_in_its_hands_settles_by_looking(hub: Hub):
    order = hub.place("same_variant_twice")[0]
    hub.quiet()
    hub.arm("outbound.sent", hub.ready_delivery(order)["name"])
    living = set(hub.server.worker_pids())
    picking = hub.ship_one_unit(order)
    hub.until(lambda: living - set(hub.server.worker_pids()), "a worker has died")
    hub.disarm()
    hub.recover(is_told(hub, picking))

    assert hub.told_units(order) == {picking["line_id"]: 1}
    (message,) = hub.outgoing("stock.picking", picking["id"])
    kinds = [(row["kind"], row["outcome"]) for row in hub.attempts(message["id"])]
    assert ("lookup", "done") in kinds
    assert sum(kind == "call" for kind, __ in kinds) == 1


def test_message_that_kills_its_worker_three_times_is_quarantined_and_others_go_on(hub: Hub):
    hub.shop.post("webhooks/pause")
    poison, *others = hub.place(count=4)
    hub.arm("inbound.apply", poison)
    hub.shop.post("webhooks/resume")
    hub.recover(lambda: states(hub, poison) == {"dead"}, seconds=120)
    hub.quiet()

    first = hub.messages(poison)[0]
    # the first death takes the whole batch with it, the others only the suspect
    assert len([row for row in hub.attempts(first["id"]) if not row["outcome"]]) == 3
    (exception,) = hub.exceptions([row["id"] for row in hub.messages(poison)])
    assert exception["category"] == "poison"
    assert exception["suggestion"]
    assert len(hub.sales(others)) == 3, "the neighbours went on"
    assert not hub.sales([poison])

    living = hub.server.worker_pids()
    hub.shop.do(poison, "touch")
    hub.look_now()
    assert hub.server.worker_pids() == living, "its next message kills nobody"
    assert states(hub, poison) == {"dead"}

    hub.disarm()
    (exception,) = hub.exceptions([row["id"] for row in hub.messages(poison)])
    hub.odoo.press("integration.exception", "action_replay", [exception["id"]])
    hub.quiet()
    assert len(hub.sales([poison])) == 1, "what is mended can be replayed"
    assert not hub.exceptions([row["id"] for row in hub.messages(poison)])


def states(hub: Hub, order: str) -> set[str]:
    """States of the messages about an order."""
    return {row["state"] for row in hub.messages(order)}


def is_told(hub: Hub, picking: dict) -> Callable[[], bool]:
    """Whether the message about a transfer is done."""

    def settled() -> bool:
        found = hub.outgoing("stock.picking", picking["id"])
        return [row["state"] for row in found] == ["done"]

    return settled
