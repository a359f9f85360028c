"""Run beside Odoo: a catalogue kept in step by the hub, and one product after the other.

Reads one line of JSON {"things": n, "sample": n}, answers with one.
"""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from typing import Any

from benchmarks import _odoo
from benchmarks._matching_beside import goods, load

#: percent off the sales price on the price list: at first, then changed twice
BEFORE, AFTER, LATER = 10, 12, 15
PRICE = 20.0
#: products that a shop takes as one file
MANY = 250


class ShopInMemory:
    """Lists variants and takes new prices; what an adapter of the suite is."""

    full_state_topics = frozenset()

    def __init__(self, prices: dict[str, Decimal]):
        self.prices = prices

    def _document(self, key: str) -> Any:
        from odoo.addons.connector_oms.lib.documents import Product

        return Product(external_id=key, group_id=f"p{key[1:]}", title="x", price=self.prices[key], currency="USD")

    def list_products(self, descriptions: bool = False) -> Any:
        """All that is listed."""
        return map(self._document, list(self.prices))

    def read_products(self, keys: list[str], descriptions: bool = False) -> dict[str, Any]:
        """Some of it."""
        return {key: self._document(key) for key in keys}

    def prepare(self, topic: str, document: Any) -> list[Any]:
        """One call a product, or one for all of many, as at Shopify."""
        parts = [document.listings] if len(document.listings) >= MANY else [[one] for one in document.listings]
        return [self._call(f"{document.reference}:{part[0].group_id}", part) for part in parts]

    def _call(self, key: str, entries: Any) -> Any:
        from odoo.addons.connector_base.lib.adapter import Call

        values = [{"external_id": one.external_id, "field": "price", "value": str(one.price)} for one in entries]
        return Call(key=key, operation="set", body=json.dumps(values).encode(), meta={"values": values})

    def send(self, call: Any) -> Any:
        """Take a price over."""
        from odoo.addons.connector_base.lib.adapter import CallResult

        for item in call.meta["values"]:
            self.prices[item["external_id"]] = Decimal(item["value"])
        return CallResult(data={"refused": []})


def prepare(registry: Any, ids: list[int]) -> dict[str, int]:
    """A backend with a price list, all products linked by SQL: ids of backend, flow and rule."""
    with _odoo.environment(registry) as env:
        currency = env.ref("base.main_company").currency_id.id
        pricelist = env["product.pricelist"].create({"name": "Bench", "currency_id": currency})
        values = {"pricelist_id": pricelist.id, "applied_on": "3_global", "compute_price": "percentage"}
        rule = env["product.pricelist.item"].create({**values, "percent_price": BEFORE})
        env.cr.execute("UPDATE product_template SET list_price = %s WHERE default_code IS NOT NULL", (PRICE,))
        backend = env["integration.backend"].create(
            {"name": "Benchmark", "kind": "shopify", "environment": "test", "base_url": "https://shop.example.com"}
        )
        backend.pricelist_id = pricelist
        backend.sudo().fingerprint = backend._database_fingerprint()
        backend.state = "running"
        env.cr.execute(
            """INSERT INTO integration_product_binding
                      (backend_id, company_id, external_id, record_id, group_id, is_listed)
               SELECT %s, %s, 'v' || n, product, 'p' || n, TRUE
                 FROM unnest(%s::int[]) WITH ORDINALITY AS x(product, n)""",
            (backend.id, backend.company_id.id, ids),
        )
        env.cr.execute("ANALYZE integration_product_binding")
        flow = backend._flow("catalogue.out")
        return {"backend": backend.id, "flow": flow.id, "rule": rule.id, "pricelist": pricelist.id}


def work(registry: Any, flow_id: int, until: Any) -> None:
    """The flow's job and its drains, until something holds."""
    while True:
        with _odoo.environment(registry) as env:
            flow = env["integration.flow"].browse(flow_id)
            flow._job_publish_catalogue()
            while flow._drain_batch():
                pass
            if until(env):
                return


def is_settled(env: Any) -> bool:
    """Whether nothing is to be compared or sent any more."""
    env.cr.rollback()
    env.cr.execute(
        """SELECT NOT EXISTS (SELECT 1 FROM integration_catalogue_value
                                WHERE asks > seen OR state IN ('send', 'sending'))
              AND NOT EXISTS (SELECT 1 FROM integration_catalogue_mark)
              AND NOT EXISTS (SELECT 1 FROM integration_catalogue_run WHERE is_sweeping)"""
    )
    return env.cr.fetchone()[0]


def one_by_one(registry: Any, known: dict[str, int], ids: list[int], shop: ShopInMemory) -> float:
    """What a script does: price, read, compare and send each product. Seconds."""
    begun = time.perf_counter()
    for number, product_id in enumerate(ids, 1):
        with _odoo.environment(registry) as env:
            product = env["product.product"].browse(product_id)
            price = env["product.pricelist"].browse(known["pricelist"])._get_product_price(product, 1.0)
            (document,) = shop.read_products([f"v{number}"]).values()
            if document.price != Decimal(f"{price:.2f}"):
                shop.prices[f"v{number}"] = Decimal(f"{price:.2f}")
    return time.perf_counter() - begun


def timed(work_of: Any) -> float:
    """Seconds that something takes."""
    begun = time.perf_counter()
    work_of()
    return time.perf_counter() - begun


def reprice(registry: Any, known: dict[str, int], percent: int, name: str, result: dict[str, Any]) -> None:
    """Change the rule of the price list; ``<name>_seconds`` and ``<name>_messages`` until the shop has all."""
    with _odoo.environment(registry) as env:
        before = env["integration.message"].search_count([])
        env["product.pricelist.item"].browse(known["rule"]).percent_price = percent
    result[f"{name}_seconds"] = timed(lambda: work(registry, known["flow"], is_settled))
    with _odoo.environment(registry) as env:
        result[f"{name}_messages"] = env["integration.message"].search_count([]) - before


def run(registry: Any, order: dict[str, int]) -> dict[str, Any]:
    """Compare, reprice all, reprice one; then the other side."""
    with _odoo.environment(registry) as env:
        ids = load(env, goods(order["things"]))
    known = prepare(registry, ids)
    # a tenth of the shop's prices is not Odoo's
    right = Decimal("18.00")
    shop = ShopInMemory({f"v{n}": right + (n % 10 == 0) for n in range(1, len(ids) + 1)})
    registry["integration.backend"]._build_adapter_shopify = lambda self: shop
    result: dict[str, Any] = {}
    with _odoo.environment(registry) as env:
        env["integration.backend"].browse(known["backend"]).price_owner = "compare"
    result["compare_seconds"] = timed(lambda: work(registry, known["flow"], is_settled))
    with _odoo.environment(registry) as env:
        result["differ"] = env["integration.catalogue.value"].search_count([("state", "=", "differs")])
        env["integration.backend"].browse(known["backend"]).price_owner = "odoo"
    work(registry, known["flow"], is_settled)
    kind = registry["integration.backend"]
    in_bulk, kind._catalogue_bulk = kind._catalogue_bulk, lambda self: None
    reprice(registry, known, AFTER, "reprice", result)
    result["sent"] = sum(price == Decimal("17.60") for price in shop.prices.values())
    with _odoo.environment(registry) as env:
        env["product.product"].browse(ids[0]).list_price = 21.0
    result["one_seconds"] = timed(lambda: work(registry, known["flow"], is_settled))
    result["wrong"] = len(ids) - result["sent"] + (shop.prices["v1"] != Decimal("18.48"))
    kind._catalogue_bulk = in_bulk
    reprice(registry, known, LATER, "bulk", result)
    result["wrong"] += sum(price != Decimal("17.00") for key, price in shop.prices.items() if key != "v1")
    with _odoo.environment(registry) as env:
        env["product.pricelist.item"].browse(known["rule"]).percent_price = BEFORE
    sample = ids[: order["sample"]]
    result["naive_seconds"] = one_by_one(registry, known, sample, shop) * len(ids) / len(sample)
    return result


if __name__ == "__main__":
    opened = _odoo.open_registry(*sys.argv[1:3])
    while wish := _odoo.hear():
        _odoo.say(run(opened, wish))
