"""The adapter over real HTTP against the local Shopify, held against its oracle."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
import requests

from addons.connector_base.lib.errors import (
    AmbiguousError,
    AuthError,
    ConflictError,
    DataError,
    RateLimitedError,
    TransientError,
)
from addons.connector_base.lib.http import HttpClient
from addons.connector_oms.lib.documents import (
    CancellationRequest,
    Package,
    Shipment,
    ShipmentLine,
    StockLevel,
    StockUpdate,
    Tracking,
)
from addons.connector_shopify.lib.adapter import ShopifyAdapter, ShopifySettings
from addons.connector_shopify.lib.auth import ClientCredentials
from addons.connector_shopify.lib.client import ShopifyClient
from addons.connector_shopify.lib.values import gid

from .fakes import FakeGate
from .test_auth import Store
from .test_money import differences

server = pytest.importorskip("sandbox.shopify.server", reason="the sandbox's requirements are not installed")
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


class CountingGate(FakeGate):
    """Lets everything through and adds up what was asked for."""

    def acquire(self, cost):
        pass

    def report(self, error):
        pass


class LocalShop:
    """A local Shopify, its oracle, and an adapter connected to it."""

    def __init__(self, url):
        self.url = url
        self.gate = CountingGate()
        self.http = HttpClient([url.split("//")[1]], allow_private=True, deadline=5, gate=self.gate)
        self.store = Store()
        tokens = ClientCredentials(self.http, url, "sandbox-client", "sandbox-secret", self.store.load, self.store.save)
        self.versions = []
        client = ShopifyClient(self.http, url, tokens, on_version=self.versions.append)
        settings = ShopifySettings(("sandbox-secret",), "hub-goods.myshopify.com", "USD")
        self.adapter = ShopifyAdapter(client, settings)

    def oracle(self, path, body=None, method=None):
        answer = requests.request(
            method or ("GET" if body is None else "POST"), f"{self.url}/_oracle/{path}", json=body, timeout=10
        )
        assert answer.ok, answer.text
        return answer.json()

    def place(self, *shapes, **values):
        placed = self.oracle("orders", {"shape": ",".join(shapes), "seed": 7} | values)
        return [gid("Order", entry["id"]) for entry in placed["orders"]]

    def told(self, order):
        return self.oracle(f"orders/{order.rsplit('/', 1)[1]}")

    def read(self, *orders):
        raws = {index: f'{{"admin_graphql_api_id": "{order}"}}'.encode() for index, order in enumerate(orders)}
        packed = self.adapter.fetch("order.in", raws)
        return [self.adapter.decode("order.in", packed[index])[0] for index in raws]


@pytest.fixture(scope="module")
def served():
    with server.Sandbox() as sandbox:
        yield sandbox.url


@pytest.fixture
def shop(served):
    local = LocalShop(served)
    local.oracle("reset", {})
    local.oracle("faults", method="DELETE")
    yield local
    local.http.close()


def ship(shop, order, number="T1", lines=None, **fields):
    (document,) = shop.read(order)
    units = lines or {line.external_id: line.quantity for line in document.lines if line.requires_shipping}
    tracking = Tracking(number=number, carrier="UPS") if number else None
    return Shipment(
        **{
            "reference": f"WH/OUT/{number}",
            "order_id": order,
            "shipped_at": datetime.now(timezone.utc),
            "lines": [ShipmentLine(line_id=line, quantity=count) for line, count in units.items()],
            "packages": [Package(reference="P1", tracking=tracking)],
        }
        | fields
    )


def test_the_connection_is_good(shop):
    assert all(check.ok for check in shop.adapter.check())
    assert shop.versions == []


def test_every_shape_adds_up_to_the_cent(shop):
    orders = shop.place("all")
    assert len(orders) >= 45
    for order, document in zip(orders, shop.read(*orders), strict=True):
        told = shop.told(order)
        assert not differences(document), told["shape"]
        rounding = sum(charge.net_amount for charge in document.charges if charge.kind == "rounding")
        assert document.totals.total == Decimal(told["totals"]["currentTotal"]) + rounding, told["shape"]
        nets = {gid("LineItem", line["id"]): Decimal(line["current_net"]) for line in told["lines"]}
        for line in document.lines:
            assert line.net_amount == nets[line.external_id], told["shape"]


def test_fifty_orders_cost_few_calls(shop):
    orders = shop.place("plain", count=50)
    shop.read(*orders)
    reads = [entry for entry in shop.oracle("counters")["requests"] if entry["root"] == "nodes"]
    assert [entry["count"] for entry in reads] == [5]


def test_a_poll_finds_what_no_webhook_told(shop):
    orders = shop.place("plain", count=3)
    now = datetime.now(timezone.utc) + timedelta(minutes=1)
    page = shop.adapter.poll("order.in", LONG_AGO, now)
    assert {message.business_key for message in page.messages} == set(orders)
    later = shop.adapter.poll("order.in", now, now + timedelta(hours=1))
    assert later.messages == ()


def test_a_shipment_arrives_once_and_is_found_again(shop):
    (order,) = shop.place("plain")
    (call,) = shop.adapter.prepare("shipment.out", ship(shop, order))
    assert shop.adapter.lookup(call) is None
    result = shop.adapter.send(call)
    assert shop.adapter.lookup(call).external_id == result.external_id
    (fulfilment,) = shop.told(order)["fulfillments"]
    assert gid("Fulfillment", fulfilment["id"]) == result.external_id
    assert shop.adapter.prepare("shipment.out", ship(shop, order, lines=call.meta["lines"])) == []


def test_tracking_that_comes_later_reaches_the_shipment_it_belongs_to(shop):
    (order,) = shop.place("plain")
    (call,) = shop.adapter.prepare("shipment.out", ship(shop, order, number=None))
    known = shop.adapter.send(call).external_id
    later = ship(shop, order, number="T9", lines=call.meta["lines"], known_as=(known,))
    (change,) = shop.adapter.prepare("shipment.out", later)
    assert shop.adapter.lookup(change) is None
    assert shop.adapter.send(change).external_id == known
    assert shop.adapter.lookup(change).external_id == known
    (fulfilment,) = shop.told(order)["fulfillments"]
    assert [entry["number"] for entry in fulfilment["tracking"]] == ["T9"]
    assert shop.adapter.prepare("shipment.out", later) == []
    other = ship(shop, order, number="T10", lines=call.meta["lines"], known_as=(known,))
    (again,) = shop.adapter.prepare("shipment.out", other)
    assert again.key != change.key


def test_tracking_of_a_shipment_that_was_cancelled_there_says_so(shop):
    (order,) = shop.place("plain")
    (call,) = shop.adapter.prepare("shipment.out", ship(shop, order))
    shop.adapter.send(call)
    gone = ship(shop, order, lines=call.meta["lines"], known_as=(gid("Fulfillment", 1),))
    with pytest.raises(DataError, match="does not have this delivery"):
        shop.adapter.prepare("shipment.out", gone)


@pytest.mark.parametrize("fault", ["500_after", "hang", "close"])
def test_work_done_without_an_answer_is_not_done_twice(shop, fault):
    (order,) = shop.place("plain")
    (call,) = shop.adapter.prepare("shipment.out", ship(shop, order))
    shop.oracle("faults", {"kind": fault, "operation": "fulfillmentCreate", "count": 1, "seconds": 0.1})
    with pytest.raises(AmbiguousError):
        shop.adapter.send(call)
    found = shop.adapter.lookup(call)
    assert [gid("Fulfillment", entry["id"]) for entry in shop.told(order)["fulfillments"]] == [found.external_id]


@pytest.mark.parametrize("fault", ["500_before", "close_before"])
def test_work_not_done_is_known_not_to_be_there(shop, fault):
    (order,) = shop.place("plain")
    (call,) = shop.adapter.prepare("shipment.out", ship(shop, order))
    shop.oracle("faults", {"kind": fault, "operation": "fulfillmentCreate", "count": 1})
    with pytest.raises(AmbiguousError):
        shop.adapter.send(call)
    assert shop.adapter.lookup(call) is None
    assert shop.adapter.send(call).external_id


def test_places_become_calls(shop):
    (order,) = shop.place("multi_location")
    calls = shop.adapter.prepare("shipment.out", ship(shop, order))
    assert len(calls) > 1
    for call in calls:
        shop.adapter.send(call)
    assert all(shop.adapter.lookup(call) for call in calls)
    assert shop.told(order)["fulfillment_status"] == "FULFILLED"


def test_what_is_on_hold_says_so(shop):
    (order,) = shop.place("on_hold")
    with pytest.raises(DataError, match="on hold") as caught:
        shop.adapter.prepare("shipment.out", ship(shop, order))
    assert {line["reason"] for line in caught.value.params["lines"]} == {"hold"}


def test_what_was_shipped_by_hand_says_so(shop):
    (order,) = shop.place("plain")
    shipment = ship(shop, order)
    shop.oracle(f"orders/{order.rsplit('/', 1)[1]}/fulfil", {})
    with pytest.raises(DataError, match="shipped already"):
        shop.adapter.prepare("shipment.out", shipment)


def test_three_hundred_lines_are_shipped(shop):
    (order,) = shop.place("many_lines")
    calls = shop.adapter.prepare("shipment.out", ship(shop, order))
    assert [len(call.meta["lines"]) for call in calls] == [250, 50]
    results = [shop.adapter.send(call) for call in calls]
    assert [shop.adapter.lookup(call) for call in calls] == results
    assert shop.told(order)["fulfillment_status"] == "FULFILLED"


def update(shop, values, reference="STOCK/1", version=1):
    return StockUpdate(
        reference=reference,
        levels=[
            StockLevel(stock_id=item, location_id=place, available=units, expected=expected, version=version)
            for (item, place), (units, expected) in values.items()
        ],
    )


def some_levels(shop, count):
    levels = shop.oracle("inventory")["levels"]
    found = [entry for entry in levels if entry["active"]][:count]
    return {
        (gid("InventoryItem", entry["inventory_item_id"]), gid("Location", entry["location_id"])): entry["available"]
        for entry in found
    }


def test_stock_is_set_and_read_back(shop):
    before = some_levels(shop, 5)
    wanted = {pair: (units + 3, units) for pair, units in before.items()}
    (call,) = shop.adapter.prepare("stock.out", update(shop, wanted))
    assert shop.adapter.send(call).data["applied"] is True
    items, places = {pair[0] for pair in before}, {pair[1] for pair in before}
    held = shop.adapter.read_levels(items, places)
    assert {pair: held[pair] for pair in before} == {pair: units for pair, (units, _old) in wanted.items()}
    assert shop.adapter.send(call).data["applied"] is True  # same key: nothing done again
    assert shop.adapter.lookup(call).data["applied"] is True


def test_one_stale_level_is_named_and_the_rest_is_set(shop):
    before = some_levels(shop, 3)
    first, *rest = before
    wanted = {pair: (9, units + 1 if pair == first else units) for pair, units in before.items()}
    (call,) = shop.adapter.prepare("stock.out", update(shop, wanted))
    data = shop.adapter.send(call).data
    assert [(entry["stock_id"], entry["location_id"]) for entry in data["stale"]] == [first]
    held = shop.adapter.read_levels({pair[0] for pair in before}, {pair[1] for pair in before})
    assert {pair: held[pair] for pair in before} == {first: before[first], **dict.fromkeys(rest, 9)}


def test_a_spent_key_means_prepare_again(shop):
    (pair, units), *_rest = some_levels(shop, 1).items()
    (call,) = shop.adapter.prepare("stock.out", update(shop, {pair: (9, units + 1)}))
    assert shop.adapter.send(call).data["stale"]
    with pytest.raises(ConflictError):
        shop.adapter.send(call)


def test_an_item_is_activated_where_it_is_not_stocked(shop):
    (pair, _units), *_rest = some_levels(shop, 1).items()
    new = shop.oracle("locations", {"name": "Tokyo"})
    place = gid("Location", new["id"])
    (call,) = shop.adapter.prepare("stock.out", update(shop, {(pair[0], place): (4, None)}))
    (missing,) = shop.adapter.send(call).data["not_stocked"]
    level = StockLevel(**{key: missing[key] for key in ("stock_id", "location_id", "available", "version")})
    shop.adapter.send(shop.adapter.activation(level, "STOCK/1"))
    assert shop.adapter.read_levels([pair[0]], [place]) == {(pair[0], place): 4}


def test_a_cancellation_and_its_look_up(shop):
    (order,) = shop.place("plain")
    request = CancellationRequest(order_id=order, reason="customer", refund=True)
    (call,) = shop.adapter.prepare("cancel.out", request)
    with pytest.raises(TransientError):
        shop.adapter.lookup(call)
    assert shop.adapter.send(call).external_id == order
    assert shop.adapter.lookup(call).data["reason"] == "customer"
    assert shop.adapter.prepare("cancel.out", request) == []
    (document,) = shop.read(order)
    assert document.cancellation.reason == "customer"
    assert {line.quantity for line in document.lines} == {0}
    assert not differences(document)


def test_subscriptions_come_back_after_shopify_removed_them(shop):
    url = "http://127.0.0.1:9/integration/webhook/abc"
    made = shop.adapter.ensure_subscriptions(url)
    assert made.created
    assert shop.adapter.missing_subscriptions(url) == []
    assert shop.adapter.ensure_subscriptions(url).created == []
    shop.oracle("subscriptions", method="DELETE")
    assert set(shop.adapter.missing_subscriptions(url)) == set(made.created)


def test_a_webhook_of_the_shop_is_accepted_and_its_forgery_is_not(shop):
    import http.server
    import threading

    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(({name.lower(): value for name, value in self.headers.items()}, raw))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    endpoint = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=endpoint.serve_forever, daemon=True).start()
    try:
        shop.adapter.ensure_subscriptions(f"http://127.0.0.1:{endpoint.server_port}/hook")
        (order,) = shop.place("plain")
        shop.oracle("wait?timeout=10")
    finally:
        endpoint.shutdown()
        endpoint.server_close()
    headers, raw = seen[0]
    incoming = shop.adapter.receive(headers, raw)
    assert (incoming.topic, incoming.business_key) == ("order.in", order)
    assert incoming.occurred_at
    assert b"@" not in raw
    with pytest.raises(AuthError):
        shop.adapter.receive(headers, raw + b" ")


def test_an_empty_bucket_says_how_long_to_wait(shop):
    orders = shop.place("plain", count=10)
    shop.oracle("cost", {"maximum": 2000, "per_second": 100, "available": 40})
    with pytest.raises(RateLimitedError) as caught:
        shop.read(*orders)
    assert 7 < caught.value.retry_after < 9
    assert shop.gate.observed[-1][1:] == (2000.0, 100.0, 0.0)
    shop.oracle("cost", {"plan": "plus"})


def test_a_token_that_died_is_renewed_in_passing(shop):
    (order,) = shop.place("plain")
    shop.read(order)
    before = shop.store.value[0]
    shop.oracle("tokens/expire", {})
    assert shop.read(order)
    assert shop.store.value[0] != before


def test_a_version_that_fell_forward_is_noticed(shop):
    shop.oracle("settings", {"versions": ["2026-10"]}, method="PATCH")
    try:
        shop.adapter.shop_facts()
    finally:
        shop.oracle("settings", {"versions": ["2026-07", "2026-10"]}, method="PATCH")
    assert shop.versions == ["2026-10"]


@pytest.mark.parametrize("fault", ["500_before", "hang", "bad_json", "internal", "close"])
def test_trouble_with_a_read_can_be_tried_again(shop, fault):
    (order,) = shop.place("plain")
    shop.oracle("faults", {"kind": fault, "operation": "OrdersById", "count": 1, "seconds": 0.1})
    with pytest.raises(TransientError):
        shop.read(order)
    assert shop.read(order)


def test_products_and_locations(shop):
    catalogue = shop.oracle("catalogue")
    products = list(shop.adapter.list_products())
    assert {product.external_id for product in products} == {
        gid("ProductVariant", entry["id"]) for entry in catalogue["variants"]
    }
    assert len(shop.adapter.list_locations()) == len(catalogue["locations"])


def test_refunds_of_a_return_are_told_to_the_cent(shop):
    (order,) = shop.place("plain")
    number = order.rsplit("/", 1)[1]
    before = shop.read(order)[0]
    shop.oracle(f"orders/{number}/fulfil", {})
    told = shop.oracle(f"orders/{number}/return", {"lines": [[0, 1]], "note": "too small"})
    (document,) = shop.read(order)
    (entry,) = document.returns
    assert (entry.status, entry.name) == ("open", told["returns"][0]["name"])
    assert (entry.lines[0].line_id, entry.lines[0].quantity) == (document.lines[0].external_id, 1)
    assert document.refunds == ()
    back = {"lines": [[0, 1]], "restock": "RETURN", "return": entry.external_id}
    shop.oracle(f"orders/{number}/refund", back)
    shop.oracle(f"orders/{number}/return", {"return": entry.external_id, "step": "close"})
    (document,) = shop.read(order)
    assert document.returns[0].status == "closed"
    (refund,) = document.refunds
    assert refund.return_id == entry.external_id
    assert refund.lines[0].line_id == before.lines[0].external_id
    assert before.totals.total - refund.amount == document.totals.total


def test_a_payout_is_found_and_adds_up(shop):
    shop.place("plain", "partly_refunded" if "partly_refunded" in shop.oracle("shapes") else "plain", "several_taxes")
    paid = shop.oracle("payouts", {"fee": 500})
    now = datetime.now(timezone.utc) + timedelta(minutes=1)
    page = shop.adapter.poll("payout.in", now - timedelta(hours=1), now)
    (message,) = page.messages
    packed = shop.adapter.fetch("payout.in", {1: message.raw})
    (document,) = shop.adapter.decode("payout.in", packed[1])
    assert (document.external_id, document.status) == (paid["id"], "paid")
    assert len(document.transactions) == paid["count"]
    assert document.amount * 100 == paid["net"]
    assert sum(part.net for part in document.transactions) == document.amount
    charges = [part for part in document.transactions if part.kind == "charge"]
    assert all(part.payment_id.startswith("gid://shopify/OrderTransaction/") for part in charges)
    assert [part.amount for part in document.transactions if part.kind == "fee"] == [Decimal("-5.00")]
    again = shop.adapter.poll("payout.in", now - timedelta(hours=1), now)
    assert [entry.key for entry in again.messages] == [message.key]
