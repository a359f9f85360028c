"""A partner that throttles, fails and falls silent."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.e2e.hub import Hub

#: points a second and in the bucket during the storm: a tenth of a call a second
RATE, SIZE = 400, 1000


def test_throttled_storm_is_obeyed_and_every_order_arrives(hub: Hub):
    start = hub.last_request()
    hub.shop.post("cost", {"maximum": SIZE, "per_second": RATE, "available": 0})
    hub.shop.post("faults", {"kind": "throttled", "operation": "nodes", "count": 3})
    storm = hub.place(count=40)
    hub.quiet(seconds=120)

    assert len(hub.sales(storm)) == 40
    assert {row["state"] for order in storm for row in hub.messages(order)} == {"done"}
    seen = [row for row in hub.requests(start) if row["operation"]]
    refused = [row for row in seen if row["outcome"].startswith("throttled")]
    assert refused, "the storm was none"
    assert len(refused) <= len(seen) / 2, "it was knocked at a closed door"
    for row in refused:
        assert _next_gap(seen, row) >= _asked_to_wait(row) * 0.9, row


def _asked_to_wait(row) -> float:
    cost = row["answer"]["extensions"]["cost"]
    status = cost["throttleStatus"]
    missing = cost["requestedQueryCost"] - status["currentlyAvailable"]
    return max(0.0, missing / status["restoreRate"])


def _next_gap(seen, row) -> float:
    """Seconds until the next request that was as dear."""
    dear = row["answer"]["extensions"]["cost"]["requestedQueryCost"]
    moment = datetime.fromisoformat(row["at"])
    for later in seen:
        if later["id"] > row["id"] and _cost(later) >= dear:
            return (datetime.fromisoformat(later["at"]) - moment).total_seconds()
    return float("inf")


def _cost(row) -> float:
    answer = row["answer"] if isinstance(row["answer"], dict) else {}
    cost = (answer.get("extensions") or {}).get("cost") or {}
    return cost.get("requestedQueryCost") or 0


def test_500s_and_timeouts_are_retried(hub: Hub):
    hub.set_backend(deadline=2.0)
    hub.shop.post(
        "faults",
        [
            {"kind": "500_before", "operation": "nodes", "count": 2},
            {"kind": "hang", "operation": "nodes", "count": 1, "seconds": 4},
            {"kind": "close_before", "operation": "nodes", "count": 1},
            {"kind": "bad_json", "operation": "nodes", "count": 1},
        ],
    )
    placed = hub.place(count=3)
    hub.until(lambda: len(hub.sales(placed)) == 3, "all orders arrived", seconds=90)
    hub.quiet()
    assert all(row["count"] == 0 for row in hub.shop.get("faults")["faults"]), "all struck"
    tries = [row for order in placed for m in hub.messages(order) for row in hub.attempts(m["id"])]
    assert {"retry", "done"} <= {row["outcome"] for row in tries}
    assert "transient" in {row["error_class"] for row in tries}
    assert {row["state"] for order in placed for row in hub.messages(order)} == {"done"}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "hang", "seconds": 5},
        {"kind": "close"},
        {"kind": "500_after"},
    ],
    ids=["silent beyond the deadline", "connection closed", "500 after the work"],
)
def test_lost_answer_after_shopify_did_the_fulfilment_does_not_fulfil_twice(hub: Hub, fault):
    hub.set_backend(deadline=2.0)
    order = hub.place("same_variant_twice")[0]
    hub.quiet()
    hub.shop.post("faults", {"operation": "fulfillmentCreate", **fault})
    picking = hub.ship_one_unit(order)
    hub.quiet()

    assert hub.told_units(order) == {picking["line_id"]: 1}
    (message,) = hub.outgoing("stock.picking", picking["id"])
    assert message["state"] == "done"
    kinds = [(row["kind"], row["outcome"]) for row in hub.attempts(message["id"])]
    assert ("call", "ambiguous") in kinds
    assert ("lookup", "done") in kinds
    assert sum(kind == "call" for kind, __ in kinds) == 1


def test_call_that_did_nothing_is_made_again(hub: Hub):
    order = hub.place("same_variant_twice")[0]
    hub.quiet()
    hub.shop.post("faults", {"operation": "fulfillmentCreate", "kind": "close_before"})
    picking = hub.ship_one_unit(order)
    hub.quiet()

    assert hub.told_units(order) == {picking["line_id"]: 1}
    (message,) = hub.outgoing("stock.picking", picking["id"])
    kinds = [(row["kind"], row["outcome"]) for row in hub.attempts(message["id"])]
    assert sum(kind == "call" for kind, __ in kinds) == 2
    assert ("lookup", "retry") in kinds, "it was found not to be there before"
