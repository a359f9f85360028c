"""Which warehouses ship an order: filter, then search all sets of up to three of them.

Pure: warehouses, products and lines are known by any hashable key.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from .routing_terms import MOST_SHIPMENTS, Feed, House, Line, Option, Policy


@dataclass(frozen=True)
class Answer:
    """What routing came to.

    :ivar options: the best first; empty when no warehouse has anything of it
    :ivar excluded: {house key: reasons}, of those that were not looked at further
    """

    options: tuple[Option, ...]
    excluded: Mapping[Hashable, tuple[str, ...]]

    @property
    def best(self) -> Option | None:
        """The option to take."""
        return self.options[0] if self.options else None


def route(
    lines: Sequence[Line], houses: Iterable[House], policy: Policy, promise: int | None = None, keep: int = 5
) -> Answer:
    """Find the best ways to ship lines.

    Every set of up to ``policy.most`` warehouses is looked at. If none has everything,
    the sets that have most of it are given, with what they get from elsewhere first:
    from other warehouses as the policy says, and bought where it is nowhere.

    :param promise: days until the customer was promised it
    :param keep: how many options to give
    """
    houses = list(houses)
    bare = [_fed_by(house, ()) for house in houses]
    options = _options(lines, bare, policy, promise, keep)
    moved = policy.resupply != "never"
    from_houses = [_fed_by(house, [feed for feed in house.feeds if moved and not feed.is_bought]) for house in houses]
    from_anywhere = [_fed_by(house, [feed for feed in house.feeds if moved or feed.is_bought]) for house in houses]
    for fed, always in ((from_houses, policy.resupply == "ranked"), (from_anywhere, False)):
        if any(house.feeds for house in fed) and (always or not _complete(options)):
            options = _distinct([*options, *_options(lines, fed, policy, promise, keep)], policy)[:keep]
    used = {key for option in options for key in option.houses}
    excluded = {house.key: tuple(_objections(house, lines)) for house in bare if house.key not in used}
    return Answer(tuple(options), {key: reasons for key, reasons in excluded.items() if reasons})


def _fed_by(house: House, feeds: Sequence[Feed]) -> House:
    return replace(house, feeds=tuple(feeds)) if house.feeds else house


def _complete(options: Iterable[Option]) -> bool:
    return any(not option.missing for option in options)


def _distinct(options: Iterable[Option], policy: Policy) -> list[Option]:
    """Options in their order, each way to ship once."""
    found: list[Option] = []
    for option in sorted(options, key=lambda option: option.rank(policy)):
        if not any((option.shares, option.fed) == (one.shares, one.fed) for one in found):
            found.append(option)
    return found


def _options(
    lines: Sequence[Line], houses: Iterable[House], policy: Policy, promise: int | None, keep: int
) -> list[Option]:
    able = [house for house in houses if not any(_objections(house, lines))]
    sets = _sets(able, policy)
    options = _best(lines, (one for one in sets if _has_all(one, lines)), policy, promise, keep)
    return options if _complete(options) else _best(lines, sets, policy, promise, keep)


def _sets(able: Sequence[House], policy: Policy) -> list[tuple[House, ...]]:
    most = min(policy.most, len(able), MOST_SHIPMENTS)
    return [chosen for size in range(1, most + 1) for chosen in combinations(able, size)]


def _has_all(chosen: Sequence[House], lines: Sequence[Line]) -> bool:
    """Whether there is enough in these warehouses together (abilities left aside)."""
    needed: dict[Hashable, float] = {}
    for line in lines:
        needed[line.product] = needed.get(line.product, 0) + line.units
    places = _places(chosen).values()
    return all(sum(free.get(product, 0) for free in places) >= units for product, units in needed.items())


def _places(chosen: Sequence[House]) -> dict[Hashable, Mapping[Hashable, float]]:
    """{warehouse, or None for what is bought: {product: units}} that these warehouses can ship from."""
    places: dict[Hashable, Mapping[Hashable, float]] = {house.key: house.free for house in chosen}
    for house in chosen:
        for feed in house.feeds:
            if feed.is_bought:
                places[None] = {**places.get(None, {}), **feed.free}
            else:
                places.setdefault(feed.source, feed.free)
    return places


def _best(
    lines: Sequence[Line], sets: Iterable[tuple[House, ...]], policy: Policy, promise: int | None, keep: int
) -> list[Option]:
    """The best options, without pricing sets that are worse than all of them at first sight."""
    ordered = sorted(((_at_sight(chosen, policy, promise), chosen) for chosen in sets), key=lambda pair: pair[0])
    options: list[Option] = []
    for sight, chosen in ordered:
        # an option that is incomplete, or buys something, must not end the search for better ones
        last = options[keep - 1] if len(options) >= keep else None
        if last and not last.missing and not last.units_bought and sight > _at_sight_of(last, policy):
            break
        option = _option(lines, chosen, policy, promise)
        if option:
            options.append(option)
            options.sort(key=lambda option: option.rank(policy))
    return options[:keep]


def _at_sight(chosen: Sequence[House], policy: Policy, promise: int | None) -> tuple:
    """The leading criteria that are known before anything is allocated."""
    arrival = max(house.arrival for house in chosen)
    known = {
        "lateness": 0 if promise is None else max(0, arrival - promise),
        "arrival": arrival,
        "shipments": len(chosen),
        "priority": sum(house.priority for house in chosen),
    }
    return tuple(known[name] for name in _leading(policy))


def _at_sight_of(option: Option, policy: Policy) -> tuple:
    return tuple(getattr(option, name) for name in _leading(policy))


def _leading(policy: Policy) -> tuple[str, ...]:
    names = []
    for name in () if policy.weights else policy.criteria:
        if name in ("cost", "margin"):
            break
        names.append(name)
    return tuple(names)


def _objections(house: House, lines: Sequence[Line]) -> Iterable[str]:
    if not house.is_open:
        yield "closed"
    if not house.serves:
        yield "service"
    if house.room is not None and house.room <= 0:
        yield "capacity"
    places = [house.free, *(feed.free for feed in house.feeds)]
    wanted = [line for line in lines if any(free.get(line.product, 0) > 0 for free in places)]
    if not wanted:
        yield "stock"
    elif not any(line.needs <= house.can for line in wanted):
        yield "ability"


def _option(lines: Sequence[Line], chosen: Sequence[House], policy: Policy, promise: int | None) -> Option | None:
    """The cheapest way to ship as much as possible from all of these, or None when it needs fewer."""
    order = sorted(chosen, key=lambda house: (house.unit_cost, house.cost, house.priority, str(house.key)))
    left = {place: dict(free) for place, free in _places(order).items()}
    shares: dict[Hashable, dict[Hashable, float]] = {line.key: {} for line in lines}
    fed: dict[tuple, float] = {}
    # what fits nowhere as a whole is split last, so that it takes only what the others leave
    split = [line for line in lines if not _ship_whole(line, order, left, shares)]
    if policy.may_split_lines:
        for line in split:
            _ship_parts(line, order, left, shares)
    for line in split:
        _get_rest(line, order, left, shares, fed)
    option = price(lines, order, shares, promise, fed)
    return option if len(option.houses) == len(order) else None


def price(
    lines: Sequence[Line],
    houses: Iterable[House],
    shares: Mapping[Hashable, Mapping[Hashable, float]],
    promise: int | None = None,
    fed: Mapping[tuple, float] | None = None,
) -> Option:
    """What shipping lines in a given way comes to.

    :param shares: {line key: {house key: units}}
    :param fed: {(line key, house key, source): units} of them that are got first
    """
    by_key = {house.key: house for house in houses}
    units: dict[Hashable, float] = {}
    for parts in shares.values():
        for key, part in parts.items():
            units[key] = units.get(key, 0) + part
    used = [by_key[key] for key in units]
    leaves = {house.key: house.leaves for house in used}
    cost = sum(house.cost + house.unit_cost * units[house.key] for house in used)
    products = {line.key: line.product for line in lines}
    trips, ready = set(), {}
    for (line, key, source), part in (fed or {}).items():
        feed = _feed(by_key[key], source, products[line])
        ready[line, key, source] = feed.days
        leaves[key] = max(leaves[key], feed.days)
        cost += feed.unit_cost * part + (0 if (key, source) in trips else feed.cost)
        trips.add((key, source))
    arrival = max((leaves[house.key] + house.travel for house in used), default=0)
    missing = {line.key: line.units - sum(shares.get(line.key, {}).values()) for line in lines}
    return Option(
        houses=tuple(sorted(units, key=str)),
        shares={key: parts for key, parts in shares.items() if parts},
        missing={key: rest for key, rest in missing.items() if rest > 1e-6},
        lateness=0 if promise is None else max(0, arrival - promise),
        arrival=arrival,
        cost=cost,
        margin=sum(line.margin for line in lines) - cost,
        priority=sum(house.priority for house in used),
        fed=dict(fed or {}),
        ready=ready,
    )


def _feed(house: House, source: Hashable | None, product: Hashable) -> Feed:
    """How a warehouse gets a product from there; free of cost and time where it is not known."""
    known = (feed for feed in house.feeds if feed.source == source and product in feed.free)
    return next(known, Feed(source, {}))


def _ship_whole(line: Line, order: Sequence[House], left: dict, shares: dict) -> bool:
    for house in order:
        there = left[house.key]
        if line.needs <= house.can and there.get(line.product, 0) >= line.units:
            there[line.product] -= line.units
            shares[line.key][house.key] = line.units
            return True
    return False


def _ship_parts(line: Line, order: Sequence[House], left: dict, shares: dict) -> None:
    rest = line.units
    for house in order:
        there = left[house.key]
        units = min(rest, there.get(line.product, 0)) if line.needs <= house.can else 0
        if units > 0:
            there[line.product] -= units
            shares[line.key][house.key] = units
            rest -= units


def _get_rest(line: Line, order: Sequence[House], left: dict, shares: dict, fed: dict) -> None:
    """Have one warehouse get what is still missing of a line: the first that can get all of it.

    A line of which nothing ships yet takes what the warehouse has itself, too: that is
    where lines must not be split.
    """
    rest = line.units - sum(shares[line.key].values())
    for house in order:
        if not line.needs <= house.can or not house.feeds:
            continue
        whole = not shares[line.key]
        parts: dict[Hashable | None, float] = {}
        own = min(rest, left[house.key].get(line.product, 0)) if whole else 0
        lacking = rest - own
        for feed in sorted(house.feeds, key=lambda feed: (feed.is_bought, feed.days, feed.cost)):
            if line.product in feed.free and feed.source != house.key and feed.source not in parts:
                units = min(lacking, left[feed.source].get(line.product, 0))
                if units > 0:
                    parts[feed.source] = units
                    lacking -= units
        if lacking > 1e-6:
            continue
        shares[line.key][house.key] = shares[line.key].get(house.key, 0) + rest
        left[house.key][line.product] = left[house.key].get(line.product, 0) - own
        for source, units in parts.items():
            left[source][line.product] -= units
            fed[line.key, house.key, source] = units
        return
