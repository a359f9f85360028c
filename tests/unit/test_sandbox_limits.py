"""Cost bucket, refusals, versions, tokens and faults of the local Shopify."""

from __future__ import annotations

import threading
import time

import pytest
import requests
from sandbox_client import DOCUMENTS, Client

from sandbox.shopify.cost import Bucket
from sandbox.shopify.server import Sandbox

STATE = DOCUMENTS["order_state"]


@pytest.fixture
def client():
    with Sandbox() as sandbox:
        yield Client(sandbox)


def test_bucket_refills_over_time():
    clock = [0.0]
    bucket = Bucket(100, 10, clock=lambda: clock[0])
    assert bucket.take(100)
    assert not bucket.take(1)
    clock[0] = 2.5
    assert bucket.status()["currentlyAvailable"] == 25
    assert bucket.take(25)
    bucket.give_back(500)
    assert bucket.status() == {"maximumAvailable": 100.0, "currentlyAvailable": 100, "restoreRate": 10.0}


def test_cost_is_asked_for_and_given_back(client):
    client.oracle("cost", {"maximum": 1000, "per_second": 1})
    cost = client.ask("orders_updated", first=100, query="")["extensions"]["cost"]
    # a connection: 2 + floor(2 ln 100) rows of one object
    assert cost["requestedQueryCost"] == 2 + 9
    assert cost["actualQueryCost"] == 2
    assert cost["throttleStatus"]["currentlyAvailable"] == 998


def test_money_and_addresses_are_free(client):
    order = client.place()
    text = "query($id: ID!) { order(id: $id) { totalPriceSet { shopMoney { amount } } %s } }"
    bare = client.ask(text % "", id=order["id"])["extensions"]["cost"]["requestedQueryCost"]
    more = client.ask(text % "shippingAddress { city }", id=order["id"])["extensions"]["cost"]
    assert bare == more["requestedQueryCost"] == 1


def test_empty_bucket_throttles_with_http_200(client):
    client.oracle("cost", {"maximum": 1000, "per_second": 50, "available": 0})
    answer = client.post(DOCUMENTS["orders_updated"], first=250, query="")
    body = answer.json()
    assert answer.status_code == 200
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in body
    assert body["extensions"]["cost"]["actualQueryCost"] is None
    assert body["extensions"]["cost"]["throttleStatus"]["restoreRate"] == 50
    time.sleep(0.4)
    assert "errors" not in client.ask("orders_updated", first=250, query="")


def test_single_query_above_a_thousand_points_is_refused(client):
    text = "{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { variant { id } product { id } } }"
    text += " fulfillmentOrders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } } } } } }"
    error = client.ask(text)["errors"][0]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["cost"] > error["extensions"]["maxCost"] == 1000


def test_arrays_and_pages_are_capped(client):
    error = client.ask("orders_by_id", ids=["gid://shopify/Order/1"] * 251, lines=1)["errors"][0]
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert "cannot exceed 250" in client.ask("orders_updated", first=251, query="")["errors"][0]["message"]


def test_retired_version_falls_forward(client):
    client.oracle("settings", {"versions": ["2026-10", "2027-01"]}, method="PATCH")
    answer = client.post(DOCUMENTS["shop"])
    assert answer.status_code == 200
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
    assert client.post(DOCUMENTS["shop"], version="2099-01").status_code == 404


def test_served_version_is_the_one_asked_for(client):
    assert client.post(DOCUMENTS["shop"]).headers["X-Shopify-API-Version"] == "2026-07"


def test_wrong_token_is_401(client):
    client.headers = {"X-Shopify-Access-Token": "wrong"}
    assert client.post(DOCUMENTS["shop"]).status_code == 401


def _grant(client, **changes):
    data = {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "grant_type": "client_credentials"}
    return requests.post(f"{client.sandbox.url}/admin/oauth/access_token", data={**data, **changes}, timeout=5)


def test_client_credentials_grant_expires(client):
    answer = _grant(client).json()
    assert answer["expires_in"] == 86399
    client.headers = {"X-Shopify-Access-Token": answer["access_token"]}
    assert client.post(DOCUMENTS["shop"]).status_code == 200
    client.oracle("tokens/expire", {})
    assert client.post(DOCUMENTS["shop"]).status_code == 401


def test_short_lived_token(client):
    client.oracle("settings", {"token_seconds": 0}, method="PATCH")
    client.headers = {"X-Shopify-Access-Token": _grant(client).json()["access_token"]}
    assert client.post(DOCUMENTS["shop"]).status_code == 401


def test_wrong_secret_gets_no_token(client):
    assert _grant(client, client_secret="wrong").status_code == 400
    assert _grant(client, grant_type="password").status_code == 400


def test_missing_scope_is_access_denied(client):
    client.oracle("settings", {"scopes": ["read_orders"]}, method="PATCH")
    order = client.place()
    assert "errors" not in client.ask("order_state", id=order["id"])
    error = client.ask("locations", first=1)["errors"][0]
    assert error["extensions"]["code"] == "ACCESS_DENIED"


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500_before", 500), ("500_after", 500)])
def test_fault_strikes_as_often_as_asked(client, kind, status):
    client.oracle("faults", {"kind": kind, "operation": "order", "count": 2})
    codes = [client.post(STATE, id="gid://shopify/Order/1").status_code for _try in range(3)]
    assert codes == [status, status, 200]
    assert client.post(DOCUMENTS["shop"]).status_code == 200


def test_fault_by_operation_name_after_some_requests(client):
    client.oracle("faults", {"kind": "429", "operation": "OrderState", "skip": 1})
    codes = [client.post(STATE, operation="OrderState", id="x").status_code for _try in range(3)]
    assert codes == [200, 429, 200]


def test_throttled_storm(client):
    client.oracle("faults", {"kind": "throttled", "count": 3})
    codes = [client.ask("shop").get("errors", [{}])[0].get("extensions", {}).get("code") for _try in range(4)]
    assert codes == ["THROTTLED"] * 3 + [None]


def test_hang_and_close_happen_after_the_effect(client):
    for fault in ({"kind": "hang", "seconds": 30}, {"kind": "close"}):
        order = client.place()
        client.oracle("faults", {**fault, "operation": "orderCancel"})
        with pytest.raises(requests.RequestException):
            client.post(DOCUMENTS["order_cancel"], timeout=1, orderId=order["id"], reason="STAFF", restock=True)
        assert client.order(order["name"])["cancelled_at"]


def test_close_before_has_no_effect(client):
    order = client.place()
    client.oracle("faults", {"kind": "close_before", "operation": "orderCancel"})
    with pytest.raises(requests.RequestException):
        client.post(DOCUMENTS["order_cancel"], orderId=order["id"], reason="STAFF", restock=True)
    assert client.order(order["name"])["cancelled_at"] is None


def test_requests_are_logged_with_bodies(client):
    client.ask("order_state", id="gid://shopify/Order/5")
    rows = client.oracle("requests", root="order")["requests"]
    assert rows[-1]["operation"] == "OrderState"
    assert rows[-1]["body"]["variables"]["id"] == "gid://shopify/Order/5"
    assert rows[-1]["answer"]["data"] == {"order": None}
    counters = client.oracle("counters")["requests"]
    assert {"root": "order", "outcome": "ok", "count": 1, "points": 1} in counters


def test_malformed_requests(client):
    url = f"{client.sandbox.url}/admin/api/2026-07/graphql.json"
    assert requests.post(url, data=b"{", headers=client.headers, timeout=5).status_code == 400
    assert "errors" in client.ask("{ nonsense }")
    assert "errors" in client.ask("query {")
    assert client.ask("order_state")["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"


def test_many_clients_at_once(client):
    faults = []

    def work():
        session = Client(client.sandbox)
        for _try in range(10):
            if "errors" in session.ask("shop"):
                faults.append(1)

    threads = [threading.Thread(target=work) for _thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
