"""A shipment as fulfilments: matched on order line id, calls of one location each.

Pure: the fulfilment orders and what was shipped before come in, calls come out.
Shopify, "Build fulfillment solutions": one fulfillmentCreate takes fulfilment orders
of one order at one location; they can be held, moved, split and merged at any time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ...connector_base.lib.adapter import Call
from ...connector_base.lib.errors import DataError
from ...connector_oms.lib.documents import Package, Shipment
from .const import MAX_ITEMS
from .operations import operation
from .values import format_time, nodes, parse_time, tail, text

OPERATION = "fulfillment_create"
CATEGORY = "fulfilment"
#: statuses of a fulfilment order that still takes fulfilments
OPEN = ("OPEN", "IN_PROGRESS")
#: statuses of a fulfilment that did not come to be
UNDONE = ("CANCELLED", "ERROR", "FAILURE")
#: how far Shopify's clock may be behind ours
SKEW = timedelta(minutes=10)

Json = Mapping[str, Any]


@dataclass
class _Slot:
    """Units of one order line that one fulfilment order can take."""

    order: str
    line: str
    item: str
    location: str
    remaining: int


@dataclass
class _Part:
    """What one call ships from one location, at most MAX_ITEMS rows.

    :param number: 1, 2, ... among the calls of the location
    :param takes: fulfilment order -> {its line: units}
    :param lines: order line -> units
    """

    location: str
    number: int = 1
    takes: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    lines: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rows: int = 0

    def take(self, slot: _Slot, units: int) -> None:
        """Ship units of a slot."""
        self.takes[slot.order][slot.item] = units
        self.lines[slot.line] += units
        self.rows += 1


def plan(shipment: Shipment, order: Json, fulfillments: Sequence[Json], now: datetime) -> list[Call]:
    """The calls that tell Shopify of a shipment.

    Lines are taken from fulfilment orders at the shipment's own location first, then
    from wherever Shopify has assigned them: it is a fact that they left, and the next
    stock level mends what Shopify subtracted at the wrong place.

    :param order: answer of ``fulfillment_orders`` with all pages
    :param fulfillments: what was shipped of the order before
    :param now: aware time of the intent
    :return: without what is there already under our tracking numbers; [] when all is
    :raises DataError: category ``fulfilment``; ``params["lines"]`` says which lines
        cannot be shipped and why
    """
    wanted = _wanted(shipment)
    slots = _slots(order, shipment.location_id)
    parts, short = _allocate(wanted, slots)
    if short and not _is_there(shipment, short, fulfillments):
        raise _cannot(shipment, order, wanted, short, fulfillments)
    known = [entry["id"] for entry in fulfillments]
    is_split = len(parts) > 1
    return [_call(shipment, part, is_split, known, now) for part in parts]


def _wanted(shipment: Shipment) -> dict[str, int]:
    """Order line -> units; the same line may stand in a shipment twice."""
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    for line in shipment.lines:
        wanted[line.line_id] += line.quantity
    broken = [line for line, quantity in wanted.items() if quantity != int(quantity)]
    if broken:
        raise DataError(
            "Shopify takes whole units only",
            category=CATEGORY,
            params={"order": shipment.order_id, "lines": broken, "reason": "fraction"},
        )
    return {line: int(quantity) for line, quantity in wanted.items() if quantity}


def _slots(order: Json, location: str) -> list[_Slot]:
    """What can be fulfilled now, at the shipment's own location first."""
    slots = []
    for entry in nodes(order.get("fulfillmentOrders")):
        if not can_fulfill(entry):
            continue
        place = assigned_location(entry)
        for item in nodes(entry.get("lineItems")):
            if item["remainingQuantity"] > 0:
                line = item["lineItem"]["id"]
                slots.append(_Slot(entry["id"], line, item["id"], place, item["remainingQuantity"]))
    return sorted(slots, key=lambda slot: slot.location != location)


def can_fulfill(entry: Json) -> bool:
    """Whether a fulfilment order takes a fulfilment now."""
    actions = {action.get("action") for action in entry.get("supportedActions") or ()}
    return entry.get("status") in OPEN and "CREATE_FULFILLMENT" in actions


def assigned_location(entry: Json) -> str:
    """Id of the location a fulfilment order is assigned to, "" for a deleted one."""
    assigned = entry.get("assignedLocation") or {}
    return text((assigned.get("location") or {}).get("id"))


def _allocate(wanted: Mapping[str, int], slots: Iterable[_Slot]) -> tuple[list[_Part], dict[str, int]]:
    """The calls' contents, and what found no place: order line -> units."""
    missing = dict(wanted)
    parts: dict[str, list[_Part]] = {}
    for slot in slots:
        units = min(slot.remaining, missing.get(slot.line, 0))
        if units <= 0:
            continue
        missing[slot.line] -= units
        there = parts.setdefault(slot.location, [_Part(slot.location)])
        if there[-1].rows >= MAX_ITEMS:  # no array of an input may be longer
            there.append(_Part(slot.location, len(there) + 1))
        there[-1].take(slot, units)
    short = {line: units for line, units in missing.items() if units}
    return [part for there in parts.values() for part in there], short


def _call(shipment: Shipment, part: _Part, is_split: bool, known: Sequence[str], now: datetime) -> Call:
    packages = _packages(shipment, part, is_split)
    fulfillment: dict[str, Any] = {
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": order,
                "fulfillmentOrderLineItems": [{"id": item, "quantity": units} for item, units in items.items()],
            }
            for order, items in part.takes.items()
        ],
        "notifyCustomer": shipment.notify_customer,
    }
    tracking = tracking_info(packages)
    if tracking:
        fulfillment["trackingInfo"] = tracking
    key = f"{shipment.reference}:{tail(part.location) or 'none'}"
    return Call(
        key=key if part.number == 1 else f"{key}:{part.number}",
        operation=OPERATION,
        body=operation(OPERATION).body({"fulfillment": fulfillment}),
        meta={
            "order_id": shipment.order_id,
            "location_id": part.location,
            "lines": dict(part.lines),
            "tracking": tracking_numbers(packages),
            "known": list(known),
            "prepared_at": format_time(now),
        },
    )


def _packages(shipment: Shipment, part: _Part, is_split: bool) -> list[Package]:
    """The packages that hold something of this part; those of unknown content go with all."""
    if not is_split:
        return list(shipment.packages)
    return [
        package
        for package in shipment.packages
        if not package.lines or any(line.line_id in part.lines for line in package.lines)
    ]


def tracking_numbers(packages: Iterable[Package]) -> list[str]:
    """The tracking numbers, each once, in order."""
    found = (package.tracking.number for package in packages if package.tracking)
    return list(dict.fromkeys(filter(None, found)))


def tracking_info(packages: Sequence[Package]) -> dict[str, Any]:
    """FulfillmentTrackingInput: one carrier for all numbers, so none when they differ.

    Shopify recognises many carriers by the number itself. ``urls`` go by the position
    of their number, so they are given for all or for none.
    """
    by_number = {
        package.tracking.number: package.tracking
        for package in packages
        if package.tracking and package.tracking.number
    }
    if not by_number:
        return {}
    tracked = list(by_number.values())
    info: dict[str, Any] = {"numbers": list(by_number)}
    carriers = {entry.carrier for entry in tracked}
    if len(carriers) == 1 and "" not in carriers:
        info["company"] = carriers.pop()
    if all(entry.url for entry in tracked):
        info["urls"] = [entry.url for entry in tracked]
    return info


def find(meta: Json, fulfillments: Iterable[Json]) -> Json | None:
    """The fulfilment that a call made, if it is there: the look-up after a lost answer.

    One that was not there before the intent, has the same lines, and nothing that
    speaks against it (place, tracking numbers, time).

    :param meta: of the call
    """
    earliest = parse_time(meta.get("prepared_at"))
    for entry in fulfillments:
        if entry["id"] in meta["known"] or entry.get("status") in UNDONE:
            continue
        created = parse_time(entry.get("createdAt"))
        if earliest and created and created < earliest - SKEW:
            continue
        place = text((entry.get("location") or {}).get("id"))
        if place and meta["location_id"] and place != meta["location_id"]:
            continue
        if shipped_lines(entry) == meta["lines"] and _same_tracking(meta["tracking"], entry):
            return entry
    return None


def shipped_lines(entry: Json) -> dict[str, int]:
    """Order line -> units of a fulfilment."""
    found: dict[str, int] = defaultdict(int)
    for item in nodes(entry.get("fulfillmentLineItems")):
        found[item["lineItem"]["id"]] += item.get("quantity") or 0
    return dict(found)


def _same_tracking(numbers: Sequence[str], entry: Json) -> bool:
    """Whether the numbers agree; they may be added to at Shopify, but not be others."""
    found = {text(info.get("number")) for info in entry.get("trackingInfo") or ()} - {""}
    return not numbers or not found or set(numbers) <= found


def _is_there(shipment: Shipment, short: Mapping[str, int], fulfillments: Iterable[Json]) -> bool:
    """Whether what finds no place is shipped at Shopify under our tracking numbers.

    Without a number nothing tells ours from another's, and a person must look.
    """
    numbers = set(tracking_numbers(shipment.packages))
    shipped: dict[str, int] = defaultdict(int)
    for entry in fulfillments:
        found = {text(info.get("number")) for info in entry.get("trackingInfo") or ()}
        if entry.get("status") not in UNDONE and found & numbers:
            for line, units in shipped_lines(entry).items():
                shipped[line] += units
    return all(shipped[line] >= units for line, units in short.items())


def _cannot(
    shipment: Shipment,
    order: Json,
    wanted: Mapping[str, int],
    short: Mapping[str, int],
    fulfillments: Sequence[Json],
) -> DataError:
    lines = [
        {
            "line_id": line,
            "wanted": wanted[line],
            "possible": wanted[line] - units,
            **_why(line, order, fulfillments),
        }
        for line, units in short.items()
    ]
    texts = "; ".join(
        f"{tail(entry['line_id'])}: {entry['possible']} of {entry['wanted']}, {entry['detail']}" for entry in lines
    )
    name = text(order.get("name")) or tail(shipment.order_id)
    return DataError(
        f"Shopify's order {name} does not take the whole shipment: {texts}",
        category=CATEGORY,
        params={"order": name, "shipment": shipment.reference, "lines": lines},
    )


def _why(line: str, order: Json, fulfillments: Sequence[Json]) -> dict[str, str]:
    """The reason why units of a line find no place: the first that fits."""
    if order.get("cancelledAt"):
        return {"reason": "cancelled", "detail": "the order is cancelled"}
    holding = [
        entry
        for entry in nodes(order.get("fulfillmentOrders"))
        if any(
            item["lineItem"]["id"] == line and item["remainingQuantity"] > 0 for item in nodes(entry.get("lineItems"))
        )
        and not can_fulfill(entry)
    ]
    for entry in holding:
        reason = _why_closed(entry)
        if reason:
            return reason
    shippers = [
        text(entry.get("name")) or tail(entry["id"])
        for entry in fulfillments
        if entry.get("status") not in UNDONE and line in shipped_lines(entry)
    ]
    if shippers:
        return {"reason": "fulfilled", "detail": f"shipped already as {', '.join(shippers)}"}
    return {"reason": "removed", "detail": "removed from the order, or never on it"}


def _why_closed(entry: Json) -> dict[str, str] | None:
    """Why a fulfilment order with units left takes none."""
    status = entry.get("status")
    if status == "ON_HOLD":
        holds = entry.get("fulfillmentHolds") or ()
        reasons = [text(hold.get("reasonNotes")) or text(hold.get("displayReason")) for hold in holds]
        return {"reason": "hold", "detail": f"on hold ({', '.join(reasons) or 'no reason'})"}
    if status == "SCHEDULED":
        return {"reason": "scheduled", "detail": "scheduled for a later date"}
    if status in ("CANCELLED", "CLOSED", "INCOMPLETE"):
        return {"reason": "cancelled", "detail": f"its fulfilment order is {status.lower()}"}
    if entry.get("requestStatus") not in (None, "UNSUBMITTED"):
        place = text((entry.get("assignedLocation") or {}).get("name"))
        return {
            "reason": "moved",
            "detail": f"handed over to the fulfilment service {place}".strip(),
        }
    return {"reason": "refused", "detail": "Shopify does not allow to fulfil it now"}
