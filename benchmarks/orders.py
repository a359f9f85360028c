"""Orders from the shop to confirmed sale orders: the hub, a client of the external API, the ORM's floor.

setup/bench orders [--orders 300] [--sides hub,naive,floor] [--batch-size N]
setup/bench orders --sides hub,system    what it costs that the hub works with the rights of a service user
"""

from __future__ import annotations

import argparse

from benchmarks import _shop, _sides
from benchmarks.common import Images, finish, notes, progress, table
from setup.lib.environment import current
from setup.lib.instance import Sandbox

WARM_UP = 50
SEEDS = ("warm-up", "measured")
#: sides that look for the orders themselves, and whether with the rights of the backend's own user
HUBS = {"hub": True, "system": False}


def main() -> None:
    """Run the sides one after the other, then print what they needed."""
    options = _arguments()
    environment = current()
    with Images(environment) as images, Sandbox() as sandbox:
        race = _prepare(environment, images, _shop.Shop(sandbox.url), options)
        results = {}
        for side in options.sides.split(","):
            progress(f"{side}: {options.orders} orders")
            results[side] = _run(race, side, options.orders)
    _print(results, options.orders)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--sides", default="hub,naive,floor", help="which sides, in which order")
    parser.add_argument("--batch-size", type=int, default=0, help="messages the hub takes at once (0: its default)")
    return parser.parse_args()


def _prepare(environment, images, shop, options) -> _sides.Race:
    """The database that all sides start from, and the shop with the orders of the warm-up."""
    shop.reset()
    orders = [*_of(shop, WARM_UP, SEEDS[0]), *_of(shop, options.orders, SEEDS[1])]
    variants = shop.reset()
    progress(f"a database with {len(variants)} products and {len(_shop.customers(orders))} customers")
    image = images.clone(images.template(), "image")
    program = images.program("_prepare", image)
    program.tell(
        {
            "shop_url": shop.url,
            "variants": variants,
            "customers": _shop.customers(orders),
            "taxes": _shop.taxes(orders),
        }
    )
    facts = program.answer()
    program.end()
    _shop.oracle(shop.url, "subscriptions", method="DELETE")
    race = _sides.Race(environment, images, shop, image, facts, shop.place(WARM_UP, SEEDS[0]))
    race.batch_size = options.batch_size
    return race


def _of(shop: _shop.Shop, count: int, seed: str) -> list[dict]:
    return shop.read(shop.place(count, seed))


def _run(race: _sides.Race, side: str, count: int) -> _sides.Result:
    def place() -> None:
        if not race.ids:
            race.ids = race.shop.place(count, SEEDS[1])
            race.orders = race.shop.read(race.ids)

    if side in HUBS:
        if race.ids:
            # what another hub was sold must not be there yet when this one warms up
            race.shop.reset()
            race.start_over(race.shop.place(WARM_UP, SEEDS[0]))
        return _sides.hub(race, place, as_service_user=HUBS[side])
    place()
    return {"naive": _sides.naive, "floor": _sides.floor}[side](race)


def _print(results: dict[str, _sides.Result], count: int) -> None:
    rows = []
    for result in results.values():
        reserved = [f"{result.reserved:.1f} s", f"{count / result.reserved:.1f}"] if result.reserved else ["", ""]
        each = f"{1000 * result.seconds / count:.0f} ms"
        rows.append([result.name, f"{result.seconds:.1f} s", f"{count / result.seconds:.1f}", each, *reserved])
    heads = ("", "in and confirmed", "orders/s", "an order", "all reserved", "orders/s")
    table(f"{count} orders of {_shop.LINES} lines and shipping, two workers or processes", heads, rows)
    notes(
        [
            "hub: from pressing “Look now” (poll, 300 notifications kept, orders fetched, matched, checked to the "
            "cent, created, confirmed) until the last order is confirmed and its demand is in availability; "
            "then until its lane has reserved everything",
            "the hub works with the rights of its backend's own user; as the system user: without that, all rights "
            "and no rules",
            "naive client: two clients of /json/2, four searches, one create and one confirmation an order; "
            "Odoo reserves when it confirms",
            "ORM floor: two processes without a server; prepared values, one create and one confirmation for 25 "
            "orders, reservation left out; then one process reserves as Odoo does",
            "equal clones of one database; warm-up of 50 orders not counted; the hub publishes no stock meanwhile",
            *[f"{result.name}: {remark}" for result in results.values() for remark in result.remarks],
        ]
    )
    finish(_ratios(results))


def _ratios(results: dict[str, _sides.Result]) -> dict[str, float | None]:
    hub, naive, floor, system = (results.get(side) for side in ("hub", "naive", "floor", "system"))
    return {
        "times_naive": hub and naive and round(naive.seconds / hub.seconds, 2),
        "times_naive_reserved": hub and naive and round(naive.reserved / hub.reserved, 2),
        "times_floor": hub and floor and round(hub.seconds / floor.seconds, 2),
        "times_system": hub and system and round(hub.seconds / system.seconds, 2),
        "times_system_reserved": hub and system and round(hub.reserved / system.reserved, 2),
    }


if __name__ == "__main__":
    main()
