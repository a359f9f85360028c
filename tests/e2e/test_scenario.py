"""The scenario of `setup/run`, with fewer orders."""

from __future__ import annotations

import json
import subprocess
import sys

from setup.lib.paths import REPO
from tests.e2e.hub import Hub

ZERO = (
    "orders_duplicated",
    "orders_lost",
    "orders_off_by_a_cent",
    "stock_mismatches",
    "fulfilments_missing",
    "fulfilments_doubled",
)


def test_scenario_of_40_orders_ends_with_both_sides_equal(hub: Hub):
    command = [sys.executable, "-m", "sandbox.scenario"]
    command += ["--odoo", hub.server.url, "--db", hub.server.database, "--sandbox", hub.shop.url]
    command += ["--orders", "40", "--seed", "3"]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=300, check=False)
    figures = json.loads(done.stdout.splitlines()[-1])
    assert {name: figures.get(name) for name in ZERO} == dict.fromkeys(ZERO, 0), done.stderr
    assert done.returncode == 0, done.stderr
    assert figures["orders_sent"] == 40
    accounted = ("orders_imported", "orders_in_exception", "orders_left_out")
    assert sum(figures[name] for name in accounted) == 40
    assert figures["units_delivered"] > 0
    assert figures["distribution"] == {
        "warehouses_routed_to": 3,
        "deliveries_of_the_split": 2,
        "decisions_explained": 5,
        "backorders": 1,
        "units_told_of_the_backorder": 7,
        "parcels_told_of_the_backorder": 2,
        "return": "closed",
        "refunds_credited": ["credited"],
        "return_told_to_the_shop": True,
        "refunds_of_the_shop": 1,
        "return_of_ours": "closed",
        "refund_to_the_cent": True,
        "payout": ["matched"],
        "payout_booked": True,
    }
    assert figures["brought"] == {
        "deliveries": 1,
        "transfers": 2,
        "delivery_ready": "assigned",
        "units_told": 2,
    }
    assert figures["swapped"] == {
        "products_on_the_order": ["DIST-EAST", "DIST-WEST"],
        "replacements_ready": 1,
        "units_told": 2,
        "books_less_shop": 0.0,
    }
    assert figures["offered"] == {"products_made": 1, "products_linked": 1, "units_on_sale": 4}
    assert figures["prices"] == {
        "prices_published": [27.5, 27.5, 27.5],
        "price_put_right": 27.5,
        "price_left_while_asked": 24.0,
        "asked_because": "both",
        "price_decided": 25.0,
        "price_of_the_company": 22.5,
        "description_published": True,
        "description_left": True,
    }
