"""What routing talks about: lines, warehouses, how they get goods, and ways to ship an order.

Units are in the products' units of measure, money in one currency, times in whole days
from today.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

#: what options may be ranked by, each a number of which less is better
CRITERIA = ("lateness", "arrival", "shipments", "cost", "margin", "priority")
#: sets of more warehouses than this are not looked at: nobody ships one order in four parcels
MOST_SHIPMENTS = 3
#: when goods are brought from another warehouse first
RESUPPLY = ("never", "short", "ranked")


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
class Feed:
    """How a warehouse gets goods that it has not: from another warehouse, or bought for the order.

    :ivar source: the other warehouse; None when they are bought
    :ivar free: {product: units that may be had}
    :ivar days: days from today until they can leave the warehouse that gets them
    :ivar cost: of bringing goods of one order
    :ivar unit_cost: of each unit, on top
    """

    source: Hashable | None
    free: Mapping[Hashable, float]
    days: int = 0
    cost: float = 0.0
    unit_cost: float = 0.0

    @property
    def is_bought(self) -> bool:
        """Whether a supplier brings it."""
        return self.source is None


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
    :ivar feeds: how it gets what it has not; of several from one source the first counts
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
    feeds: tuple[Feed, ...] = ()

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
    :ivar resupply: goods are brought from elsewhere ``never``, where it is ``short`` of
        them in all sets of warehouses, or wherever that is ``ranked`` better
    """

    criteria: tuple[str, ...] = ("lateness", "shipments", "cost", "priority")
    weights: Mapping[str, float] = field(default_factory=dict)
    most: int = MOST_SHIPMENTS
    may_split_lines: bool = True
    resupply: str = "never"


@dataclass(frozen=True)
class Option:
    """One way to ship an order.

    :ivar shares: {line key: {house key: units}}
    :ivar fed: {(line key, house key, source): units} of the shares that the warehouse gets first
    :ivar ready: days until each of these can leave it
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
    fed: Mapping[tuple, float] = field(default_factory=dict)
    ready: Mapping[tuple, int] = field(default_factory=dict)

    def fed_into(self, line: Hashable, house: Hashable) -> dict[Hashable | None, float]:
        """{source: units} of a line that a warehouse gets first."""
        return {source: units for (one, at, source), units in self.fed.items() if (one, at) == (line, house)}

    @property
    def shipments(self) -> int:
        """Deliveries that it takes."""
        return len(self.houses)

    @property
    def units_missing(self) -> float:
        """All that is missing."""
        return sum(self.missing.values())

    @property
    def units_bought(self) -> float:
        """All that is bought for it."""
        return sum(units for (__, __, source), units in self.fed.items() if source is None)

    def rank(self, policy: Policy) -> tuple:
        """What options are ordered by: complete ones first, then those that buy less; less is better."""
        moved = sum(self.fed.values())
        values = {name: -self.margin if name == "margin" else getattr(self, name) for name in CRITERIA}
        if policy.weights:
            judged = (round(sum(weight * values[name] for name, weight in policy.weights.items()), 6),)
        else:
            judged = tuple(round(values[name], 6) for name in policy.criteria)
            if "priority" in policy.criteria:
                # a warehouse that goes first is no reason to carry goods there
                place = policy.criteria.index("priority")
                judged = (*judged[:place], moved, *judged[place:])
        rest = (self.shipments, round(self.cost, 6), moved, self.priority, tuple(map(str, self.houses)))
        return (round(self.units_missing, 6), round(self.units_bought, 6), *judged, *rest)
