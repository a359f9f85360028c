"""First matching: a shop with thousands of products, linked to those that Odoo has.

setup/bench matching [--things 20000] [--sample 500]
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.common import Images, finish, notes, progress, table
from setup.lib.environment import current


def main() -> None:
    """Load, propose, search, link, print."""
    options = _arguments()
    with Images(current()) as images:
        database = images.clone(images.template(), "matching")
        program = images.program("_matching_beside", database)
        progress(f"{options.things} products on both sides; the other side searches for {options.sample} of them")
        found = program.tell({"things": options.things, "sample": options.sample}).answer()
        program.end()
    _print(options, found)


def _print(options: argparse.Namespace, found: dict[str, Any]) -> None:
    ways = list(found["hub"])
    rows = []
    for side in ("hub", "hub, sure", "naive"):
        counts = found[side]
        cells = [f"{_share(counts[way], 'right')} / {_share(counts[way], 'wrong')}" for way in ways]
        rows.append([{"hub": "hub, all proposals", "hub, sure": "hub, 90 % and more"}.get(side, "searching"), *cells])
    table("Right / wrong, in per cent of those written that way", ["", *ways], rows)
    ratio = found["naive_seconds"] / found["hub_seconds"]
    screens = ", ".join(f"{name} {ms:.0f} ms" for name, ms in found["screens"].items())
    notes(
        [
            f"hub: {options.things:,} things proposed in {found['hub_seconds']:.1f} s, "
            f"{found['links']:,} of them linked in {found['accept_seconds']:.1f} s",
            f"searching for each by SKU, barcode, name: {found['naive_seconds']:.0f} s, "
            f"reckoned from {options.sample} ({ratio:.1f} times as long)",
            f"the screen, slowest of five: {screens}",
        ]
    )
    wrong = sum(counts["wrong"] for counts in found["hub, sure"].values())
    finish(
        {
            "seconds": round(found["hub_seconds"], 1),
            "times_searching": round(ratio, 1),
            "sure_and_wrong": wrong,
            "slowest_screen_ms": round(max(found["screens"].values())),
        }
    )


def _share(counts: dict[str, int], verdict: str) -> str:
    return f"{100 * counts[verdict] / (sum(counts.values()) or 1):.0f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=20_000, help="that the shop lists (default 20000)")
    parser.add_argument("--sample", type=int, default=500, help="that the other side searches for (default 500)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
