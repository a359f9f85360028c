"""The GraphQL documents of ``queries/``, each with what Shopify charges for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

QUERIES = Path(__file__).parent / "queries"

#: operation -> (points, points for each id in ``ids``) at the page sizes of const.py.
#: Shopify's model (Admin API, calculated query cost): an object 1, money and addresses
#: 0, a connection 2 + max(1, floor(2 ln n)) x node, a mutation 10 more. A test reckons
#: these figures from the documents and the real schema again.
COSTS: dict[str, tuple[int, int]] = {
    "balance_transactions": (25, 0),
    "bulk_operation_run_mutation": (13, 0),
    "bulk_operations": (9, 0),
    "fulfillment_create": (15, 0),
    "fulfillment_lines": (25, 0),
    "fulfillment_order_lines": (25, 0),
    "fulfillment_orders": (103, 0),
    "fulfillment_tracking_update": (15, 0),
    "fulfillments": (24, 0),
    "inventory_activate": (15, 0),
    "inventory_levels": (0, 3),
    "inventory_set_quantities": (13, 0),
    "locations": (13, 0),
    "order_cancel": (13, 0),
    "order_lines": (69, 0),
    "order_returns": (0, 167),
    "order_sales": (0, 189),
    "order_sales_page": (189, 0),
    "order_state": (1, 0),
    "orders_by_id": (0, 84),
    "orders_updated": (13, 0),
    "payouts": (10, 0),
    "payouts_by_id": (0, 1),
    "price_list_fixed_prices_add": (14, 0),
    "price_list_prices": (21, 0),
    "price_lists": (13, 0),
    "product_by_identifier": (25, 0),
    "product_set": (37, 0),
    "product_update": (13, 0),
    "product_variants": (58, 0),
    "product_variants_bulk_update": (13, 0),
    "products_by_id": (0, 48),
    "refund_create": (13, 0),
    "refunds_of_order": (2, 0),
    "return_approve": (13, 0),
    "return_close": (13, 0),
    "return_create": (42, 0),
    "return_decline": (13, 0),
    "return_exchanges": (11, 0),
    "return_process": (13, 0),
    "return_reasons": (13, 0),
    "return_status": (1, 0),
    "returnable_items": (122, 0),
    "shop": (4, 0),
    "staged_uploads_create": (14, 0),
    "suggested_refund": (4, 0),
    "variants": (57, 0),
    "variants_by_id": (0, 5),
    "variants_by_sku": (13, 0),
    "webhook_subscription_create": (13, 0),
    "webhook_subscription_delete": (12, 0),
    "webhook_subscription_update": (13, 0),
    "webhook_subscriptions": (24, 0),
}


@dataclass(frozen=True)
class Operation:
    """One document, ready to be sent.

    :param name: the file's name without its ending
    :param text: the document without its comments
    """

    name: str
    text: str

    @property
    def is_mutation(self) -> bool:
        """Whether it changes something at Shopify."""
        return self.text.lstrip().startswith("mutation")

    def cost(self, variables: Mapping[str, Any]) -> int:
        """Points that Shopify is going to reserve for a call."""
        base, each = COSTS[self.name]
        return max(1, base + each * len(variables.get("ids") or ()))

    def body(self, variables: Mapping[str, Any]) -> bytes:
        """The request's bytes: the same for the same variables, so that retries are."""
        request = {"query": self.text, "variables": dict(variables)}
        return json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def operation(name: str) -> Operation:
    """The document of ``queries/<name>.graphql``.

    :raises FileNotFoundError: there is none (a mistake in the code)
    """
    lines = (QUERIES / f"{name}.graphql").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    return Operation(name, text.strip() + "\n")
