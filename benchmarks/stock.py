"""Stock levels: what computing them costs, and how soon the shop knows of a change.

setup/bench stock [--products 100000] [--changes 500] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
from datetime import datetime
from typing import Any

from benchmarks.common import Images, Program, finish, notes, oracle, progress, table, wait_for
from setup.lib.environment import current
from setup.lib.instance import Instance, Sandbox

#: variants of the shop; the other products are linked to items that nobody asks for
VARIANTS = 600


class Side:
    """The hub, its shop, and a program beside it that touches the same database."""

    def __init__(self, odoo: Instance, shop_url: str, beside: Program):
        self.odoo = odoo
        self.shop_url = shop_url
        self.beside = beside
        self.catalogue = oracle(shop_url, "catalogue")
        self.facts: dict[str, Any] = {}

    def ask(self, do: str, **order: Any) -> Any:
        """Have the program beside Odoo do something."""
        return self.beside.tell({"do": do, **order}).answer()

    def load(self, products: int) -> None:
        """Load everything and wait for the first publication of what the shop really has."""
        locations = [row["id"] for row in self.catalogue["locations"]]
        items = [row["inventory_item_id"] for row in self.catalogue["variants"]][:VARIANTS]
        self.facts = self.ask("load", products=products, shop_url=self.shop_url, locations=locations, items=items)
        self.items = dict(zip(self.facts["products"], items, strict=True))
        self.places = dict(zip(self.facts["warehouses"], locations, strict=True))
        wanted = len(items) * len(locations)
        done = "SELECT count(*) FROM integration_stock_level WHERE published_at IS NOT NULL OR known = available"
        wait_for(
            lambda: self.odoo.query(done)[0][0] >= products * len(locations) and self._is_calm(),
            f"{wanted} levels published for the first time",
            300,
        )

    def _is_calm(self) -> bool:
        return not self.odoo.query(
            """SELECT 1 FROM integration_stock_level WHERE version > published_version AND backend_id = %(backend)s
               UNION ALL SELECT 1 FROM integration_stock_dirty WHERE backend_id = %(backend)s
               UNION ALL SELECT 1 FROM integration_message
                          WHERE state IN ('pending', 'retry', 'ambiguous') AND backend_id = %(backend)s
               LIMIT 1""",
            {"backend": self.facts["backend_id"]},
        )

    def change(self, count: int, number: int, is_shared: bool = False) -> dict[str, float]:
        """Change quants and wait until the shop knows: milliseconds, and levels that are right.

        :param is_shared: what is right is not known apart from the hub: a recompute of
            everything has to change nothing, and the shop has to hold what it says
        """
        last = self.odoo.query("SELECT COALESCE(max(id), 0) FROM integration_message")[0][0]
        told = self.ask(
            "change",
            count=count,
            round=number,
            products=self.facts["products"],
            warehouses=self.facts["warehouses"],
        )
        wait_for(self._is_calm, "the changed levels at the shop", 120)
        queued, settled, calls = self.odoo.query(
            "SELECT max(received_at), max(settled_at), count(*) FROM integration_message WHERE id > %s", (last,)
        )[0]
        at = datetime.fromisoformat(told["at"])
        expected, wrong = told["expected"], 0
        if is_shared:
            pairs = [row[:2] for row in expected]
            found = self.ask("recheck", backend_id=self.facts["backend_id"], pairs=pairs)
            expected, wrong = found["expected"], found["wrong"]
        return {
            "right": self._right(expected) - wrong,
            "compute_ms": (queued - at).total_seconds() * 1000,
            "send_ms": (settled - queued).total_seconds() * 1000,
            "calls": calls,
        }

    def _right(self, expected: list[list[int]]) -> int:
        """How many levels the shop holds as Odoo's own figures say."""
        rows = oracle(self.shop_url, "inventory")["levels"]
        held = {(row["inventory_item_id"], row["location_id"]): row["available"] for row in rows}
        return sum(held.get((self.items[p], self.places[w])) == units for p, w, units in expected)


def main() -> None:
    """Load, time the SQL, change and publish, print."""
    options = _arguments()
    environment = current()
    with Images(environment) as images, Sandbox() as sandbox:
        oracle(sandbox.url, "reset", {"variants": VARIANTS + 3, "stock": 250})
        oracle(sandbox.url, "cost", {"plan": "enterprise"})
        database = images.clone(images.template(), "stock")
        with Instance(environment, workers=2, database=database) as odoo:
            side = Side(odoo, sandbox.url, images.program("_stock_beside", database))
            progress(f"{options.products} products in three warehouses")
            side.load(options.products)
            times = side.ask("times", **side.facts)
            progress(f"{options.changes} changed quants, {options.rounds} times")
            changes = [side.change(options.changes, number) for number in range(options.rounds)]
            progress("a second channel, a pool, kits and rules")
            shared = side.ask("share", **side.facts)
            wait_for(side._is_calm, "the levels as they are now at the shop", 120)
            shared_times = side.ask("times", **side.facts)
            shared_changes = [side.change(options.changes, options.rounds + n, True) for n in range(options.rounds)]
            side.beside.end()
    _print(options, times, changes, "alone")
    _print(options, shared_times, shared_changes, _told(shared))
    _finish(times, changes, shared_times, shared_changes)


def _told(shared: dict[str, int]) -> str:
    return ", ".join(f"{value:,} {name}" for name, value in shared.items())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _print(options: argparse.Namespace, times: dict[str, Any], changes: list[dict[str, float]], how: str) -> None:
    seconds = times["seconds"]
    bare = seconds["bare"]
    rows = [[name, f"{value:.3f}", f"{value / bare:.2f}"] for name, value in seconds.items()]
    rows.append(["the ORM's free_qty (reckoned)", f"{times['orm']:.1f}", f"{times['orm'] / bare:.0f}"])
    table(f"{options.products:,} products x 3 warehouses, {how}", ["Statement", "Seconds", "x bare"], rows)
    heads = ["Round", "Right levels", "Compute (ms)", "Send (ms)", "Messages"]
    shown = [
        [str(number), f"{row['right']}/{options.changes}", f"{row['compute_ms']:.0f}", f"{row['send_ms']:.0f}"]
        + [str(row["calls"])]
        for number, row in enumerate(changes, 1)
    ]
    table(f"{options.changes} changed quants, to the shop, {how}", heads, shown)
    notes(
        (
            f"bare: availability of the {times['pairs']:,} pairs with stock or demand; counted: without fetching them.",
            "offered: what the channel may be told, from that and from shares, rules, safety stock.",
            "compared: computed and held against every published level; newly linked: looks for levels to be added.",
            "Compute is from the commit of the change to the last message in the ledger, the start of the job "
            "included; send from there to the last answer of the shop, 250 levels a call.",
        )
    )


def _finish(times: dict[str, Any], changes: list, shared_times: dict[str, Any], shared_changes: list) -> None:
    def ratio(of: dict[str, Any], beside: str) -> float:
        return round(of["seconds"]["compared"] / of["seconds"][beside], 2)

    def median(rows: list[dict[str, float]], name: str) -> int:
        return round(statistics.median(row[name] for row in rows))

    finish(
        {
            "times_sql": ratio(times, "bare"),
            "times_sql_counted": ratio(times, "bare, counted"),
            "levels_correct": min(row["right"] for row in changes),
            "compute_ms": median(changes, "compute_ms"),
            "send_ms": median(changes, "send_ms"),
            "shared_times_sql": ratio(shared_times, "offered"),
            "shared_times_availability": ratio(shared_times, "bare"),
            "shared_levels_correct": min(row["right"] for row in shared_changes),
            "shared_compute_ms": median(shared_changes, "compute_ms"),
            "shared_send_ms": median(shared_changes, "send_ms"),
        }
    )


if __name__ == "__main__":
    main()
