"""Versions, sizes, topics and code tables of Shopify's Admin API, in one place."""

from __future__ import annotations

from ...connector_base.lib.errors import (
    AmbiguousError,
    AuthError,
    ConfigurationError,
    ConflictError,
    ConnectorError,
    DataError,
    PermanentError,
    RateLimitedError,
    TransientError,
)

#: the version asked for; a test validates every document against these schemas
API_VERSION = "2026-07"
VALIDATED_VERSIONS = ("2026-07", "2026-10")

#: flows this adapter offers
ORDER_IN = "order.in"
PRODUCT_IN = "product.in"
PAYOUT_IN = "payout.in"
PRIVACY_IN = "privacy.in"
BACKEND_IN = "backend.in"
SHIPMENT_OUT = "shipment.out"
STOCK_OUT = "stock.out"
CANCEL_OUT = "cancel.out"
CATALOGUE_OUT = "catalogue.out"
RETURN_OUT = "return.out"

#: a single query above this many points is refused (Admin API, rate limits)
MAX_QUERY_COST = 1000
#: input arrays and pages hold at most this many (Admin API, rate limits)
MAX_ITEMS = 250

#: page sizes; ``operations.COSTS`` follows from them and a test reckons both again
ORDERS_PER_CALL = 10  # 84 points an order: 840, with room for what Shopify adds
LINES_PER_ORDER = 50  # the cost grows with the logarithm, answers with the lines used
LEDGERS_PER_CALL = 5
AGREEMENTS_PER_ORDER = 5
SALES_PER_AGREEMENT = 50
RETURNS_PER_CALL = 5
RETURNS_PER_ORDER = 10
LINES_PER_RETURN = 50
EXCHANGES_PER_RETURN = 10
FULFILLMENTS_RETURNABLE = 20
REFUNDS_PER_ORDER = 250
#: characters of a note that Shopify keeps for sure
NOTE_LIMIT = 255
PAYOUTS_PER_CALL = 50
TRANSACTIONS_PER_PAGE = 250
#: how long a payout may still change its state
PAYOUT_DAYS = 30
FULFILLMENT_ORDERS = 10
FULFILLMENT_LINES = 100
FULFILLMENTS = 250
PRODUCTS_PER_CALL = 15
VARIANTS_PER_CALL = 100
LIST_PRICES_PER_CALL = 100
VARIANTS_PER_PRODUCT = 100

#: From so many products on, a bulk operation is quicker than a call for each: at 100 points a
#: second that many calls take half a minute.
BULK_FROM = 250
#: products in one bulk operation: a file of some megabytes (Admin API: 100 MB at most)
BULK_SIZE = 5000
#: seconds between two looks at a bulk operation, and before another try when too many run
BULK_POLL = 10.0
BULK_WAIT = 60.0
#: SKUs that are looked up at once
SKUS_PER_CALL = 50
#: the newest bulk operations that are looked through
BULK_LISTED = 50
#: where Shopify keeps the files of bulk operations
FILE_HOSTS = ("shopify-staged-uploads.storage.googleapis.com", "storage.googleapis.com")
#: seconds for a file to arrive
FILE_SECONDS = 120.0

#: what the hub needs a token to be allowed; ``write_x`` implies ``read_x``
SCOPES = (
    "read_customers",
    "write_orders",
    "read_products",
    "read_locations",
    "write_inventory",
    "write_merchant_managed_fulfillment_orders",
    "read_returns",
)
#: needed only by some shops: why (shown, never demanded)
OPTIONAL_SCOPES = {
    "read_all_orders": "orders older than 60 days",
    "read_shopify_payments_payouts": "payouts of Shopify Payments",
    "write_returns": "returns entered, approved or closed in Odoo",
    "write_products": "prices and product data from Odoo",
    "write_third_party_fulfillment_orders": "orders assigned to a fulfilment service",
    "write_assigned_fulfillment_orders": "orders assigned to this app's own locations",
}

#: webhook topic -> (flow, resource the payload speaks of, paths of its id in the payload).
#: Topics not listed are genuine but of no use to the hub.
TOPICS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "orders/create": (ORDER_IN, "Order", ("admin_graphql_api_id", "id")),
    "orders/updated": (ORDER_IN, "Order", ("admin_graphql_api_id", "id")),
    "orders/paid": (ORDER_IN, "Order", ("admin_graphql_api_id", "id")),
    "orders/cancelled": (ORDER_IN, "Order", ("admin_graphql_api_id", "id")),
    "orders/fulfilled": (ORDER_IN, "Order", ("admin_graphql_api_id", "id")),
    "orders/partially_fulfilled": (ORDER_IN, "Order", ("admin_graphql_api_id", "id")),
    "orders/delete": (ORDER_IN, "Order", ("admin_graphql_api_id", "id")),
    "orders/edited": (ORDER_IN, "Order", ("order_edit.order_id", "order_id")),
    "orders/risk_assessment_changed": (
        ORDER_IN,
        "Order",
        ("admin_graphql_api_order_id", "order_id"),
    ),
    "refunds/create": (ORDER_IN, "Order", ("order_id",)),
    **{
        f"returns/{event}": (ORDER_IN, "Order", ("order.admin_graphql_api_id", "order.id"))
        for event in ("request", "approve", "decline", "update", "process", "cancel", "close", "reopen")
    },
    "order_transactions/create": (ORDER_IN, "Order", ("order_id",)),
    "products/create": (PRODUCT_IN, "Product", ("admin_graphql_api_id", "id")),
    "products/update": (PRODUCT_IN, "Product", ("admin_graphql_api_id", "id")),
    "products/delete": (PRODUCT_IN, "Product", ("admin_graphql_api_id", "id")),
    "customers/data_request": (PRIVACY_IN, "Customer", ("customer.id",)),
    "customers/redact": (PRIVACY_IN, "Customer", ("customer.id",)),
    "shop/redact": (PRIVACY_IN, "Shop", ("shop_id",)),
    "app/uninstalled": (BACKEND_IN, "Shop", ("id",)),
    "app/scopes_update": (BACKEND_IN, "Shop", ("shop_id", "id")),
    "shop/update": (BACKEND_IN, "Shop", ("id",)),
}

_NOTICE = ("id", "admin_graphql_api_id", "updated_at")
#: subscriptions the hub keeps: topic -> fields of the payload, () for all of it.
#: Only names of the object are asked for: the state is fetched, so no personal
#: data is stored twice. Privacy topics are set up with the app, not through the API.
SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "ORDERS_CREATE": (*_NOTICE, "name"),
    "ORDERS_UPDATED": (*_NOTICE, "name"),
    "ORDERS_CANCELLED": (*_NOTICE, "name"),
    "ORDERS_DELETE": (),  # the payload is the id and nothing else
    "ORDERS_RISK_ASSESSMENT_CHANGED": (),  # names the order by other fields, nothing personal
    # what they say of the return is fetched with its order
    **{f"RETURNS_{event}": () for event in ("REQUEST", "APPROVE", "DECLINE", "CANCEL", "CLOSE", "REOPEN")},
    "PRODUCTS_CREATE": _NOTICE,
    "PRODUCTS_UPDATE": _NOTICE,
    "PRODUCTS_DELETE": (),
    "APP_UNINSTALLED": ("id", "admin_graphql_api_id"),
}

#: ``errors[].extensions.code`` -> (class for a read, class for a write, plain cause)
TOP_LEVEL_CODES: dict[str, tuple[type[ConnectorError], type[ConnectorError], str]] = {
    "THROTTLED": (RateLimitedError, RateLimitedError, "Shopify asks to slow down"),
    "ACCESS_DENIED": (AuthError, AuthError, "the app lacks a permission at Shopify"),
    "SHOP_INACTIVE": (AuthError, AuthError, "the shop is closed or frozen"),
    "INTERNAL_SERVER_ERROR": (TransientError, AmbiguousError, "Shopify has trouble"),
    "TIMEOUT": (TransientError, AmbiguousError, "Shopify took too long"),
    # the first attempt with this key is still at work: ask again with the same key
    "CONCURRENT_REQUEST": (TransientError, TransientError, "the same call is at work"),
    "IDEMPOTENCY_CONCURRENT_REQUEST": (
        TransientError,
        TransientError,
        "the same call is at work",
    ),
    "KEY_PARAMETER_MISMATCH": (
        PermanentError,
        PermanentError,
        "the call's key was used for something else",
    ),
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": (
        PermanentError,
        PermanentError,
        "the call's key was used for something else",
    ),
    # the key is spent; only a call prepared anew (with a new key) can work
    "PREVIOUS_ATTEMPT_FAILED": (ConflictError, ConflictError, "the call must be prepared again"),
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": (
        ConflictError,
        ConflictError,
        "the call must be prepared again",
    ),
}

#: ``userErrors[].code`` -> class; codes not listed are refusals (PermanentError)
USER_ERROR_CODES: dict[str, type[ConnectorError]] = {
    "CHANGE_FROM_QUANTITY_STALE": ConflictError,
    "COMPARE_QUANTITY_STALE": ConflictError,
    "IDEMPOTENCY_CONCURRENT_REQUEST": TransientError,
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": PermanentError,
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": ConflictError,
    "INTERNAL_ERROR": AmbiguousError,  # only orderCancel says it, and it may have begun
    "NOT_FOUND": DataError,
    "NO_REFUND_PERMISSION": AuthError,
    "NO_REFUND_TO_STORE_CREDIT_PERMISSION": AuthError,
    "INVALID_LOCATION": ConfigurationError,
}

#: canonical reason of a cancellation -> OrderCancelReason
CANCEL_REASONS = {
    "customer": "CUSTOMER",
    "fraud": "FRAUD",
    "inventory": "INVENTORY",
    "declined": "DECLINED",
    "staff": "STAFF",
    "other": "OTHER",
}
