"""The orders of a benchmark: placed in the sandbox, and read from it as any client may."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.common import oracle, session

VARIANTS = 300
LINES = 3
TOKEN = "sandbox-admin-token"
#: below the 1,000 points that Shopify allows one query
ORDERS_PER_CALL = 20

_ORDERS = """
query Orders($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Order {
      id name email createdAt taxesIncluded
      customer { displayName }
      billingAddress { name address1 address2 city zip provinceCode countryCodeV2 phone }
      shippingAddress { name address1 address2 city zip provinceCode countryCodeV2 phone }
      currentTotalPriceSet { shopMoney { amount } }
      shippingLines(first: 2) { nodes { title discountedPriceSet { shopMoney { amount } } taxLines { title rate } } }
      lineItems(first: 10) {
        nodes { sku title currentQuantity originalUnitPriceSet { shopMoney { amount } } taxLines { title rate } }
      }
    }
  }
}"""


class Shop:
    """The sandbox, seen from outside.

    :param url: its address
    """

    def __init__(self, url: str):
        self.url = url
        self._session = session()

    def reset(self) -> list[dict[str, Any]]:
        """Start with an empty shop; returns its variants."""
        oracle(self.url, "reset", {"variants": VARIANTS, "stock": 100_000})
        oracle(self.url, "cost", {"plan": "enterprise"})
        return oracle(self.url, "catalogue")["variants"]

    def place(self, count: int, seed: str) -> list[str]:
        """Customers buy; the ids of the orders. The same seed gives the same orders."""
        wanted = {"shape": "plain", "count": count, "lines": LINES, "seed": seed}
        placed = [row["id"] for row in oracle(self.url, "orders", wanted)["orders"]]
        time.sleep(1.1)  # a window of a look-up ends with a whole second
        return placed

    def read(self, ids: list[str]) -> list[dict[str, Any]]:
        """Orders by id, as the Admin API gives them."""
        found = []
        for start in range(0, len(ids), ORDERS_PER_CALL):
            answer = self._session.post(
                f"{self.url}/admin/api/2026-07/graphql.json",
                json={"query": _ORDERS, "variables": {"ids": ids[start : start + ORDERS_PER_CALL]}},
                headers={"X-Shopify-Access-Token": TOKEN},
                timeout=60,
            ).json()
            if "data" not in answer:
                raise RuntimeError(f"the sandbox answers {answer}")
            found += answer["data"]["nodes"]
        return found


def total(order: dict[str, Any]) -> float:
    """What an order comes to."""
    return float(order["currentTotalPriceSet"]["shopMoney"]["amount"])


def parts(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Lines and shipping of an order alike: {sku ("" for shipping), name, quantity, price, rates}."""
    rows = [
        {
            "sku": line["sku"],
            "name": line["title"],
            "quantity": line["currentQuantity"],
            "price": float(line["originalUnitPriceSet"]["shopMoney"]["amount"]),
            "rates": _rates(line),
        }
        for line in order["lineItems"]["nodes"]
    ]
    return rows + [
        {
            "sku": "",
            "name": line["title"],
            "quantity": 1,
            "price": float(line["discountedPriceSet"]["shopMoney"]["amount"]),
            "rates": _rates(line),
        }
        for line in order["shippingLines"]["nodes"]
    ]


def _rates(line: dict[str, Any]) -> list[float]:
    return [round(tax["rate"] * 100, 4) for tax in line["taxLines"]]


def customers(orders: list[dict[str, Any]]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(e-mail, name, addresses) of everybody who buys."""
    found: dict[str, tuple[str, list[dict[str, Any]]]] = {}
    for order in orders:
        name, addresses = found.setdefault(order["email"], (order["customer"]["displayName"], []))
        for address in (order["billingAddress"], order["shippingAddress"]):
            if address not in addresses:
                addresses.append(address)
    return [(email, name, addresses) for email, (name, addresses) in found.items()]


def taxes(orders: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """(title, rate) of all taxes."""
    lines = [line for order in orders for kind in ("lineItems", "shippingLines") for line in order[kind]["nodes"]]
    return sorted({(tax["title"], round(tax["rate"] * 100, 4)) for line in lines for tax in line["taxLines"]})
