"""Registration of resolvers, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_abstract_type

from .. import scopes
from ..gid import gid, split_gid
from ..money import bag
from ..paging import Rejected
from ..shop import Shop

Resolver = Callable[..., Any]
FIELDS: dict[tuple[str, str], Resolver] = {}
TYPE_OF: dict[str, Callable[[Any], str]] = {}


class Context:
    """What a resolver may use.

    :param version: the API version that is served
    :param owned_keys: idempotency keys that this very request has reserved
    """

    def __init__(self, shop: Shop, version: str, owned_keys: frozenset[str] = frozenset()):
        self.shop = shop
        self.version = version
        self.owned_keys = owned_keys


def field(type_name: str, *names: str) -> Callable[[Resolver], Resolver]:
    """Register a resolver for fields of a type."""

    def register(function: Resolver) -> Resolver:
        for name in names:
            FIELDS[type_name, name] = function
        return function

    return register


def rename(type_name: str, **names: str) -> None:
    """Fields that stand under another key in the stored document."""
    for name, key in names.items():
        FIELDS[type_name, name] = _reader(key)


def constant(type_name: str, **values: Any) -> None:
    """Fields that are the same for every document."""
    for name, value in values.items():
        FIELDS[type_name, name] = lambda *_args, _value=value, **_kwargs: _value


def global_id(type_name: str) -> None:
    """``id`` as a global id and ``legacyResourceId`` as the bare number."""
    FIELDS[type_name, "id"] = lambda source, _info: gid(type_name, source["id"])
    FIELDS[type_name, "legacyResourceId"] = lambda source, _info: str(source["id"])


def _reader(key: str) -> Resolver:
    return lambda source, _info, **_arguments: source.get(key)


def _default(name: str) -> Resolver:
    return lambda source, _info, **_arguments: source.get(name)


def _money(resolver: Resolver) -> Resolver:
    """Amounts are stored as lists and leave as bags."""

    def resolve(source, info, **arguments):
        value = resolver(source, info, **arguments)
        return bag(value) if isinstance(value, (list, tuple)) else value

    return resolve


def _guarded(name: str, resolver: Resolver) -> Resolver:
    """A root field that needs a permission."""

    def resolve(source, info, **arguments):
        scope = scopes.missing(name, shop_of(info).settings["scopes"])
        if scope:
            raise Rejected(f"Access denied for {name} field. Required access: `{scope}` access scope.", "ACCESS_DENIED")
        return resolver(source, info, **arguments)

    return resolve


def shop_of(info: Any) -> Shop:
    """The shop a request is about."""
    return info.context.shop


def get(info: Any, kind: str, key: Any) -> Any:
    """A document of the shop, None for None."""
    return None if key is None else shop_of(info).store.get(kind, key)


def typed(type_name: str, document: dict | None) -> dict | None:
    """A document that says which type of an interface or union it is."""
    return None if document is None else {**document, "__typename": type_name}


#: type name in a global id -> kind of document
NODE_KINDS = {
    "Order": "order",
    "Product": "product",
    "ProductVariant": "variant",
    "InventoryItem": "item",
    "Location": "location",
    "FulfillmentOrder": "fo",
    "Fulfillment": "fulfillment",
    "Customer": "customer",
    "Company": "company",
    "CompanyLocation": "branch",
    "WebhookSubscription": "subscription",
    "ShopifyPaymentsPayout": "payout",
}


def node(shop: Shop, text: str) -> dict | None:
    """Whatever a global id stands for, None when nothing does."""
    kind, key = split_gid(text)
    if kind == "InventoryLevel":
        item, _sep, location = key.partition("?inventory_item_id=")[::-1]
        return typed(kind, shop.store.get("level", f"{item}:{location}"))
    if kind == "Refund":
        from .refunds import refund_by_id

        return typed(kind, refund_by_id(shop, key))
    if kind not in NODE_KINDS or not key.isdigit():
        return None
    return typed(kind, shop.store.get(NODE_KINDS[kind], int(key)))


def attach(schema: GraphQLSchema) -> GraphQLSchema:
    """Give every field of a schema its resolver.

    :raises KeyError: a registered field of a type in the schema is not there, which
        means that it was misspelt or the subset does not carry it
    """
    for name, type_ in schema.type_map.items():
        if name.startswith("__"):
            continue
        if is_abstract_type(type_):
            type_.resolve_type = _type_resolver(name)
        for field_name, definition in getattr(type_, "fields", {}).items():
            if not hasattr(definition, "resolve"):
                break  # an input type
            resolver = FIELDS.get((name, field_name)) or _default(field_name)
            if get_named_type(definition.type).name == "MoneyBag":
                resolver = _money(resolver)
            if name in ("QueryRoot", "Mutation"):
                resolver = _guarded(field_name, resolver)
            definition.resolve = resolver
    return schema


def _type_resolver(name: str) -> Callable[..., str]:
    function = TYPE_OF.get(name)
    return lambda value, _info, _type: value.get("__typename") or function(value)
