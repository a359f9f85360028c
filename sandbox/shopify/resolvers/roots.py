"""Query roots: things by id, and lists with search, sorting and paging."""

from __future__ import annotations

from typing import Any

from ..gid import number, split_gid
from ..paging import Rejected, connection
from ..search import matcher
from .base import field, get, node, shop_of

NODES_LIMIT = 250


@field("QueryRoot", "node")
def _node(_root, info, id):  # noqa: A002  (Shopify's name)
    return node(shop_of(info), id)


@field("QueryRoot", "nodes")
def _nodes(_root, info, ids):
    if len(ids) > NODES_LIMIT:
        raise Rejected(
            f"The input array size of {len(ids)} is greater than the maximum allowed of {NODES_LIMIT}.",
            "MAX_INPUT_SIZE_EXCEEDED",
        )
    return [node(shop_of(info), text) for text in ids]


def _one(name: str, type_name: str, kind: str) -> None:
    field("QueryRoot", name)(lambda _root, info, id=None: get(info, kind, number(id or "", type_name)))


_one("order", "Order", "order")
_one("product", "Product", "product")
_one("productVariant", "ProductVariant", "variant")
_one("inventoryItem", "InventoryItem", "item")
_one("fulfillmentOrder", "FulfillmentOrder", "fo")
_one("fulfillment", "Fulfillment", "fulfillment")
_one("webhookSubscription", "WebhookSubscription", "subscription")


@field("QueryRoot", "location")
def _location(_root, info, id=None):  # noqa: A002
    places = shop_of(info).store.all("location")
    return places.get(number(id, "Location")) if id else next(iter(places.values()))


@field("QueryRoot", "inventoryLevel")
def _level(_root, info, id):  # noqa: A002
    return node(shop_of(info), id) if split_gid(id)[0] == "InventoryLevel" else None


@field("QueryRoot", "refund")
def _refund(_root, info, id):  # noqa: A002
    return node(shop_of(info), id) if split_gid(id)[0] == "Refund" else None


@field("QueryRoot", "job")
def _job(_root, info, id):  # noqa: A002
    return {"id": id, "done": shop_of(info).jobs.is_done(id)}


def _at(name):
    return lambda row: row[name]


ORDER_FIELDS = {
    "id": _at("id"),
    "name": _at("name"),
    "updated_at": _at("updatedAt"),
    "created_at": _at("createdAt"),
    "processed_at": _at("processedAt"),
    "email": _at("email"),
    "tag": _at("tags"),
    "test": _at("test"),
    "po_number": _at("poNumber"),
    "financial_status": lambda row: row["financialStatus"].lower(),
    "fulfillment_status": lambda row: row["fulfillmentStatus"].lower(),
    "status": lambda row: ["any", _order_status(row)],
    "sku": lambda row: [line["sku"] for line in row["lines"] if line["sku"]],
    "source_name": _at("sourceName"),
}
VARIANT_FIELDS = {
    "id": _at("id"),
    "sku": _at("sku"),
    "barcode": _at("barcode"),
    "title": _at("title"),
    "product_id": _at("product"),
    "updated_at": _at("updatedAt"),
}
PRODUCT_FIELDS = {
    "id": _at("id"),
    "title": _at("title"),
    "handle": _at("handle"),
    "status": _at("status"),
    "vendor": _at("vendor"),
    "updated_at": _at("updatedAt"),
    "product_type": _at("productType"),
}
ITEM_FIELDS = {"id": _at("id"), "sku": _at("sku"), "updated_at": _at("updatedAt")}
PLACE_FIELDS = {"id": _at("id"), "name": _at("name"), "active": _at("active")}
FO_FIELDS = {"id": _at("id"), "status": _at("status"), "updated_at": _at("updatedAt")}
SUBSCRIPTION_FIELDS = {"id": _at("id"), "topic": _at("topic")}


def _order_status(order: dict) -> str:
    if order["cancelledAt"]:
        return "cancelled"
    return "closed" if order["closedAt"] else "open"


ORDER_SORTS = {
    "UPDATED_AT": "updatedAt",
    "CREATED_AT": "createdAt",
    "ID": "id",
    "PROCESSED_AT": "processedAt",
    "ORDER_NUMBER": "number",
}


def _listed(info, kind: str, arguments: dict, fields: dict, default: tuple, sort: str) -> dict:
    """A connection over documents that match the query, sorted by a value, then id."""
    rows = list(shop_of(info).store.all(kind).values())
    if arguments.get("query"):
        test = matcher(arguments["query"], fields, default)
        rows = [row for row in rows if test(row)]
    rows.sort(key=lambda row: (row[sort], row["id"]))
    return connection(rows, arguments, key=lambda row: [row[sort], row["id"]])


@field("QueryRoot", "orders")
def _orders(_root, info, sortKey="PROCESSED_AT", **arguments):  # noqa: N803
    sort = ORDER_SORTS.get(sortKey)
    if sort is None:
        raise Rejected(f"the sandbox does not sort orders by {sortKey}", "BAD_REQUEST")
    return _listed(info, "order", arguments, ORDER_FIELDS, ("name", "email", "sku"), sort)


def _list_field(name: str, kind: str, fields: dict, default: tuple[str, ...], sorts: dict[str, str]) -> None:
    def resolve(_root, info, **arguments: Any):
        sort = sorts.get(arguments.get("sortKey", ""), "id")
        return _listed(info, kind, arguments, fields, default, sort)

    field("QueryRoot", name)(resolve)


_UPDATED = {"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt", "TITLE": "title"}
_list_field("products", "product", PRODUCT_FIELDS, ("title",), _UPDATED)
_list_field("productVariants", "variant", VARIANT_FIELDS, ("sku", "barcode", "title"), {"SKU": "sku", "TITLE": "title"})
_list_field("inventoryItems", "item", ITEM_FIELDS, ("sku",), {})


@field("QueryRoot", "locations")
def _locations(_root, info, includeInactive=False, sortKey="NAME", **arguments):  # noqa: N803
    arguments["query"] = " ".join(
        filter(
            None,
            (
                arguments.get("query"),
                None if includeInactive else "active:true",
            ),
        )
    )
    sort = "name" if sortKey == "NAME" else "id"
    return _listed(info, "location", arguments, PLACE_FIELDS, ("name",), sort)


@field("QueryRoot", "fulfillmentOrders")
def _fulfillment_orders(_root, info, includeClosed=False, **arguments):  # noqa: N803
    if not includeClosed:
        arguments["query"] = f"{arguments.get('query') or ''} -status:CLOSED -status:CANCELLED"
    return _listed(info, "fo", arguments, FO_FIELDS, ("id",), "id")


@field("QueryRoot", "webhookSubscriptions")
def _subscriptions(_root, info, topics=None, uri=None, callbackUrl=None, **arguments):  # noqa: N803
    rows = [
        row
        for row in shop_of(info).store.all("subscription").values()
        if (not topics or row["topic"] in topics) and (not (uri or callbackUrl) or row["uri"] == (uri or callbackUrl))
    ]
    return connection(sorted(rows, key=lambda row: row["id"]), arguments, key=_at("id"))


def _count_field(name: str, kind: str, fields: dict, default: tuple[str, ...]) -> None:
    def resolve(_root, info, query=None, limit=10000, **_arguments):
        test = matcher(query, fields, default)
        count = sum(1 for row in shop_of(info).store.all(kind).values() if test(row))
        if limit and count > limit:
            return {"count": limit, "precision": "AT_LEAST"}
        return {"count": count, "precision": "EXACT"}

    field("QueryRoot", name)(resolve)


_count_field("ordersCount", "order", ORDER_FIELDS, ("name",))
_count_field("productsCount", "product", PRODUCT_FIELDS, ("title",))
_count_field("productVariantsCount", "variant", VARIANT_FIELDS, ("sku",))
_count_field("webhookSubscriptionsCount", "subscription", SUBSCRIPTION_FIELDS, ("topic",))
