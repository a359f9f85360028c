"""Shopify as the hub sees it: binds the pure parts to a client."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from ...connector_base.lib.adapter import (
    Adapter,
    Call,
    CallResult,
    Check,
    Incoming,
    PollPage,
)
from ...connector_base.lib.errors import ConfigurationError
from ...connector_oms.lib.documents import Location, PriceList, Product, RefundRequest, StockLevel
from . import (
    bulk,
    catalogue,
    checks,
    const,
    decode,
    encode,
    exchange,
    fetch,
    give_back,
    offers,
    payouts,
    products,
    stock,
    subscriptions,
    webhook,
)
from .client import ShopifyClient
from .paging import all_nodes, next_cursor, pages
from .values import format_time, gid, nodes, parse_time, tail


@dataclass(frozen=True)
class ShopifySettings:
    """What a backend knows of its shop.

    :param secrets: client secrets that webhooks may be signed with: the current one
        first, then a former one for an hour after it was rotated
    :param shop_domain: <shop>.myshopify.com; webhooks of other shops are refused.
        "" takes those of any
    :param currency: the shop's, for prices of products; "" where not known yet
    :param callback_url: where Shopify delivers webhooks, "" for none
    """

    secrets: tuple[str, ...] = ()
    shop_domain: str = ""
    currency: str = ""
    callback_url: str = ""


class ShopifyAdapter(Adapter):
    """One shop.

    :param now: aware UTC now
    """

    full_state_topics = frozenset({const.ORDER_IN, const.PRODUCT_IN, const.PAYOUT_IN})

    def __init__(
        self,
        client: ShopifyClient,
        settings: ShopifySettings,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ):
        self.client = client
        self.settings = settings
        self._now = now

    def check(self) -> list[Check]:
        """Reach the shop; compare scopes, version, locations and webhooks."""
        return checks.run(self.client, self.settings.callback_url)

    def receive(self, headers: Mapping[str, str], raw: bytes) -> Incoming | None:
        """See ``webhook.receive``."""
        return webhook.receive(headers, raw, self.settings.secrets, self.settings.shop_domain)

    def fetch(self, topic: str, raws: Mapping[int, bytes]) -> Mapping[int, bytes | None]:
        """See ``fetch.fetch``."""
        return fetch.fetch(self.client, topic, raws)

    def decode(self, topic: str, raw: bytes) -> list[Any]:
        """See ``decode.decode``."""
        return decode.decode(topic, raw, self.settings.currency or None)

    def aliases(self, external_id: str) -> tuple[str, ...]:
        """Shopify's long ids end in the number that its screens and addresses show."""
        return (tail(external_id),)

    def poll(self, topic: str, since: datetime, until: datetime, cursor: str | None = None) -> PollPage:
        """Orders updated in a window, 250 a page, oldest change first; payouts issued in one.

        The keys say which state of which order it is, so that overlapping windows find
        what they found before. The messages look like a webhook's and are completed by
        ``fetch``. Orders older than 60 days are seen with ``read_all_orders`` only.

        :raises ConfigurationError: this flow cannot be polled
        """
        if topic == const.PAYOUT_IN:
            return self._poll_payouts(since, until, cursor)
        if topic != const.ORDER_IN:
            raise ConfigurationError(f"{topic} cannot be polled at Shopify")
        window = f"updated_at:>='{format_time(since)}' AND updated_at:<='{format_time(until)}'"
        read = pages(self.client, "orders_updated", ("orders",), const.MAX_ITEMS, cursor, query=window)
        page = next(read)
        found = tuple(_incoming(order) for order in nodes(page))
        return PollPage(found, next_cursor(page))

    def _poll_payouts(self, since: datetime, until: datetime, cursor: str | None) -> PollPage:
        """Payouts issued in a window, and those before that may have changed their state."""
        begin = since - timedelta(days=const.PAYOUT_DAYS)
        window = f"issued_at:>='{format_time(begin)}' AND issued_at:<='{format_time(until)}'"
        path = ("shopifyPaymentsAccount", "payouts")
        page = next(pages(self.client, "payouts", path, const.PAYOUTS_PER_CALL, cursor, query=window))
        return PollPage(tuple(payouts.incoming(node) for node in nodes(page)), next_cursor(page))

    def prepare(self, topic: str, document: Any) -> list[Call]:
        """See ``encode``: the functions ``prepare_*``."""
        return self._outgoing(topic, _PREPARE)(self.client, document, self._now())

    def send(self, call: Call) -> CallResult:
        """See ``encode``: the functions ``send_*``; stock answers in ``stock.set_result``."""
        return self._outgoing(call.operation, _SEND)(self.client, call)

    def lookup(self, call: Call) -> CallResult | None:
        """See ``encode``: the functions ``find_*``."""
        return self._outgoing(call.operation, _FIND)(self.client, call, self._now())

    @staticmethod
    def _outgoing(name: str, table: Mapping[str, Callable]) -> Callable:
        if name not in table:
            raise ConfigurationError(f"{name} is nothing that is sent to Shopify")
        return table[name]

    def activation(self, level: StockLevel, reference: str) -> Call:
        """The call that stocks an item at a place (for levels that came back ``not_stocked``).

        :param reference: the update's
        """
        return stock.activate_call(level, reference, self._now())

    def shop_facts(self) -> checks.ShopFacts:
        """What the backend has to know of its shop: currency, time zone, units, plan."""
        return checks.read_facts(self.client)

    def list_products(self, descriptions: bool = False) -> Iterator[Product]:
        """All variants of the shop, 250 a call.

        :param descriptions: read what their products say, too
        """
        currency = self.settings.currency or None
        path = ("productVariants",)
        for node in all_nodes(self.client, "variants", path, const.MAX_ITEMS, descriptions=descriptions):
            yield products.product(node, currency)

    def read_products(self, external_ids: Iterable[str], descriptions: bool = False) -> dict[str, Product]:
        """{variant id: variant} as they are shown now; without those that are no longer listed.

        :param descriptions: read what their products say, too
        """
        return catalogue.read_products(self.client, list(external_ids), self.settings.currency or None, descriptions)

    def list_price_lists(self) -> list[PriceList]:
        """The shop's price lists beside its own prices: of companies, of markets."""
        return catalogue.read_price_lists(self.client)

    def read_list_prices(self, list_id: str, external_ids: Iterable[str]) -> dict[str, Decimal]:
        """{variant id: fixed price on a price list}; without those that have none there."""
        return catalogue.read_list_prices(self.client, list_id, list(external_ids))

    def reckon_refund(self, request: RefundRequest) -> Decimal:
        """What a refund would come to now, in the shop's currency; nothing is done.

        :raises DataError: nothing is left to be refunded
        """
        return give_back.reckoned(self.client, request)

    def list_locations(self) -> list[Location]:
        """All places of the shop, also closed ones and those of fulfilment services."""
        found = all_nodes(self.client, "locations", ("locations",), const.MAX_ITEMS)
        return [products.location(node) for node in found]

    def read_levels(self, stock_ids: Iterable[str], location_ids: Iterable[str]) -> dict[tuple[str, str], int]:
        """(stock id, location id) -> available units, 250 items a call.

        A pair that is missing is not stocked there.
        """
        return encode.read_levels(self.client, set(stock_ids), set(location_ids))

    def ensure_subscriptions(self, callback_url: str = "", former_urls: Collection[str] = ()) -> subscriptions.Changes:
        """Make the shop's webhooks what they should be; see ``subscriptions.plan``.

        :param callback_url: the settings' one unless given
        :param former_urls: addresses of ours that are no longer used
        :raises ConfigurationError: no address, or Shopify does not take it
        """
        url = callback_url or self.settings.callback_url
        if not url:
            raise ConfigurationError("there is no address that Shopify could deliver to")
        return subscriptions.ensure(self.client, url, former_urls)

    def missing_subscriptions(self, callback_url: str = "") -> list[str]:
        """Topics that Shopify does not deliver to us (any more), or not as it should."""
        return subscriptions.missing(self.client, callback_url or self.settings.callback_url)


def _incoming(order: Mapping[str, Any]) -> Incoming:
    """An order found by a poll, in the form of a webhook's notification."""
    identifier = gid("Order", order["id"])
    notice = {
        "id": int(tail(identifier)),
        "admin_graphql_api_id": identifier,
        "name": order.get("name"),
        "updated_at": order["updatedAt"],
    }
    return Incoming(
        topic=const.ORDER_IN,
        key=f"{identifier}@{order['updatedAt']}",
        raw=json.dumps(notice, ensure_ascii=False).encode(),
        business_key=identifier,
        occurred_at=parse_time(order["updatedAt"]),
        source_topic="poll",
        subject=webhook.order_number(notice),
    )


_PREPARE: dict[str, Callable] = {
    const.SHIPMENT_OUT: encode.prepare_shipment,
    const.STOCK_OUT: encode.prepare_stock,
    const.CANCEL_OUT: encode.prepare_cancellation,
    const.CATALOGUE_OUT: catalogue.prepare_update,
    const.RETURN_OUT: give_back.prepare,
}
_SEND: dict[str, Callable] = {
    "fulfillment_create": encode.send_shipment,
    "fulfillment_tracking_update": encode.send_tracking,
    "inventory_set_quantities": encode.send_stock,
    "inventory_activate": encode.send_activation,
    "order_cancel": encode.send_cancellation,
    "product_variants_bulk_update": catalogue.send_variants,
    "product_update": catalogue.send_product,
    "bulk_operation_run_mutation": bulk.send,
    "product_set": offers.send,
    "price_list_fixed_prices_add": catalogue.send_list_prices,
    "return_create": give_back.send_return,
    "return_approve": give_back.send_step,
    "return_decline": give_back.send_step,
    "return_close": give_back.send_step,
    "return_process": exchange.send,
    "refund_create": give_back.send_refund,
}
_FIND: dict[str, Callable] = {
    "fulfillment_create": encode.find_shipment,
    "fulfillment_tracking_update": encode.find_tracking,
    "inventory_set_quantities": encode.find_stock,
    "inventory_activate": encode.find_stock,
    "order_cancel": encode.find_cancellation,
    "product_variants_bulk_update": catalogue.find_update,
    "product_update": catalogue.find_update,
    "bulk_operation_run_mutation": bulk.find,
    "product_set": offers.find,
    "price_list_fixed_prices_add": catalogue.find_list_prices,
    "return_create": give_back.find_return,
    "return_approve": give_back.find_step,
    "return_decline": give_back.find_step,
    "return_close": give_back.find_step,
    "return_process": exchange.find,
    "refund_create": give_back.find_refund,
}
