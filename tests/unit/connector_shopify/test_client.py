"""Throttling, errors, tokens refused, the version that answered."""

from __future__ import annotations

import json

import pytest

from addons.connector_base.lib.errors import (
    AmbiguousError,
    AuthError,
    ConflictError,
    DataError,
    PermanentError,
    RateLimitedError,
    TransientError,
)
from addons.connector_base.lib.http import HttpResponse
from addons.connector_shopify.lib.client import (
    ShopifyClient,
    TooCostlyError,
    parse_errors,
    user_error,
    wait_seconds,
)
from addons.connector_shopify.lib.const import API_VERSION
from addons.connector_shopify.lib.operations import operation

from .fakes import SHOP, FakeHttp

STATE = {"id": "gid://shopify/Order/1"}
BODY = operation("order_cancel").body({"orderId": "gid://shopify/Order/1"})


class Tokens:
    """Hands out tokens in turn; each refusal moves on to the next."""

    def __init__(self, *tokens):
        self.tokens = list(tokens)

    def token(self, refused=""):
        if refused:
            self.tokens.remove(refused)
        if not self.tokens:
            raise AuthError("none left")
        return self.tokens[0]


def client(respond, *tokens, **options):
    return ShopifyClient(FakeHttp(respond), SHOP, Tokens(*(tokens or ("a",))), **options)


def cost(requested=100, available=50, rate=50, maximum=2000, actual=None):
    status = {
        "maximumAvailable": maximum,
        "currentlyAvailable": available,
        "restoreRate": rate,
    }
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}}


def failure(code, path=None, data=None, extensions=None):
    error = {"message": f"it says {code}", "extensions": {"code": code}}
    if path:
        error["path"] = path
    return {"data": data, "errors": [error], "extensions": extensions or {}}


def answers(answer):
    return lambda url, body, headers: answer


def test_posts_to_the_pinned_version_with_the_token():
    shop = client(answers({"data": {"order": None}}))
    shop.query("order_state", STATE)
    (request,) = shop.http.requests
    assert request["url"] == f"{SHOP}/admin/api/{API_VERSION}/graphql.json"
    assert request["headers"]["X-Shopify-Access-Token"] == "a"
    assert json.loads(request["body"])["variables"] == STATE
    assert request["safe"] is True


def test_limiter_gets_the_estimate_first_and_what_is_left_afterwards():
    shop = client(answers({"data": {"nodes": []}, "extensions": cost(900, 1100, 100)}))
    shop.query("orders_by_id", {"ids": ["a", "b"], "lines": 50})
    assert shop.http.requests[0]["cost"] == 168
    assert shop.http.gate.observed == [(1100.0, 2000.0, 100.0, 0.0)]


def test_limiter_gets_back_what_the_answer_did_not_cost():
    shop = client(answers({"data": {"nodes": []}, "extensions": cost(900, 1100, 100, actual=70)}))
    shop.query("orders_by_id", {"ids": ["a", "b"], "lines": 50})
    assert shop.http.gate.observed == [(1100.0, 2000.0, 100.0, 98.0)]
    shop.query("orders_by_id", {"ids": ["a", "b"], "lines": 50})
    assert shop.http.gate.observed[1][3] == pytest.approx(830.0), "of the cost that Shopify asked for the last time"


def test_estimate_learns_what_shopify_really_charges():
    shop = client(answers({"data": {}, "extensions": cost(requested=336)}))
    for _try in range(2):
        shop.query("orders_by_id", {"ids": ["a", "b"], "lines": 50})
    assert [request["cost"] for request in shop.http.requests] == [168, 336]


@pytest.mark.parametrize("safe", [True, False])
def test_throttled_waits_until_the_bucket_holds_the_query(safe):
    shop = client(answers(failure("THROTTLED", extensions=cost(702, 52, 100))))
    with pytest.raises(RateLimitedError) as caught:
        shop.mutate("order_cancel", BODY, safe=safe)
    assert caught.value.retry_after == pytest.approx(6.5)
    assert shop.http.gate.observed == [(52.0, 2000.0, 100.0, 0.0)]


@pytest.mark.parametrize("given", [{}, {"requestedQueryCost": 10}, cost(rate=0)["cost"]])
def test_throttled_without_figures_waits_a_second(given):
    assert wait_seconds(given) == 1.0


@pytest.mark.parametrize(
    ("code", "safe", "expected"),
    [
        ("ACCESS_DENIED", False, AuthError),
        ("SHOP_INACTIVE", True, AuthError),
        ("INTERNAL_SERVER_ERROR", True, TransientError),
        ("INTERNAL_SERVER_ERROR", False, AmbiguousError),
        ("TIMEOUT", False, AmbiguousError),
        ("CONCURRENT_REQUEST", True, TransientError),
        ("IDEMPOTENCY_CONCURRENT_REQUEST", True, TransientError),
        ("KEY_PARAMETER_MISMATCH", True, PermanentError),
        ("PREVIOUS_ATTEMPT_FAILED", True, ConflictError),
        ("undefinedField", True, PermanentError),
        ("MAX_COST_EXCEEDED", True, TooCostlyError),
    ],
)
def test_codes_become_classes(code, safe, expected):
    shop = client(answers(failure(code)))
    with pytest.raises(expected) as caught:
        shop.mutate("order_cancel", BODY, safe=safe)
    assert type(caught.value) is expected


def test_a_failing_query_is_never_ambiguous():
    with pytest.raises(TransientError):
        client(answers(failure("INTERNAL_SERVER_ERROR"))).query("order_state", STATE)


def test_errors_beside_data_raise_unless_parts_are_wanted():
    data = {"nodes": [{"id": "a"}, None]}
    shop = client(answers(failure("INTERNAL_SERVER_ERROR", ["nodes", 1], data)))
    with pytest.raises(TransientError):
        shop.query("orders_by_id", {"ids": ["a", "b"]})
    answer = shop.query("orders_by_id", {"ids": ["a", "b"]}, partial=True)
    assert answer.data == data
    assert answer.errors[0].path == ("nodes", 1)


@pytest.mark.parametrize("code", ["THROTTLED", "ACCESS_DENIED"])
def test_a_missing_permission_or_throttling_is_never_taken_for_a_part(code):
    shop = client(answers(failure(code, ["nodes", 1], {"nodes": [{"id": "a"}, None]})))
    with pytest.raises((AuthError, RateLimitedError)):
        shop.query("orders_by_id", {"ids": ["a", "b"]}, partial=True)


def test_an_error_without_data_raises_even_where_parts_are_wanted():
    shop = client(answers(failure("INTERNAL_SERVER_ERROR", ["nodes", 1])))
    with pytest.raises(TransientError):
        shop.query("orders_by_id", {"ids": ["a"]}, partial=True)


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"[]", b"{}", b"3"])
def test_an_unreadable_answer_to_a_write_may_have_worked(body):
    shop = client(answers(body))
    with pytest.raises(AmbiguousError):
        shop.mutate("order_cancel", BODY, safe=False)
    with pytest.raises(TransientError):
        shop.query("order_state", STATE)


def test_a_refused_token_is_renewed_once_and_the_same_bytes_sent_again():
    def respond(url, body, headers):
        if headers["X-Shopify-Access-Token"] == "old":
            return AuthError("HTTP 401")
        return {"data": {"orderCancel": {}}}

    shop = client(respond, "old", "new")
    shop.mutate("order_cancel", BODY, safe=False)
    assert [request["body"] for request in shop.http.requests] == [BODY, BODY]


def test_a_refused_token_that_cannot_be_renewed_says_what_shopify_said():
    shop = client(answers(AuthError("HTTP 401: no")), "only")
    with pytest.raises(AuthError, match="HTTP 401"):
        shop.query("order_state", STATE)
    assert len(shop.http.requests) == 1


def test_a_token_is_not_renewed_for_ever():
    shop = client(answers(AuthError("HTTP 401")), "a", "b", "c")
    with pytest.raises(AuthError):
        shop.query("order_state", STATE)
    assert len(shop.http.requests) == 2


def test_another_version_raises_the_alarm_once():
    served = []
    answer = HttpResponse(200, {"x-shopify-api-version": "2026-10"}, b'{"data": {}}')
    shop = client(answers(answer), on_version=served.append)
    for _try in range(3):
        shop.query("order_state", STATE)
    assert served == ["2026-10"]


def test_the_version_asked_for_raises_none():
    served = []
    shop = client(answers({"data": {}}), on_version=served.append)
    shop.query("order_state", STATE)
    assert served == []
    assert shop.served_version == API_VERSION


def test_errors_of_a_refused_token_are_a_plain_text():
    (error,) = parse_errors("[API] Invalid API key or access token")
    assert error.code == ""
    assert "Invalid API key" in error.message


def test_secrets_in_a_message_are_masked():
    (error,) = parse_errors([{"message": "token shpat_0123456789abcdef is wrong"}])
    assert "shpat_0123456789abcdef" not in error.message


def test_user_errors_by_code_else_by_default():
    assert user_error([]) is None
    known = user_error([{"code": None, "message": "a"}, {"code": "NOT_FOUND", "message": "b"}])
    assert type(known) is DataError
    assert known.params["code"] == "NOT_FOUND"
    assert "a; b" in str(known)
    other = user_error([{"message": "c"}], default=ConflictError, category="x", params={"o": 1})
    assert type(other) is ConflictError
    assert (other.category, other.params["o"]) == ("x", 1)
