"""Prices in step: 20,000 products compared with a shop, and all of them repriced at once.

setup/bench catalogue [--things 20000] [--sample 500]
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.common import Images, finish, notes, progress
from setup.lib.environment import current


def main() -> None:
    """Load, compare, reprice, count, print."""
    options = _arguments()
    with Images(current()) as images:
        database = images.clone(images.template(), "catalogue")
        program = images.program("_catalogue_beside", database)
        progress(f"{options.things} products on both sides; the other side takes {options.sample} of them one by one")
        found = program.tell({"things": options.things, "sample": options.sample}).answer()
        program.end()
    _print(options, found)


def _print(options: argparse.Namespace, found: dict[str, Any]) -> None:
    ratio = found["naive_seconds"] / found["reprice_seconds"]
    notes(
        [
            f"comparing {options.things:,} products with what the shop shows: {found['compare_seconds']:.1f} s, "
            f"{found['differ']:,} differ",
            f"one rule of the price list changes all prices: {found['reprice_seconds']:.1f} s until the shop has "
            f"{found['sent']:,} new ones, in {found['reprice_messages']:,} messages, a call a product",
            f"once more for a shop that takes them as files: {found['bulk_seconds']:.1f} s, "
            f"in {found['bulk_messages']:,} messages",
            f"one by one, nothing kept: {found['naive_seconds']:.0f} s, reckoned from {options.sample} "
            f"({ratio:.1f} times as long)",
            f"one price changed: {1000 * found['one_seconds']:.0f} ms from its commit until the shop has it, "
            "without the wait for a worker",
            "the shop is a table in memory: what its answers take, and what it lets one ask a second, comes on top "
            "for both sides",
        ]
    )
    finish(
        {
            "compare_seconds": round(found["compare_seconds"], 1),
            "reprice_seconds": round(found["reprice_seconds"], 1),
            "bulk_seconds": round(found["bulk_seconds"], 1),
            "times_one_by_one": round(ratio, 2),
            "prices_wrong": found["wrong"],
            "one_ms": round(1000 * found["one_seconds"]),
        }
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=20_000, help="that the shop lists (default 20000)")
    parser.add_argument("--sample", type=int, default=500, help="that the other side takes (default 500)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
