"""Tracking that came, or changed, after Shopify was told of a shipment.

Pure. fulfillmentTrackingInfoUpdate replaces what a fulfilment has; repeating it does
no harm, and nothing is taken away when a shipment has no number any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ...connector_base.lib.adapter import Call
from ...connector_base.lib.errors import DataError
from ...connector_oms.lib.documents import Package, Shipment
from .operations import operation
from .shipments import CATEGORY, UNDONE, shipped_lines, tracking_info, tracking_numbers
from .values import tail, text

OPERATION = "fulfillment_tracking_update"

Json = Mapping[str, Any]


def plan(shipment: Shipment, fulfillments: Sequence[Json], now: datetime) -> list[Call]:
    """The calls that give the known fulfilments of a shipment its present tracking.

    :param fulfillments: of the order, all
    :param now: aware time of the intent; part of the keys, so that a number that comes
        back is told again
    :return: without those that have the numbers already
    :raises DataError: Shopify has none of the known fulfilments (any more)
    """
    known = [entry for entry in fulfillments if entry["id"] in shipment.known_as]
    known = [entry for entry in known if entry.get("status") not in UNDONE]
    if not known:
        raise DataError(
            "Shopify does not have this delivery any more",
            category=CATEGORY,
            params={"order": shipment.order_id, "reason": "cancelled"},
        )
    calls = [_call(shipment, entry, _packages(shipment, entry, len(known) > 1), now) for entry in known]
    return [call for call in calls if call]


def has(meta: Json, fulfillments: Iterable[Json]) -> Json | None:
    """The fulfilment of a call, when it has the numbers of the call.

    :param meta: of the call
    """
    for entry in fulfillments:
        if entry["id"] == meta["fulfillment_id"] and _numbers(entry) == meta["tracking"]:
            return entry
    return None


def _call(shipment: Shipment, entry: Json, packages: Sequence[Package], now: datetime) -> Call | None:
    info = tracking_info(packages)
    numbers = tracking_numbers(packages)
    if not info or numbers == _numbers(entry):
        return None
    variables = {"id": entry["id"], "tracking": info, "notify": shipment.notify_customer}
    return Call(
        key=f"{shipment.reference}:tracking:{tail(entry['id'])}:{now:%Y%m%d%H%M%S%f}",
        operation=OPERATION,
        body=operation(OPERATION).body(variables),
        meta={"order_id": shipment.order_id, "fulfillment_id": entry["id"], "tracking": numbers},
    )


def _packages(shipment: Shipment, entry: Json, is_split: bool) -> list[Package]:
    """The packages that hold something of a fulfilment; those of unknown content go with all."""
    if not is_split:
        return list(shipment.packages)
    lines = shipped_lines(entry)
    return [
        package
        for package in shipment.packages
        if not package.lines or any(line.line_id in lines for line in package.lines)
    ]


def _numbers(entry: Json) -> list[str]:
    found = (text(info.get("number")) for info in entry.get("trackingInfo") or ())
    return list(dict.fromkeys(filter(None, found)))
