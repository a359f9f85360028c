"""Which permission a root field needs. ``write_x`` implies ``read_x``."""

from __future__ import annotations

from collections.abc import Iterable

ANY_FULFILLMENT_ORDERS = (
    "merchant_managed_fulfillment_orders",
    "third_party_fulfillment_orders",
    "assigned_fulfillment_orders",
)
#: root field -> permissions of which one is enough
REQUIRED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("order", "orders", "ordersCount", "refund", "fulfillment"), ("read_orders",)),
    **dict.fromkeys(
        ("orderCancel", "orderUpdate", "orderMarkAsPaid", "refundCreate", "tagsAdd", "tagsRemove"), ("write_orders",)
    ),
    "shopifyPaymentsAccount": ("read_shopify_payments_payouts",),
    **dict.fromkeys(("location", "locations"), ("read_locations", "read_inventory")),
    **dict.fromkeys(
        (
            "product",
            "products",
            "productVariant",
            "productVariants",
            "productsCount",
            "productVariantsCount",
            "productByIdentifier",
        ),
        ("read_products",),
    ),
    **dict.fromkeys(("priceList", "priceLists"), ("read_products",)),
    **dict.fromkeys(("return", "returnableFulfillments", "returnReasonDefinitions"), ("read_returns",)),
    **dict.fromkeys(
        ("returnCreate", "returnApproveRequest", "returnDeclineRequest", "returnClose", "returnProcess"),
        ("write_returns",),
    ),
    **dict.fromkeys(
        ("productVariantsBulkUpdate", "productUpdate", "productSet", "priceListFixedPricesAdd"), ("write_products",)
    ),
    **dict.fromkeys(("inventoryItem", "inventoryItems", "inventoryLevel"), ("read_inventory", "read_products")),
    **dict.fromkeys(
        ("inventorySetQuantities", "inventoryAdjustQuantities", "inventoryActivate", "inventoryDeactivate"),
        ("write_inventory",),
    ),
    **dict.fromkeys(
        ("fulfillmentOrder", "fulfillmentOrders"), tuple(f"read_{name}" for name in ANY_FULFILLMENT_ORDERS)
    ),
    **dict.fromkeys(
        (
            "fulfillmentCreate",
            "fulfillmentCancel",
            "fulfillmentTrackingInfoUpdate",
            "fulfillmentOrderHold",
            "fulfillmentOrderReleaseHold",
            "fulfillmentOrderMove",
            "fulfillmentOrderSplit",
        ),
        tuple(f"write_{name}" for name in ANY_FULFILLMENT_ORDERS),
    ),
}


def missing(name: str, granted: Iterable[str]) -> str:
    """The permission that a root field lacks, "" when it is allowed."""
    have = set(granted)
    have |= {f"read_{scope.removeprefix('write_')}" for scope in have if scope.startswith("write_")}
    wanted = REQUIRED.get(name, ())
    return wanted[0] if wanted and not have.intersection(wanted) else ""
