"""Fulfilment orders and fulfilments."""

from __future__ import annotations

from ..fulfilment import supported_actions
from ..gid import gid
from ..paging import connection
from .base import constant, field, get, global_id, rename, shop_of
from .orders import line_of

for _type in ("FulfillmentOrder", "FulfillmentOrderLineItem", "Fulfillment", "FulfillmentLineItem", "FulfillmentHold"):
    global_id(_type)
rename("FulfillmentOrder", fulfillAt="createdAt", fulfillmentHolds="holds")
rename("FulfillmentOrderLineItem", totalQuantity="total", remainingQuantity="remaining")
rename("FulfillmentHold", reasonNotes="notes")
constant("FulfillmentHold", heldByRequestingApp=False)
constant("FulfillmentOrderSupportedAction", externalUrl=None)
constant("Fulfillment", requiresShipping=True)


def _by_id(row):
    return row["id"]


@field("Order", "fulfillmentOrders")
def _of_order(order, info, **arguments):
    rows = [get(info, "fo", key) for key in order["fulfillmentOrders"]]
    return connection(rows, arguments, key=_by_id)


@field("FulfillmentOrder", "order")
def _order(fo, info):
    return get(info, "order", fo["order"])


@field("FulfillmentOrder", "orderId")
def _order_id(fo, _info):
    return gid("Order", fo["order"])


@field("FulfillmentOrder", "orderName")
def _order_name(fo, info):
    return get(info, "order", fo["order"])["name"]


@field("FulfillmentOrder", "assignedLocation")
def _location(fo, info):
    place = get(info, "location", fo["location"])
    address = {
        k: place["address"][k] for k in ("address1", "address2", "city", "zip", "province", "countryCode", "phone")
    }
    return {**address, "name": place["name"], "location": place}


@field("FulfillmentOrder", "supportedActions")
def _actions(fo, _info):
    return [{"action": action} for action in supported_actions(fo)]


@field("FulfillmentHold", "displayReason")
def _display_reason(hold, _info):
    return hold["reason"].replace("_", " ").capitalize()


@field("FulfillmentOrder", "lineItems")
def _lines(fo, info, **arguments):
    order = get(info, "order", fo["order"])
    return connection([{**row, "_order": order} for row in fo["lines"]], arguments, key=_by_id)


@field("FulfillmentOrderLineItem", "lineItem")
@field("FulfillmentLineItem", "lineItem")
def _line(row, _info):
    return line_of(row["_order"], row["line"])


def _line_value(key):
    return lambda row, _info: line_of(row["_order"], row["line"])[key]


for _name, _key in (
    ("sku", "sku"),
    ("productTitle", "title"),
    ("variantTitle", "variantTitle"),
    ("requiresShipping", "requiresShipping"),
):
    field("FulfillmentOrderLineItem", _name)(_line_value(_key))


@field("FulfillmentOrderLineItem", "variant")
def _variant(row, info):
    return get(info, "variant", line_of(row["_order"], row["line"])["variant"])


@field("FulfillmentOrderLineItem", "inventoryItemId")
def _item_id(row, _info):
    return gid("InventoryItem", row["item"]) if row["item"] else None


@field("FulfillmentOrder", "fulfillments")
def _fulfillments(fo, info, **arguments):
    order = get(info, "order", fo["order"])
    rows = [get(info, "fulfillment", key) for key in order["fulfillments"]]
    rows = [row for row in rows if any(line["fo"] == fo["id"] for line in row["lines"])]
    return connection(rows, arguments, key=_by_id)


@field("Order", "fulfillments")
def _order_fulfillments(order, info, first=None, **_arguments):
    return [get(info, "fulfillment", key) for key in order["fulfillments"]][:first]


@field("Fulfillment", "order")
def _fulfillment_order(fulfillment, info):
    return get(info, "order", fulfillment["order"])


@field("Fulfillment", "location")
def _fulfillment_location(fulfillment, info):
    return get(info, "location", fulfillment["location"])


@field("Fulfillment", "displayStatus")
def _display_status(fulfillment, _info):
    return "CANCELED" if fulfillment["status"] == "CANCELLED" else "FULFILLED"


@field("Fulfillment", "totalQuantity")
def _total_quantity(fulfillment, _info):
    return sum(row["quantity"] for row in fulfillment["lines"])


@field("Fulfillment", "trackingInfo")
def _tracking(fulfillment, _info, first=None):
    return fulfillment["tracking"][:first]


@field("Fulfillment", "fulfillmentLineItems")
def _fulfillment_lines(fulfillment, info, **arguments):
    order = get(info, "order", fulfillment["order"])
    rows = [{**row, "_order": order} for row in fulfillment["lines"]]
    return connection(rows, arguments, key=_by_id)


@field("Fulfillment", "fulfillmentOrders")
def _fulfillment_fos(fulfillment, info, **arguments):
    keys = dict.fromkeys(row["fo"] for row in fulfillment["lines"])
    rows = [shop_of(info).store.get("fo", key) for key in keys]
    return connection(rows, arguments, key=_by_id)
