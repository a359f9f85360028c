"""Prices, barcodes, weights, titles and descriptions: from canonical listings to Shopify's calls, and back.

Pure. Admin API: ``productVariantsBulkUpdate`` changes variants of one product (at most 250 a
call); with ``allowPartialUpdates`` a variant at fault is left out and the others are changed.
``productUpdate`` changes what all variants share, ``priceListFixedPricesAdd`` the prices of a
further list (of a company, a market; at most 250 a call, refused as a whole). None takes an idempotency key or
compares: the values are absolute, and a call whose answer was lost is looked up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ...connector_base.lib.adapter import Call
from ...connector_oms.lib.documents import CatalogueUpdate, ListingUpdate, ListPrice, Product
from ...connector_oms.lib.listing import LIST, texts_of
from .const import MAX_ITEMS
from .operations import operation
from .values import quantum, tail, text

VARIANTS = "product_variants_bulk_update"
PRODUCT = "product_update"
LIST_PRICES = "price_list_fixed_prices_add"

Json = Mapping[str, Any]
#: part of a user error's path -> field it is about
PARTS = {
    "price": "price",
    "barcode": "barcode",
    "inventoryItem": "weight",
    "title": "title",
    "descriptionHtml": "description",
}
#: field that the variants of a product share -> Shopify's name of it
SHARED = {"title": "title", "description": "descriptionHtml"}


def update_calls(update: CatalogueUpdate) -> list[Call]:
    """The calls of an update: for each product one for its variants and one for what they share.

    A call's meta names what it carries: ``values`` of {external_id, field, value}.
    """
    groups: dict[str, list[ListingUpdate]] = {}
    for entry in update.listings:
        groups.setdefault(entry.group_id, []).append(entry)
    calls = []
    for group_id, entries in groups.items():
        changed = [entry for entry in entries if _variant_values(entry)]
        for part, start in enumerate(range(0, len(changed), MAX_ITEMS), 1):
            values = [value for entry in changed[start : start + MAX_ITEMS] for value in _variant_values(entry)]
            calls.append(variants_call(f"{update.reference}:{tail(group_id)}:{part}", group_id, values))
        shared = [
            {"external_id": entry.external_id, "field": name, "value": value}
            for entry in entries
            for name in SHARED
            if (value := getattr(entry, name))
        ]
        if shared:
            calls.append(product_call(f"{update.reference}:{tail(group_id)}:product", group_id, shared))
    return calls + _list_calls(update)


def _list_calls(update: CatalogueUpdate) -> list[Call]:
    """The calls that set prices of further lists, of all products together."""
    lists: dict[str, list[tuple[str, ListPrice]]] = {}
    for entry in update.listings:
        for one in entry.list_prices:
            lists.setdefault(one.list_id, []).append((entry.external_id, one))
    calls = []
    for list_id, rows in lists.items():
        for part, start in enumerate(range(0, len(rows), MAX_ITEMS), 1):
            values = [
                {"external_id": key, "field": f"{LIST}{list_id}", "value": str(one.price), "currency": one.currency}
                for key, one in rows[start : start + MAX_ITEMS]
            ]
            calls.append(list_call(f"{update.reference}:{tail(list_id)}:list{part}", list_id, values))
    return calls


def list_call(key: str, list_id: str, values: Sequence[Mapping[str, str]]) -> Call:
    """The call that sets these prices of a further list."""
    prices = [
        {"variantId": item["external_id"], "price": {"amount": item["value"], "currencyCode": item["currency"]}}
        for item in values
    ]
    body = operation(LIST_PRICES).body({"priceListId": list_id, "prices": prices})
    return Call(key=key, operation=LIST_PRICES, body=body, meta={"list_id": list_id, "values": list(values)})


def _variant_values(entry: ListingUpdate) -> list[dict[str, str]]:
    found = {"price": entry.price, "barcode": entry.barcode, "weight": entry.weight_kg}
    return [
        {"external_id": entry.external_id, "field": name, "value": str(value)}
        for name, value in found.items()
        if value is not None
    ]


def variants_call(key: str, group_id: str, values: Sequence[Mapping[str, str]]) -> Call:
    """The call that sets these values of variants of one product."""
    variants: dict[str, dict[str, Any]] = {}
    for item in values:
        variant = variants.setdefault(item["external_id"], {"id": item["external_id"]})
        if item["field"] == "weight":
            weight = {"value": float(item["value"]), "unit": "KILOGRAMS"}
            variant["inventoryItem"] = {"measurement": {"weight": weight}}
        else:
            variant[item["field"]] = item["value"]
    body = operation(VARIANTS).body({"productId": group_id, "variants": list(variants.values())})
    return Call(key=key, operation=VARIANTS, body=body, meta={"group_id": group_id, "values": list(values)})


def product_call(key: str, group_id: str, values: Sequence[Mapping[str, str]]) -> Call:
    """The call that sets what the variants of a product share."""
    shared = {SHARED[item["field"]]: item["value"] for item in values}
    body = operation(PRODUCT).body({"product": {"id": group_id, **shared}})
    return Call(key=key, operation=PRODUCT, body=body, meta={"group_id": group_id, "values": list(values)})


def refusals(call: Call, errors: Iterable[Json]) -> list[dict[str, str]]:
    """What user errors are about: {external_id, field, message}; field "" for all of a variant.

    An error that names no variant is about each of the call.
    """
    order = list(dict.fromkeys(item["external_id"] for item in call.meta["values"]))
    found = []
    for error in errors:
        path = [str(part) for part in error.get("field") or ()]
        index = next((int(part) for part in path if part.isascii() and part.isdigit()), None)
        about = order if index is None or index >= len(order) else [order[index]]
        # on a further list a variant has one value
        name = next((PARTS[part] for part in path if part in PARTS), "") if call.operation != LIST_PRICES else ""
        found += [{"external_id": one, "field": name, "message": text(error.get("message"))} for one in about]
    return found


def without(call: Call, refused: Collection[Mapping[str, str]]) -> Call | None:
    """What is to be sent once more: the other values of the variants at fault; None for nothing.

    A variant at fault is left as it was, with all its values.
    """
    at_fault = {item["external_id"] for item in refused}
    out = {(item["external_id"], item["field"]) for item in refused}
    values = [
        item
        for item in call.meta["values"]
        if item["external_id"] in at_fault
        and (item["external_id"], item["field"]) not in out
        and (item["external_id"], "") not in out
    ]
    return variants_call(call.key, call.meta["group_id"], values) if values else None


def without_shared(call: Call, refused: Collection[Mapping[str, str]]) -> Call | None:
    """What else a refused call about a product carried; None for nothing, or where nothing was refused."""
    out = {item["field"] for item in refused}
    values = [item for item in call.meta["values"] if item["field"] not in out]
    if not out or "" in out or not values:
        return None
    return product_call(call.key, call.meta["group_id"], values)


def without_list_prices(call: Call, refused: Collection[Mapping[str, str]]) -> Call | None:
    """The other prices of a refused call; None when all are at fault, or nothing is."""
    at_fault = {item["external_id"] for item in refused}
    values = [item for item in call.meta["values"] if item["external_id"] not in at_fault]
    return list_call(call.key, call.meta["list_id"], values) if values and at_fault else None


def shows(call: Call, shown: Mapping[str, Product], currency: str) -> bool:
    """Whether the shop shows all that a call carried.

    :param shown: {variant id: canonical product} as read
    :param currency: the shop's
    """
    digits = -int(quantum(currency).as_tuple().exponent)
    texts = {key: texts_of(product, digits) for key, product in shown.items()}
    return all(texts.get(item["external_id"], {}).get(item["field"]) == item["value"] for item in call.meta["values"])
