"""The local shop as its oracle shows it, and what a merchant does there."""

from __future__ import annotations

from typing import Any

import requests

PATIENCE = 120


class Shop:
    """The oracle of ``sandbox.shopify``.

    :param url: the sandbox, without a slash at the end
    """

    def __init__(self, url: str):
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False

    def get(self, path: str, **query: Any) -> Any:
        """Ask; see ``sandbox/README.md`` for the paths below ``/_oracle``."""
        return self._ask("GET", path, params=query)

    def post(self, path: str, data: Any = None) -> Any:
        """Make something happen."""
        return self._ask("POST", path, json={} if data is None else data)

    def patch(self, path: str, data: Any) -> Any:
        """Change settings."""
        return self._ask("PATCH", path, json=data)

    def delete(self, path: str) -> Any:
        """Clear something."""
        return self._ask("DELETE", path)

    def order(self, key: str) -> dict[str, Any]:
        """One order by id or name."""
        return self.get(f"orders/{key.rpartition('/')[2].replace('#', '%23')}")

    def orders(self) -> dict[str, dict[str, Any]]:
        """All orders by id."""
        return {row["id"]: row for row in self.get("orders")["orders"]}

    def do(self, order: str, action: str, **data: Any) -> dict[str, Any]:
        """What a merchant does with an order: pay, edit, cancel, refund, ...

        :param order: its global id
        """
        return self.post(f"orders/{order.rpartition('/')[2]}/{action}", data)

    def pending(self) -> int:
        """Webhooks that wait or are under way."""
        return self.get("health")["deliveries_pending"]

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        answer = self._session.request(method, f"{self.url}/_oracle/{path}", timeout=PATIENCE, **options)
        if answer.status_code >= 400:
            raise ValueError(f"{method} /_oracle/{path}: {answer.text[:500]}")
        return answer.json()
