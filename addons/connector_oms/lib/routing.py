"""Which warehouses ship an order: filter, then search all sets of up to three of them.

Pure: warehouses, products and lines are known by any hashable key. Units are in the
products' units of measure, money in one currency, times in whole days from today.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

#: what options may be ranked by, each a number of which less is better
CRITERIA = ("lateness", "arrival", "shipments", "cost", "margin", "priority")
#: sets of more warehouses than this are not looked at: nobody ships one order in four parcels
MOST_SHIPMENTS = 3


@dataclass(frozen=True)
class Line:
    """Something to be shipped.

    :ivar units: in the product's unit
    :ivar needs: abilities that a warehouse must have for it ("hazmat", "lots", ...)
    :ivar margin: what is earned with all of it before it is shipped
    """

    key: Hashable
    product: Hashable
    units: float
    needs: frozenset = frozenset()
    margin: float = 0.0


@dataclass(frozen=True)
class House:
    """A warehouse as an order sees it.

    :ivar free: {product: units that may be taken}
    :ivar can: abilities
    :ivar is_open: it works on some day soon
    :ivar room: deliveries it can still take today; None without limit
    :ivar leaves: days until what is ordered now leaves it (0: today)
    :ivar travel: days from there to the customer
    :ivar cost: of one delivery to this customer
    :ivar unit_cost: of each unit in it, on top
    :ivar serves: it delivers with the service asked for, and to the country
    """

    key: Hashable
    free: Mapping[Hashable, float]
    can: frozenset = frozenset()
    is_open: bool = True
    room: int | None = None
    leaves: int = 0
    travel: int = 0
    cost: float = 0.0
    unit_cost: float = 0.0
    priority: int = 10
    serves: bool = True

    @property
    def arrival(self) -> int:
        """Days until it is with the customer."""
        return self.leaves + self.travel


@dataclass(frozen=True)
class Policy:
    """How to choose.

    :ivar criteria: the first decides, the next where it is equal
    :ivar weights: {criterion: weight}; where given, the weighted sum decides instead
    :ivar most: warehouses an order may be split over, 1 to 3
    :ivar may_split_lines: a line may be shipped from several warehouses
    """

    criteria: tuple[str, ...] = ("lateness", "shipments", "cost", "priority")
    weights: Mapping[str, float] = field(default_factory=dict)
    most: int = MOST_SHIPMENTS
    may_split_lines: bool = True


@dataclass(frozen=True)
class Option:
    """One way to ship an order.

    :ivar shares: {line key: {house key: units}}
    :ivar missing: {line key: units} that are nowhere in these warehouses
    """

    houses: tuple
    shares: Mapping[Hashable, Mapping[Hashable, float]]
    missing: Mapping[Hashable, float]
    lateness: int
    arrival: int
    cost: float
    margin: float
    priority: int

    @property
    def shipments(self) -> int:
        """Deliveries that it takes."""
        return len(self.houses)

    @property
    def units_missing(self) -> float:
        """All that is missing."""
        return sum(self.missing.values())

    def rank(self, policy: Policy) -> tuple:
        """What options are ordered by: complete ones first, less is better."""
        values = {name: -self.margin if name == "margin" else getattr(self, name) for name in CRITERIA}
        if policy.weights:
            judged = (round(sum(weight * values[name] for name, weight in policy.weights.items()), 6),)
        else:
            judged = tuple(round(values[name], 6) for name in policy.criteria)
        rest = (self.shipments, round(self.cost, 6), self.priority, tuple(map(str, self.houses)))
        return (round(self.units_missing, 6), *judged, *rest)


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
    the sets that have most of it are given.

    :param promise: days until the customer was promised it
    :param keep: how many options to give
    """
    excluded, able = {}, []
    for house in houses:
        reasons = tuple(_objections(house, lines))
        if reasons:
            excluded[house.key] = reasons
        else:
            able.append(house)
    sets = _sets(able, policy)
    options = _best(lines, (one for one in sets if _has_all(one, lines)), policy, promise, keep)
    if not any(not option.missing for option in options):
        options = _best(lines, sets, policy, promise, keep)
    return Answer(tuple(options), excluded)


def _sets(able: Sequence[House], policy: Policy) -> list[tuple[House, ...]]:
    most = min(policy.most, len(able), MOST_SHIPMENTS)
    return [chosen for size in range(1, most + 1) for chosen in combinations(able, size)]


def _has_all(chosen: Sequence[House], lines: Sequence[Line]) -> bool:
    """Whether there is enough in these warehouses together (abilities left aside)."""
    needed: dict[Hashable, float] = {}
    for line in lines:
        needed[line.product] = needed.get(line.product, 0) + line.units
    return all(sum(house.free.get(product, 0) for house in chosen) >= units for product, units in needed.items())


def _best(
    lines: Sequence[Line], sets: Iterable[tuple[House, ...]], policy: Policy, promise: int | None, keep: int
) -> list[Option]:
    """The best options, without pricing sets that are worse than all of them at first sight."""
    ordered = sorted(((_at_sight(chosen, policy, promise), chosen) for chosen in sets), key=lambda pair: pair[0])
    options: list[Option] = []
    for sight, chosen in ordered:
        # an incomplete option, however it looks, must not end the search for complete ones
        last = options[keep - 1] if len(options) >= keep else None
        if last and not last.missing and sight > _at_sight_of(last, policy):
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
    wanted = [line for line in lines if house.free.get(line.product, 0) > 0]
    if not wanted:
        yield "stock"
    elif not any(line.needs <= house.can for line in wanted):
        yield "ability"


def _option(lines: Sequence[Line], chosen: Sequence[House], policy: Policy, promise: int | None) -> Option | None:
    """The cheapest way to ship as much as possible from all of these, or None when it needs fewer."""
    order = sorted(chosen, key=lambda house: (house.unit_cost, house.cost, house.priority, str(house.key)))
    left = {house.key: dict(house.free) for house in order}
    shares: dict[Hashable, dict[Hashable, float]] = {line.key: {} for line in lines}
    # what fits nowhere as a whole is split last, so that it takes only what the others leave
    split = [line for line in lines if not _ship_whole(line, order, left, shares)]
    if policy.may_split_lines:
        for line in split:
            _ship_parts(line, order, left, shares)
    option = price(lines, order, shares, promise)
    return option if len(option.houses) == len(order) else None


def price(
    lines: Sequence[Line],
    houses: Iterable[House],
    shares: Mapping[Hashable, Mapping[Hashable, float]],
    promise: int | None = None,
) -> Option:
    """What shipping lines in a given way comes to.

    :param shares: {line key: {house key: units}}
    """
    by_key = {house.key: house for house in houses}
    units: dict[Hashable, float] = {}
    for parts in shares.values():
        for key, part in parts.items():
            units[key] = units.get(key, 0) + part
    used = [by_key[key] for key in units]
    arrival = max((house.arrival for house in used), default=0)
    cost = sum(house.cost + house.unit_cost * units[house.key] for house in used)
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
    )


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
