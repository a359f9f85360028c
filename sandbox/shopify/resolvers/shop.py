"""The shop itself, the app's installation, API versions, webhook subscriptions."""

from __future__ import annotations

from .base import constant, field, global_id, shop_of

global_id("WebhookSubscription")
constant(
    "Shop",
    id="gid://shopify/Shop/84000000001",
    enabledPresentmentCurrencies=["USD", "EUR"],
    orderNumberFormatPrefix="#",
    orderNumberFormatSuffix="",
)
constant("WebhookSubscription", metafieldNamespaces=[])


@field("Shop", "plan")
def _plan(_shop, _info):
    return {"publicDisplayName": "Shopify Plus", "shopifyPlus": True, "partnerDevelopment": True}


@field("Shop", "contactEmail")
def _contact(shop, _info):
    return shop["email"]


@field("Shop", "url")
def _url(shop, _info):
    return f"https://{shop['myshopifyDomain']}"


@field("Shop", "primaryDomain")
def _domain(shop, _info):
    return {
        "id": "gid://shopify/Domain/1",
        "host": shop["myshopifyDomain"],
        "url": f"https://{shop['myshopifyDomain']}",
    }


@field("QueryRoot", "shop")
def _shop(_root, info):
    return shop_of(info).settings["shop"]


@field("QueryRoot", "currentAppInstallation")
def _installation(_root, info):
    scopes = shop_of(info).settings["scopes"]
    return {
        "id": "gid://shopify/AppInstallation/1",
        "accessScopes": [{"handle": name, "description": name} for name in scopes],
    }


def api_version(handle: str) -> dict:
    """An ApiVersion."""
    return {"handle": handle, "displayName": handle, "supported": True}


@field("QueryRoot", "publicApiVersions")
def _versions(_root, info):
    return [api_version(handle) for handle in shop_of(info).settings["versions"]]


@field("WebhookSubscription", "apiVersion")
def _version(subscription, _info):
    return api_version(subscription["version"])


@field("WebhookSubscription", "callbackUrl")
def _callback(subscription, _info):
    return subscription["uri"]


@field("WebhookSubscription", "endpoint")
def _endpoint(subscription, _info):
    return {"__typename": "WebhookHttpEndpoint", "callbackUrl": subscription["uri"]}
