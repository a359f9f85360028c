"""What can be set about the local shop, with its defaults."""

from __future__ import annotations

from typing import Any

#: points a second by Shopify plan; the bucket holds twenty times as much at most
PLANS = {"standard": 100, "advanced": 200, "plus": 1000, "enterprise": 2000}
BUCKET_SECONDS = 20

DEFAULTS: dict[str, Any] = {
    "shop": {
        "name": "Hub Goods",
        "myshopifyDomain": "hub-goods.myshopify.com",
        "email": "shop@hub-goods.example",
        "currencyCode": "USD",
        "ianaTimezone": "America/New_York",
        "timezoneOffset": "-0500",
        "weightUnit": "KILOGRAMS",
        "taxesIncluded": False,
        "taxShipping": True,
    },
    "access_token": "sandbox-admin-token",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "previous_secrets": [],
    #: "current", or "previous" while a rotated secret has not reached the senders
    "sign_with": "current",
    "scopes": [
        "write_products",
        "read_orders",
        "read_all_orders",
        "write_orders",
        "read_locations",
        "read_inventory",
        "write_inventory",
        "read_customers",
        "read_merchant_managed_fulfillment_orders",
        "write_merchant_managed_fulfillment_orders",
        "read_third_party_fulfillment_orders",
        "write_third_party_fulfillment_orders",
        "read_fulfillments",
        "write_fulfillments",
        "read_companies",
        "read_shopify_payments_payouts",
        "read_returns",
        "write_returns",
    ],
    "token_seconds": 86399,
    #: how long an orderCancel takes after its answer
    "job_seconds": 0.0,
    #: seconds a line, and lines after which they fail (0: none does)
    "bulk": {"line_seconds": 0.0, "fail_after": 0},
    "versions": ["2025-10", "2026-01", "2026-04", "2026-07", "2026-10"],
    "cost": {"maximum": 20000, "per_second": 1000},
    "webhooks": {
        "concurrency": 8,
        "timeout_seconds": 5.0,
        #: 8 retries over 4 hours, growing; multiplied by retry_scale
        "retry_seconds": [60, 180, 420, 900, 1800, 2700, 3600, 4740],
        "retry_scale": 1.0,
        "delete_failing_subscriptions": True,
        "paused": False,
        "plan": {"seed": 0, "drop": 0.0, "duplicate": 0.0, "reorder": 0.0, "reorder_seconds": 2.0, "topics": []},
    },
}


def merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` laid over it, nested objects merged.

    :raises KeyError: a name that does not exist
    """
    result = dict(base)
    for key, value in changes.items():
        if key not in base:
            raise KeyError(f"no setting {key!r}; there are: {', '.join(sorted(base))}")
        inner = isinstance(base[key], dict) and isinstance(value, dict)
        result[key] = merge(base[key], value) if inner else value
    return result
