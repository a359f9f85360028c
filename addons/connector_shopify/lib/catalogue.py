"""Keeping the shop's catalogue in step: listings.py's calls, made and looked up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ...connector_base.lib.adapter import Call, CallResult
from ...connector_base.lib.errors import TransientError
from ...connector_oms.lib.documents import CatalogueUpdate, Product
from . import const, listings, products
from .client import ShopifyClient
from .paging import by_ids
from .values import text


def read_products(client: ShopifyClient, ids: Sequence[str], currency: str | None) -> dict[str, Product]:
    """{variant id: variant} as the shop shows them; without those it does not know (any more).

    :param currency: the shop's
    :raises TransientError: one of them could not be read
    """
    found = {}
    for node in by_ids(client, "variants_by_id", ids, const.VARIANTS_PER_CALL):
        if node.problem:
            raise TransientError(f"Shopify could not give a variant: {node.problem}")
        if node.value and node.value.get("product"):
            found[node.id] = products.product(node.value, currency)
    return found


def prepare_update(client: ShopifyClient, update: CatalogueUpdate, now: datetime) -> list[Call]:
    """The calls of an update; nothing is read for them."""
    return listings.update_calls(update)


def send_variants(client: ShopifyClient, call: Call) -> CallResult:
    """Set values of variants of one product.

    Shopify leaves a variant with one bad value as it was; its other values are sent once more.

    :return: data ``refused``: [{external_id, field, message}]
    :raises AmbiguousError: it may have worked
    """
    rest: Call | None = call
    refused: list[dict[str, str]] = []
    while rest is not None:  # each round has fewer values of each variant at fault
        answer = client.mutate(call.operation, rest.body, safe=False)
        payload = answer.data.get("productVariantsBulkUpdate") or {}
        found = listings.refusals(rest, payload.get("userErrors") or ())
        refused += found
        rest = listings.without(rest, found)
    return CallResult(external_id=call.meta["group_id"], data={"refused": refused})


def send_title(client: ShopifyClient, call: Call) -> CallResult:
    """Set the title of a product.

    :return: data ``refused``, as of ``send_variants``
    :raises AmbiguousError: it may have worked
    """
    answer = client.mutate(call.operation, call.body, safe=False)
    payload = answer.data.get("productUpdate") or {}
    errors = [{"message": error.get("message")} for error in payload.get("userErrors") or ()]
    refused = listings.refusals(call, errors)
    return CallResult(external_id=text((payload.get("product") or {}).get("id")), data={"refused": refused})


def find_update(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """Whether the shop shows all of a call whose answer was lost; None: send it again.

    The values are absolute, so a second sending of what arrived does no harm.
    """
    ids = list(dict.fromkeys(item["external_id"] for item in call.meta["values"]))
    shop = client.query("shop").data["shop"]
    shown = read_products(client, ids, shop["currencyCode"])
    if not listings.shows(call, shown, shop["currencyCode"]):
        return None
    return CallResult(external_id=call.meta["group_id"], data={"refused": [], "looked_up": True})
