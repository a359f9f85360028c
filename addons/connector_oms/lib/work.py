"""What is known about a document on its way into Odoo.

The matchers fill these in by reading only; records are written afterwards, for the
documents that nothing stands against. Records are opaque here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .documents import Charge, Order, OrderLine


@dataclass
class Place:
    """An address, found or to be created.

    :param record: res.partner, None until it exists
    :param values: what to create it with
    :param owner: whose address it is; a place without one is its own contact
    """

    record: Any = None
    values: dict = field(default_factory=dict)
    owner: Buyer | None = None


@dataclass
class Buyer(Place):
    """A person or company that buys.

    :param external_id: what to link it to at the channel; "" for guests
    :param is_bound: it is linked already
    :param company: the company a person orders for
    :param places: address key -> Place
    """

    external_id: str = ""
    is_bound: bool = False
    company: Buyer | None = None
    places: dict = field(default_factory=dict)


@dataclass
class Work:
    """One order document, its message, and everything found for it.

    :param sale: the sale.order it is already, or became
    :param over_since: as of when the channel said that an order Odoo never had is over
    :param lines: the lines that order had before, by the channel's id
    :param is_fresh: the order was created by this work
    :param units: the unit a part is sold in, where the document names one
    """

    item: Any
    document: Order
    binding: Any = None
    sale: Any = None
    over_since: Any = None
    lines: dict[str, Any] = field(default_factory=dict)
    problems: list[dict] = field(default_factory=list)
    notes: list[dict] = field(default_factory=list)
    holds: dict[str, str] = field(default_factory=dict)
    hold_keys: dict[str, str] = field(default_factory=dict)
    note: str = ""
    is_fresh: bool = False
    currency: Any = None
    currencies: dict[str, Any] = field(default_factory=dict)
    warehouse: Any = None
    carrier: Any = None
    buyer: Buyer | None = None
    invoice_place: Place | None = None
    shipping_place: Place | None = None
    products: dict[str, Any] = field(default_factory=dict)
    units: dict[str, Any] = field(default_factory=dict)
    taxes: dict[tuple, Any] = field(default_factory=dict)

    def block(self, category: str, cause: str, suggestion: str = "", group_key: str = "") -> None:
        """Nothing of this document may be written before a person has acted."""
        self.problems.append(
            {
                "category": category,
                "cause": cause,
                "suggestion": suggestion,
                "group_key": group_key,
                "amount": float(self.document.totals.total),
            }
        )

    def report(self, category: str, cause: str, suggestion: str = "", group_key: str = "") -> None:
        """It is applied, but a person must look at it."""
        self.notes.append(
            {
                "category": category,
                "cause": cause,
                "suggestion": suggestion,
                "group_key": group_key,
                "amount": float(self.document.totals.total),
            }
        )

    def hold(self, kind: str, reason: str, group_key: str = "") -> None:
        """Import it, but keep it from being confirmed.

        :param group_key: what the holds of one cause have in common
        """
        self.holds.setdefault(kind, reason)
        if group_key:
            self.hold_keys.setdefault(kind, group_key)

    @property
    def is_new(self) -> bool:
        """Whether the order is not in Odoo yet."""
        return not self.sale

    @property
    def ships(self) -> bool:
        """Whether anything of it still has to be sent somewhere."""
        return any(line.requires_shipping and line.quantity and not line.is_gift_card for line in self.document.lines)

    def wanted(self) -> list[tuple[str, OrderLine | Charge]]:
        """The parts that need a line in Odoo, with the key the line is known by.

        Lines of which nothing is owed and charges of nothing get none, unless they
        have one already: then the line is brought to zero. Free shipping is kept,
        since it says how to ship.
        """
        return [(part_key(line), line) for line in self.document.lines if line.quantity] + [
            (part_key(charge), charge)
            for charge in self.document.charges
            if charge.net_amount or charge.kind == "shipping" or any(t.amount for t in charge.taxes)
        ]


def part_key(part: OrderLine | Charge) -> str:
    """What a line in Odoo is known by: lines and charges may share an id."""
    if isinstance(part, Charge):
        return f"charge/{part.external_id}"
    return part.external_id


def ready(works: Iterable[Work]) -> list[Work]:
    """The works that nothing stands against."""
    return [work for work in works if not work.problems]
