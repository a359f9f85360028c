"""Keeping the shop's catalogue in step: listings.py's calls, made and looked up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from ...connector_base.lib.adapter import Call, CallResult
from ...connector_base.lib.errors import DataError, TransientError
from ...connector_oms.lib.documents import CatalogueUpdate, NewListing, PriceList, Product
from . import bulk, const, listings, offers, products
from .client import ShopifyClient
from .paging import all_nodes, by_ids
from .values import decimal, nodes, tail, text

#: {external_id, field, message}; see ``listings.refusals``
Refusal = dict[str, str]


def read_products(
    client: ShopifyClient, ids: Sequence[str], currency: str | None, descriptions: bool
) -> dict[str, Product]:
    """{variant id: variant} as the shop shows them; without those it does not know (any more).

    :param currency: the shop's
    :param descriptions: of their products, too
    :raises TransientError: one of them could not be read
    """
    found = {}
    for node in by_ids(client, "variants_by_id", ids, const.VARIANTS_PER_CALL, descriptions=descriptions):
        if node.problem:
            raise TransientError(f"Shopify could not give a variant: {node.problem}")
        if node.value and node.value.get("product"):
            found[node.id] = products.product(node.value, currency)
    return found


def read_price_lists(client: ShopifyClient) -> list[PriceList]:
    """The shop's price lists: of companies, of markets."""
    found = all_nodes(client, "price_lists", ("priceLists",), const.MAX_ITEMS)
    return [PriceList(external_id=node["id"], name=text(node.get("name")), currency=node["currency"]) for node in found]


def read_list_prices(client: ShopifyClient, list_id: str, ids: Sequence[str]) -> dict[str, Decimal]:
    """{variant id: fixed price on a price list}; without those that have none there.

    :raises DataError: Shopify does not know the price list (any more)
    """
    found = {}
    for start in range(0, len(ids), const.LIST_PRICES_PER_CALL):
        part = ids[start : start + const.LIST_PRICES_PER_CALL]
        query = " OR ".join(f"variant_id:{tail(key)}" for key in part)
        variables = {"id": list_id, "first": const.LIST_PRICES_PER_CALL, "query": query}
        entry = client.query("price_list_prices", variables).data.get("priceList")
        if entry is None:
            raise DataError("Shopify does not know the price list (any more)", category="catalogue")
        found |= {row["variant"]["id"]: decimal(row["price"]["amount"]) for row in nodes(entry.get("prices"))}
    return found


def prepare_update(client: ShopifyClient, update: CatalogueUpdate | NewListing, now: datetime) -> list[Call]:
    """The calls of an update, as bulk operations where it is large, or of a product that is new."""
    if isinstance(update, NewListing):
        return offers.prepare(client, update)
    calls: dict[str, list[Call]] = {}
    for call in listings.update_calls(update):
        calls.setdefault(call.operation, []).append(call)
    lists = calls.pop(listings.LIST_PRICES, [])
    large = [bulk.together(f"{update.reference}:{name}", own) for name, own in calls.items()]
    return [call for own in large for call in own] + lists


def send_variants(client: ShopifyClient, call: Call) -> CallResult:
    """Set values of variants of one product.

    Shopify leaves a variant with one bad value as it was; its other values are sent once more.

    :return: data ``refused``: [{external_id, field, message}]
    :raises AmbiguousError: it may have worked
    """
    refused = _send_without_faults(client, call, "productVariantsBulkUpdate", listings.without)
    return CallResult(external_id=call.meta["group_id"], data={"refused": refused})


def _send_without_faults(
    client: ShopifyClient, call: Call, root: str, without: Callable[[Call, list[Refusal]], Call | None]
) -> list[Refusal]:
    """Send a call, and what is left of it without what is at fault, until nothing is: what was refused.

    :param root: field of the answer
    :param without: what is to be sent once more; less each time
    """
    rest: Call | None = call
    refused: list[Refusal] = []
    while rest is not None:
        payload = client.mutate(call.operation, rest.body, safe=False).data.get(root) or {}
        found = listings.refusals(rest, payload.get("userErrors") or ())
        refused += found
        rest = without(rest, found)
    return refused


def send_product(client: ShopifyClient, call: Call) -> CallResult:
    """Set the title and description of a product; one at fault does not keep the other from arriving.

    :return: data ``refused``, as of ``send_variants``
    :raises AmbiguousError: it may have worked
    """
    refused = _send_without_faults(client, call, "productUpdate", listings.without_shared)
    return CallResult(external_id=call.meta["group_id"], data={"refused": refused})


def send_list_prices(client: ShopifyClient, call: Call) -> CallResult:
    """Set prices of a further list. Shopify refuses all when one is at fault: the others go once more.

    :return: data ``refused``, as of ``send_variants``
    :raises AmbiguousError: it may have worked
    """
    refused = _send_without_faults(client, call, "priceListFixedPricesAdd", listings.without_list_prices)
    return CallResult(external_id=call.meta["list_id"], data={"refused": refused})


def find_list_prices(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """Whether a price list has all prices of a call whose answer was lost; None: send it again."""
    values = call.meta["values"]
    held = read_list_prices(client, call.meta["list_id"], [item["external_id"] for item in values])
    if any(held.get(item["external_id"]) != Decimal(item["value"]) for item in values):
        return None
    return CallResult(external_id=call.meta["list_id"], data={"refused": [], "looked_up": True})


def find_update(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """Whether the shop shows all of a call whose answer was lost; None: send it again.

    The values are absolute, so a second sending of what arrived does no harm.
    """
    ids = list(dict.fromkeys(item["external_id"] for item in call.meta["values"]))
    shop = client.query("shop").data["shop"]
    shown = read_products(client, ids, shop["currencyCode"], call.operation == listings.PRODUCT)
    if not listings.shows(call, shown, shop["currencyCode"]):
        return None
    return CallResult(external_id=call.meta["group_id"], data={"refused": [], "looked_up": True})
