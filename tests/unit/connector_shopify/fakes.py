"""An HTTP layer in memory, and a shop that answers by operation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timezone

from addons.connector_base.lib.errors import ConnectorError
from addons.connector_base.lib.http import HttpResponse
from addons.connector_shopify.lib.adapter import ShopifyAdapter, ShopifySettings
from addons.connector_shopify.lib.auth import StaticToken
from addons.connector_shopify.lib.client import ShopifyClient
from addons.connector_shopify.lib.const import API_VERSION

SHOP = "https://shop.example"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)


class FakeGate:
    """Remembers what the limiter was told."""

    def __init__(self):
        self.observed = []

    def observe(self, available, maximum, per_second, refund=0.0):
        self.observed.append((available, maximum, per_second, refund))


class FakeHttp:
    """Stands for ``HttpClient``: gives the answers of ``respond``, remembers the requests.

    :param respond: (url, body bytes, headers) -> answer: JSON-able, bytes, an
        HttpResponse, or an exception to raise
    """

    def __init__(self, respond: Callable):
        self.respond = respond
        self.gate = FakeGate()
        self.version = API_VERSION
        self.requests = []

    def request(self, method, url, *, body=None, headers=None, safe, cost=1.0, deadline=None):
        self.requests.append({"url": url, "body": body, "headers": dict(headers or {}), "safe": safe, "cost": cost})
        answer = self.respond(url, body, headers or {})
        if isinstance(answer, ConnectorError):
            raise answer
        if isinstance(answer, HttpResponse):
            return answer
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return HttpResponse(200, {"x-shopify-api-version": self.version}, content)


class FakeShop:
    """Answers each operation with a function of its variables.

    :param answers: operation name (``OrdersById``) -> variables -> ``data``, or a whole
        answer when it holds ``errors``, or an exception
    """

    def __init__(self, **answers: Callable):
        self.answers = answers
        self.calls = []
        self.http = FakeHttp(self._respond)

    def _respond(self, url, body, headers):
        request = json.loads(body)
        name = re.search(r"(?:query|mutation)\s+(\w+)", request["query"]).group(1)
        self.calls.append((name, request["variables"]))
        answer = self.answers[name](request["variables"])
        if isinstance(answer, dict) and "errors" not in answer:
            return {"data": answer}
        return answer

    def client(self, **options) -> ShopifyClient:
        """A client of this shop."""
        return ShopifyClient(self.http, SHOP, StaticToken("shpat_x"), **options)

    def adapter(self, **settings) -> ShopifyAdapter:
        """An adapter of this shop at a fixed time."""
        return ShopifyAdapter(self.client(), ShopifySettings(**settings), now=lambda: NOW)

    def named(self, name: str) -> list[dict]:
        """The variables of all calls of an operation."""
        return [variables for called, variables in self.calls if called == name]


def page(nodes, cursor=None) -> dict:
    """A connection's page; with ``cursor`` another one follows."""
    return {"pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}, "nodes": nodes}
