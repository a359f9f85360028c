"""Canonical documents to Shopify's calls, and answers to results.

The pure pairs are in shipments.py, stock.py and cancellations.py; here they meet what
has to be read from Shopify for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...connector_base.lib.adapter import Call, CallResult
from ...connector_base.lib.errors import ConflictError, DataError, TransientError
from ...connector_oms.lib.documents import CancellationRequest, Shipment, StockUpdate
from . import cancellations, const, shipments, stock, tracking
from .client import ShopifyClient, user_error
from .paging import all_nodes, by_ids, next_cursor, pages
from .values import nodes, text

Json = Mapping[str, Any]

#: how often a refused stock call is sent again without the levels at fault
STOCK_ROUNDS = 4


def prepare_shipment(client: ShopifyClient, shipment: Shipment, now: datetime) -> list[Call]:
    """The fulfilments that tell of a shipment: reads what the order still waits for.

    Of a shipment that Shopify was told before, only the tracking can be new.

    :raises DataError: category ``fulfilment``: Shopify cannot take all of it
    """
    if shipment.known_as:
        return tracking.plan(shipment, read_fulfillments(client, shipment.order_id), now)
    order = read_fulfillment_orders(client, shipment.order_id)
    return shipments.plan(shipment, order, read_fulfillments(client, shipment.order_id), now)


def read_fulfillment_orders(client: ShopifyClient, order_id: str) -> Json:
    """An order with all its fulfilment orders and all their lines."""
    order: Json = {}
    found = []

    def keep(data: Json) -> None:
        nonlocal order
        order = data.get("order") or {}

    path = ("order", "fulfillmentOrders")
    sizes = {"lines": const.FULFILLMENT_LINES, "id": order_id}
    first = const.FULFILLMENT_ORDERS
    for page in pages(client, "fulfillment_orders", path, first, check=keep, **sizes):
        found += [_whole(client, entry, _ORDER_LINES) for entry in nodes(page)]
    return {**order, "fulfillmentOrders": {"nodes": found}}


def read_fulfillments(client: ShopifyClient, order_id: str) -> list[Json]:
    """What was shipped of an order, with all lines.

    :raises DataError: Shopify does not know the order
    """
    variables = {
        "id": order_id,
        "first": const.FULFILLMENTS,
        "lines": const.FULFILLMENT_LINES,
    }
    order = client.query("fulfillments", variables).data.get("order")
    if order is None:
        raise DataError(
            "Shopify does not know the order (any more)",
            category=shipments.CATEGORY,
            params={"order": order_id, "reason": "unknown"},
        )
    return [_whole(client, entry, _LINES) for entry in order.get("fulfillments") or ()]


#: (connection of lines, document of its next pages, root field of that document)
_ORDER_LINES = ("lineItems", "fulfillment_order_lines", "fulfillmentOrder")
_LINES = ("fulfillmentLineItems", "fulfillment_lines", "fulfillment")


def _whole(client: ShopifyClient, entry: Json, source: tuple[str, str, str]) -> Json:
    """A fulfilment or fulfilment order with its lines beyond the first page."""
    name, document, root = source
    connection = entry.get(name) or {}
    after = next_cursor(connection)
    if after is None:
        return entry
    more = all_nodes(client, document, (root, name), const.MAX_ITEMS, after=after, id=entry["id"])
    return {**entry, name: {"nodes": [*nodes(connection), *more]}}


def send_shipment(client: ShopifyClient, call: Call) -> CallResult:
    """Make one fulfilment.

    :raises ConflictError: Shopify's fulfilment orders are no longer those of the
        preparation (moved, split, held): prepare again
    :raises AmbiguousError: it may have worked
    """
    answer = client.mutate(call.operation, call.body, safe=False)
    payload = answer.data.get("fulfillmentCreate") or {}
    error = user_error(
        payload.get("userErrors") or [],
        default=ConflictError,
        category=shipments.CATEGORY,
        params={"order": call.meta["order_id"]},
    )
    if error:
        raise error
    return _shipped(payload.get("fulfillment") or {})


def find_shipment(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """The fulfilment of a call whose answer was lost, None where it is not there."""
    fulfillments = read_fulfillments(client, call.meta["order_id"])
    found = shipments.find(call.meta, fulfillments)
    return _shipped(found) if found else None


def send_tracking(client: ShopifyClient, call: Call) -> CallResult:
    """Replace the tracking of a fulfilment.

    :raises ConnectorError: it was refused
    """
    answer = client.mutate(call.operation, call.body, safe=True)
    payload = answer.data.get("fulfillmentTrackingInfoUpdate") or {}
    error = user_error(
        payload.get("userErrors") or [],
        category=shipments.CATEGORY,
        params={"order": call.meta["order_id"]},
    )
    if error:
        raise error
    return _shipped(payload.get("fulfillment") or {})


def find_tracking(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """The fulfilment, when it has the tracking of a call whose answer was lost."""
    found = tracking.has(call.meta, read_fulfillments(client, call.meta["order_id"]))
    return _shipped(found) if found else None


def _shipped(fulfillment: Json) -> CallResult:
    data = {
        "name": text(fulfillment.get("name")),
        "status": text(fulfillment.get("status")),
        "created_at": text(fulfillment.get("createdAt")),
        "location_id": text((fulfillment.get("location") or {}).get("id")),
    }
    return CallResult(external_id=text(fulfillment.get("id")), data=data)


def prepare_stock(client: ShopifyClient, update: StockUpdate, now: datetime) -> list[Call]:
    """The calls that publish levels; nothing is read for them."""
    return stock.set_calls(update, now)


def send_stock(client: ShopifyClient, call: Call) -> CallResult:
    """Set up to 250 levels; what is not named in the answer is set.

    Shopify refuses all levels when one is at fault, so the others are sent once more
    without those, under a key of their own. An answer lost in between does no harm:
    the values are absolute and compared, and the first key cannot be used again.

    :return: data as of ``stock.set_result``; ``applied`` is False when all are at fault
    :raises ConflictError: others are at fault each time: prepare again
    """
    rest: Call | None = call
    faults: dict[str, list] = {kind: [] for kind in stock.FAULTS}
    for _round in range(STOCK_ROUNDS):
        answer = client.mutate(call.operation, rest.body, safe=True)
        result = stock.set_result(rest, answer.data.get("inventorySetQuantities") or {})
        for kind in stock.FAULTS:
            faults[kind] += result.data[kind]
        if result.data["applied"]:
            return CallResult(result.external_id, {"applied": True, **faults})
        rest = stock.without(rest, result.data)
        if rest is None:
            return CallResult(data={"applied": False, **faults})
    raise ConflictError("Shopify names other stock levels at fault each time", category="stock")


def send_activation(client: ShopifyClient, call: Call) -> CallResult:
    """Stock an item at a place."""
    answer = client.mutate(call.operation, call.body, safe=True)
    return stock.activate_result(call, answer.data.get("inventoryActivate") or {})


def find_stock(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """Whether the shop holds the levels of a call whose answer was lost.

    None also means: send the same bytes again; their key makes that harmless.
    """
    levels = call.meta["levels"]
    places = {level["location_id"] for level in levels}
    held = read_levels(client, {level["stock_id"] for level in levels}, places)
    wanted = {(level["stock_id"], level["location_id"]): level["available"] for level in levels}
    if any(held.get(pair) != units for pair, units in wanted.items()):
        return None
    found = {"applied": True, "stale": [], "not_stocked": [], "errors": [], "looked_up": True}
    return CallResult(data=found)


def read_levels(client: ShopifyClient, stock_ids: set[str], location_ids: set[str]) -> dict[tuple[str, str], int]:
    """(stock id, location id) -> available units; without those not stocked there."""
    found: dict[tuple[str, str], int] = {}
    for place in sorted(location_ids):
        items = sorted(stock_ids)
        for node in by_ids(client, "inventory_levels", items, const.MAX_ITEMS, locationId=place):
            if node.problem:
                raise TransientError(f"Shopify could not give a stock level: {node.problem}")
            units = stock.available((node.value or {}).get("inventoryLevel"))
            if units is not None:
                found[node.id, place] = units
    return found


def prepare_cancellation(client: ShopifyClient, request: CancellationRequest, now: datetime) -> list[Call]:
    """The call that cancels an order, none where it is cancelled already."""
    return cancellations.cancel_calls(request, read_order_state(client, request.order_id), now)


def send_cancellation(client: ShopifyClient, call: Call) -> CallResult:
    """Ask for the cancellation of an order."""
    answer = client.mutate(call.operation, call.body, safe=False)
    return cancellations.cancel_result(call, answer.data.get("orderCancel") or {})


def find_cancellation(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """Whether the order of a call is cancelled.

    :raises TransientError: too early to tell
    """
    order = read_order_state(client, call.meta["order_id"])
    return cancellations.cancel_found(call, order, now)


def read_order_state(client: ShopifyClient, order_id: str) -> Json | None:
    """Whether an order is cancelled, paid, fulfilled; None where there is none."""
    return client.query("order_state", {"id": order_id}).data.get("order")
