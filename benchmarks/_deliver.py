"""A partner that delivers as fast as it is answered: several clients in one process.

Written on sockets, so that the client costs little beside the server it measures.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import threading
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

from benchmarks import _odoo


class Deliveries:
    """Signed deliveries, each of an event of its own; made beforehand.

    :param facts: {url, path, secret, shop}
    """

    def __init__(self, facts: dict[str, Any]):
        self.facts = facts
        self.lock = threading.Lock()
        self.number = 0

    def make(self, count: int) -> list[tuple[bytes, dict[str, str]]]:
        """(body, headers) of so many new events."""
        return [self._one() for __ in range(count)]

    def _one(self) -> tuple[bytes, dict[str, str]]:
        self.number += 1
        number = 6_100_000_000_000 + self.number
        notice = {
            "id": number,
            "admin_graphql_api_id": f"gid://shopify/Order/{number}",
            "updated_at": "2026-07-01T12:00:00Z",
            "name": f"#{number}",
        }
        body = json.dumps(notice).encode()
        signature = base64.b64encode(hmac.new(self.facts["secret"].encode(), body, hashlib.sha256).digest())
        return body, {
            "Content-Type": "application/json",
            "X-Shopify-Topic": "orders/create",
            "X-Shopify-Shop-Domain": self.facts["shop"],
            "X-Shopify-Hmac-Sha256": signature.decode(),
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Event-Id": str(uuid.uuid4()),
            "X-Shopify-Triggered-At": "2026-07-01T12:00:00Z",
            "X-Shopify-API-Version": "2026-07",
        }


class Round:
    """One route, for some seconds, by several clients at once.

    :param path: the route
    :param work: deliveries to send; shared by the clients
    """

    def __init__(self, url: str, path: str, work: list[tuple[bytes, dict[str, str]]], seconds: float):
        self.host = urlsplit(url).netloc
        self.path = path
        self.work = work
        self.seconds = seconds
        self.milliseconds: list[float] = []
        self.refused = 0

    def run(self, clients: int) -> dict[str, Any]:
        """Deliver: {rate, p50, p95, sent, refused}."""
        self.begun = time.monotonic()
        threads = [threading.Thread(target=self._client) for __ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        elapsed = time.monotonic() - self.begun
        times = sorted(self.milliseconds)
        return {
            "rate": len(times) / elapsed,
            "p50": times[len(times) // 2],
            "p95": times[int(len(times) * 0.95)],
            "sent": len(times),
            "refused": self.refused,
        }

    def _client(self) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        while time.monotonic() - self.begun < self.seconds and self.work:
            body, headers = self.work.pop()
            begun = time.monotonic()
            connection.request("POST", self.path, body, headers)
            answer = connection.getresponse()
            kept = answer.status == 200 and answer.read() == b"kept"
            self.milliseconds.append((time.monotonic() - begun) * 1000)
            self.refused += not kept
        connection.close()


def main() -> None:
    """Hear facts, then rounds {path, seconds, clients, most}; answer each with what was measured."""
    facts = _odoo.hear()
    deliveries = Deliveries(facts)
    while (wanted := _odoo.hear()) is not None:
        work = deliveries.make(wanted["most"])
        _odoo.say(Round(facts["url"], wanted["path"], work, wanted["seconds"]).run(wanted["clients"]))


if __name__ == "__main__":
    main()
