"""Webhook deliveries over real HTTP, as unreliable as Shopify's.

An event becomes one delivery for each subscription. A few threads send them,
five seconds at most each; what is not answered with 2xx is tried eight times
more, with the payload as it was at first, and then lost. Nothing is promised
about order. A seeded plan drops, doubles and delays deliveries on purpose.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import json
import random
import threading
import time
import uuid
from typing import Any

import requests

from .payloads import payload
from .shop import Shop
from .store import now
from .subscriptions import included, topic_name

MOST_THREADS = 32
ANSWER_EXCERPT = 200


class Dispatcher:
    """Queue and senders of the deliveries of one shop."""

    def __init__(self, shop: Shop):
        self.shop = shop
        self._wake = threading.Condition(shop.store.lock)
        self._heap: list[tuple[float, int]] = []
        self._at_work = 0
        self._stopped = False
        self._threads: list[threading.Thread] = []
        shop.listener = self.emit

    def start(self) -> None:
        """Start the senders and take up what an earlier run left."""
        with self._wake:
            self.reload()
        self.wake()

    def stop(self) -> None:
        """Stop the senders; what is pending stays in the state."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=1)

    def reload(self) -> None:
        """Rebuild the queue from the state (after a start or a reset)."""
        self._heap = [
            (row["due"], key) for key, row in self.shop.store.all("delivery").items() if row["status"] == "pending"
        ]
        heapq.heapify(self._heap)

    def emit(self, topic: str, resource: Any) -> None:
        """Make the deliveries of an event. The caller holds the store's lock."""
        wanted = topic_name(topic)
        targets = [s for s in self.shop.store.all("subscription").values() if s["topic"] == wanted]
        if not targets:
            return
        body = payload(self.shop, topic, resource)
        event = str(uuid.UUID(int=random.getrandbits(128), version=4))
        for subscription in targets:
            self._plan(topic, subscription, included(body, subscription["includeFields"]), event)
        self._wake.notify_all()

    def _plan(self, topic: str, subscription: dict, body: dict, event: str) -> None:
        """Decide by the seeded plan what becomes of a delivery."""
        plan = self.shop.settings["webhooks"]["plan"]
        index = self.shop.store.next("webhook")
        chance = random.Random(f"{plan['seed']}/{index}")
        drop, double, late = (chance.random() < plan[name] for name in ("drop", "duplicate", "reorder"))
        if plan["topics"] and topic not in plan["topics"]:
            drop = double = late = False
        wait = chance.uniform(0.2, 1.0) * plan["reorder_seconds"] if late else 0.0
        moment = now()
        row = {
            "webhook_id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "event_id": event,
            "topic": topic,
            "subscription": subscription["id"],
            "uri": subscription["uri"],
            "version": subscription["version"],
            "triggered_at": moment.isoformat().replace("+00:00", "Z"),
            "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
            "resource": body.get("id"),
            "status": "dropped" if drop else "pending",
            "planned": [n for n, on in (("drop", drop), ("duplicate", double), ("reorder", late)) if on],
            "attempts": [],
            "duplicate_of": None,
            "due": time.time() + wait,
        }
        key = self.add(row)
        if double and not drop:
            self.add({**row, "attempts": [], "duplicate_of": key, "due": row["due"] + chance.uniform(0, 0.5)})

    def add(self, row: dict[str, Any]) -> int:
        """Store a delivery and queue it when it is pending; its number."""
        key = self.shop.ids("delivery")
        self.shop.store.put("delivery", key, {**row, "id": key})
        if row["status"] == "pending":
            heapq.heappush(self._heap, (row["due"], key))
            self._wake.notify_all()
        return key

    def pending(self) -> int:
        """How many deliveries are waiting or under way."""
        with self._wake:
            return len(self._heap) + self._at_work

    def hurry(self) -> None:
        """Make everything that waits due now."""
        with self._wake:
            moment = time.time()
            for _due, key in self._heap:
                row = self.shop.store.get("delivery", key)
                row["due"] = min(row["due"], moment)
                self.shop.store.put("delivery", key, row)
            self.reload()
            self.shop.store.commit()
            self._wake.notify_all()

    def wake(self) -> None:
        """Look at the settings again: as many senders as they say, never fewer."""
        with self._wake:
            wanted = min(MOST_THREADS, self.shop.settings["webhooks"]["concurrency"])
            for index in range(len(self._threads), wanted):
                thread = threading.Thread(target=self._work, args=(index,), daemon=True, name=f"webhook-{index}")
                self._threads.append(thread)
                thread.start()
            self._wake.notify_all()

    def _work(self, index: int) -> None:
        session = requests.Session()
        session.trust_env = False  # the receiver is local: no proxy, no netrc
        while True:
            row = self._take(index)
            if row is None:
                return
            outcome = self._send(session, row)
            with self._wake:
                self._at_work -= 1
                if self._stopped:
                    return  # unbooked: it is sent again after a restart
                self._settle(row, outcome)
                self.shop.store.commit()
                self._wake.notify_all()

    def _take(self, index: int) -> dict[str, Any] | None:
        """The next delivery that is due; None when the sandbox stops."""
        with self._wake:
            while not self._stopped:
                options = self.shop.settings["webhooks"]
                wait = None
                if index < options["concurrency"] and not options["paused"] and self._heap:
                    wait = self._heap[0][0] - time.time()
                    if wait <= 0:
                        _due, key = heapq.heappop(self._heap)
                        row = self.shop.store.get("delivery", key)
                        if row is None or row["status"] != "pending":
                            continue
                        self._at_work += 1
                        return row
                self._wake.wait(wait)
            return None

    def _send(self, session: requests.Session, row: dict[str, Any]) -> dict[str, Any]:
        """Make one attempt; what came of it."""
        body = row["body"].encode()
        started = time.monotonic()
        attempt: dict[str, Any] = {"at": now().isoformat(), "status": None, "error": None}
        try:
            answer = session.post(
                row["uri"],
                data=body,
                headers=self._headers(row, body),
                allow_redirects=False,
                timeout=self.shop.settings["webhooks"]["timeout_seconds"],
                verify=False,
            )
            attempt["status"] = answer.status_code
            if answer.status_code >= 300:
                attempt["error"] = answer.text[:ANSWER_EXCERPT]
        except requests.RequestException as error:
            attempt["error"] = f"{type(error).__name__}: {error}"[:ANSWER_EXCERPT]
        attempt["milliseconds"] = round((time.monotonic() - started) * 1000, 1)
        return attempt

    def _headers(self, row: dict[str, Any], body: bytes) -> dict[str, str]:
        settings = self.shop.settings
        secret = settings["client_secret"]
        if settings["sign_with"] == "previous" and settings["previous_secrets"]:
            secret = settings["previous_secrets"][-1]
        return {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": row["topic"],
            "X-Shopify-Hmac-Sha256": sign(body, secret),
            "X-Shopify-Shop-Domain": settings["shop"]["myshopifyDomain"],
            "X-Shopify-API-Version": row["version"],
            "X-Shopify-Webhook-Id": row["webhook_id"],
            "X-Shopify-Event-Id": row["event_id"],
            "X-Shopify-Triggered-At": row["triggered_at"],
        }

    def _settle(self, row: dict[str, Any], attempt: dict[str, Any]) -> None:
        """Book an attempt: delivered, to be tried again, or lost."""
        row["attempts"].append(attempt)
        subscription = self.shop.store.get("subscription", row["subscription"])
        if attempt["status"] and 200 <= attempt["status"] < 300:
            row["status"] = "delivered"
        else:
            options = self.shop.settings["webhooks"]
            retry = len(row["attempts"]) - 1
            if retry < len(options["retry_seconds"]):
                row["due"] = time.time() + options["retry_seconds"][retry] * options["retry_scale"]
                heapq.heappush(self._heap, (row["due"], row["id"]))
            else:
                row["status"] = "lost"
                if subscription and options["delete_failing_subscriptions"]:
                    self.shop.store.delete("subscription", subscription["id"])
        if self.shop.store.get("delivery", row["id"]) is not None:
            self.shop.store.put("delivery", row["id"], row)


def sign(body: bytes, secret: str) -> str:
    """X-Shopify-Hmac-Sha256 of a body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
