"""Routing: decisions a second, and how good they are beside an exhaustive search.

setup/bench routing [--orders 10000] [--houses 12] [--sample 300]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from itertools import combinations

from benchmarks.common import finish, notes, progress, pure, table

_routing = pure("connector_oms", "routing")
House, Line, Policy, route = _routing.House, _routing.Line, _routing.Policy, _routing.route

PRODUCTS = 400
SEED = 19


def houses(rng: random.Random, count: int) -> list[House]:
    """Warehouses with most of the range, costs and days of their own."""
    return [
        House(
            key=f"W{number:02d}",
            free={product: rng.randint(0, 9) for product in range(PRODUCTS) if rng.random() < 0.7},
            leaves=rng.randint(0, 1),
            travel=rng.randint(1, 5),
            cost=round(rng.uniform(4, 15), 2),
            unit_cost=round(rng.uniform(0, 1), 2),
            priority=number,
        )
        for number in range(count)
    ]


def orders(rng: random.Random, count: int) -> list[tuple[list[Line], int]]:
    """Orders of 1 to 15 lines, promised within 1 to 6 days."""
    made = []
    for __ in range(count):
        products = rng.sample(range(PRODUCTS), rng.randint(1, 15))
        lines = [Line(number, product, rng.randint(1, 4)) for number, product in enumerate(products)]
        made.append((lines, rng.randint(1, 6)))
    return made


def optimum(lines: list[Line], able: list[House], promise: int) -> tuple[int, int, float] | None:
    """(lateness, shipments, cost) of the best of all sets of warehouses, of any size.

    Written apart from the addon: every set that has all units is priced with each
    product taken from the cheapest warehouses first, which is the least that it can cost.
    """
    needed: dict[int, int] = {}
    for line in lines:
        needed[line.product] = needed.get(line.product, 0) + line.units
    best = None
    for size in range(1, len(able) + 1):
        for chosen in combinations(able, size):
            lateness = max(0, max(house.arrival for house in chosen) - promise)
            if best and (lateness, size) > best[:2]:
                continue
            cost = _cost(needed, sorted(chosen, key=lambda house: house.unit_cost))
            if cost is not None and (best is None or (lateness, size, cost) < best):
                best = (lateness, size, cost)
    return best


def _cost(needed: dict[int, int], chosen: list[House]) -> float | None:
    total = sum(house.cost for house in chosen)
    for product, units in needed.items():
        left = units
        for house in chosen:
            taken = min(left, house.free.get(product, 0))
            total += taken * house.unit_cost
            left -= taken
        if left > 0:
            return None
    return total


def main() -> None:
    """Route everything, then hold a sample against the exhaustive search."""
    options = _arguments()
    rng = random.Random(SEED)
    able = houses(rng, options.houses)
    wanted = orders(rng, options.orders)
    policy = Policy()
    progress(f"{options.orders} orders over {options.houses} warehouses")
    seconds, answers = [], []
    for lines, promise in wanted:
        begun = time.perf_counter()
        answers.append(route(lines, able, policy, promise))
        seconds.append(time.perf_counter() - begun)
    progress(f"{options.sample} of them by exhaustive search")
    begun = time.perf_counter()
    worse, compared, ratios, unsplittable = 0, 0, [], 0
    for (lines, promise), answer in list(zip(wanted, answers, strict=True))[: options.sample]:
        best = optimum(lines, able, promise)
        mine = answer.best
        if best is None or best[1] > 3:
            unsplittable += 1
            continue
        compared += 1
        if not mine or mine.missing or (mine.lateness, mine.shipments) > best[:2]:
            worse += 1
        elif (mine.lateness, mine.shipments) == best[:2]:
            ratios.append(mine.cost / best[2])
    exhaustive = (time.perf_counter() - begun) / options.sample
    _print(options, seconds, exhaustive, compared, unsplittable, worse, ratios)


def _print(options, seconds, exhaustive, compared, unsplittable, worse, ratios) -> None:
    seconds.sort()
    p99 = seconds[int(len(seconds) * 0.99) - 1] * 1000
    rate = len(seconds) / sum(seconds)
    mean = statistics.fmean(seconds)
    table(
        f"{options.orders:,} orders of 1-15 lines, {options.houses} warehouses",
        ["Search", "Median (ms)", "p99 (ms)", "Mean (ms)"],
        [
            ["the hub's", f"{statistics.median(seconds) * 1000:.2f}", f"{p99:.2f}", f"{mean * 1000:.2f}"],
            ["exhaustive, any number of warehouses", "", "", f"{exhaustive * 1000:.1f}"],
        ],
    )
    notes(
        (
            f"Of {options.sample} orders searched exhaustively {unsplittable} cannot ship in full from three "
            f"warehouses; of the other {compared} the hub is later, or in more parcels, {worse} times.",
            f"Where lateness and parcels are equal it costs {statistics.fmean(ratios):.4f} times the least possible "
            f"on average, {max(ratios):.4f} at most.",
            f"The exhaustive search takes {exhaustive / mean:.0f} times as long.",
        )
    )
    finish(
        {
            "decisions_per_second": round(rate),
            "p99_ms": round(p99, 2),
            "worse_than_optimum": worse,
            "cost_ratio": round(statistics.fmean(ratios), 4),
        }
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--houses", type=int, default=12)
    parser.add_argument("--sample", type=int, default=300)
    return parser.parse_args()


if __name__ == "__main__":
    main()
