"""Play a working day between the local shop and Odoo, then compare them record by record.

Progress goes to stderr; the last line of stdout is one JSON object. The exit status is 1
when a figure that must be 0 is not, or something did not happen in time.
"""

from __future__ import annotations

import argparse
import json
import sys

import requests

from . import bring, changes, connect, deliver, distribute, exceptions, offer, orders, reprice, swap
from .client import Odoo, OdooError
from .compare_fulfilments import fulfilments_now
from .prepare import World, prepare
from .progress import Progress, StepTimeout
from .quiet import settle_stock
from .result import Result, compare, tell
from .shop import Shop


def main() -> int:
    """Parse the options, play, print the result; the exit status."""
    options = _options()
    progress = Progress(quiet=options.json_only)
    figures: dict = {}
    try:
        odoo = Odoo(options.odoo, options.db, options.login, options.password)
        world = World(odoo, Shop(options.sandbox), progress, options.seed)
        result = play(world, options.orders)
        tell(world, result)
        figures, status = result.figures, 0 if result.is_right else 1
    except StepTimeout as error:
        print(f"Too slow: {error}. Look at: {error.look_at}", file=sys.stderr)
        figures, status = {"error": str(error)}, 1
    except (OdooError, ValueError, requests.RequestException) as error:
        print(f"Could not go on: {error}", file=sys.stderr)
        figures, status = {"error": str(error)}, 1
    print(json.dumps(figures), flush=True)
    return status


def play(world: World, count: int) -> Result:
    """The day: connect, sell, change, deliver, distribute, bring, swap, offer, reprice, compare.

    :param count: orders that customers place
    """
    prepare(world)
    connect.connect(world)
    placed = orders.place_orders(world, count)
    orders.catch_up(world, placed)
    orders.tell_state(world, placed)
    changes.change_orders(world, placed)
    exceptions.work_exceptions(world)
    before = fulfilments_now(world)
    deliver.deliver(world)
    chapter = distribute.distribute(world)
    brought = bring.bring(world)
    swapped = swap.swap(world)
    offered = offer.offer(world)
    prices = reprice.reprice(world)
    settle_stock(world)
    orders.tell_state(world, placed)
    result = compare(world, placed, before)
    for name, part in {
        "distribution": chapter,
        "brought": brought,
        "swapped": swapped,
        "offered": offered,
        "prices": prices,
    }.items():
        result.figures[name], result.faults[name] = part.figures, part.faults
    return result


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.scenario", description=__doc__)
    parser.add_argument("--odoo", required=True, help="address of the Odoo server")
    parser.add_argument("--db", required=True, help="its database")
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--sandbox", required=True, help="address of the local shop")
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn by lot")
    parser.add_argument("--json-only", action="store_true", help="say nothing on the way")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
