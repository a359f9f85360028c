"""Run beside Odoo: load the stock of `stock`, time its SQL, change quants.

Reads lines of JSON {"do": ...}, answers each with one.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from typing import Any

from benchmarks import _odoo
from benchmarks._prepare import CLIENT
from benchmarks._stock_data import SEED, StockData
from benchmarks._stock_shared import recheck, share

TRIES = 7


def load(registry: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Products and stock; a connected backend; levels of all products, published as they are.

    :param order: {products, shop_url, locations: ids, items: the shop's inventory item ids}
    """
    with _odoo.environment(registry) as env:
        # most items are unknown to the local shop: the daily comparison would find them all missing
        env.ref("connector_oms.cron_recompute_stock").active = False
        warehouses, products = StockData(env, order["products"]).load()
        backend = _backend(env, order["shop_url"])
        env["integration.location.binding"].create(
            [
                {"backend_id": backend.id, "external_id": place, "record_id": warehouse}
                for place, warehouse in zip(order["locations"], warehouses, strict=True)
            ]
        )
        real = products[: len(order["items"])]
        _bind_by_sql(env, backend, products[len(real) :])
        _publish_by_sql(env, backend, warehouses)
        env.cr.execute("DELETE FROM queue_job")
        backend_id, flow_id = backend.id, backend._flow("stock.out").id
    with _odoo.environment(registry) as env:
        env["integration.backend"].browse(backend_id).action_connect()
    with _odoo.environment(registry) as env:
        # through the ORM: the server reads what the shop holds of these, and publishes them
        env["integration.product.binding"].create(
            [
                {"backend_id": backend_id, "external_id": f"variant-{p}", "stock_id": item, "record_id": p}
                for p, item in zip(real, order["items"], strict=True)
            ]
        )
    return {"backend_id": backend_id, "flow_id": flow_id, "warehouses": warehouses, "products": real}


def _backend(env: Any, shop_url: str) -> Any:
    backend = env["integration.backend"].create(
        {
            "name": "Benchmark",
            "kind": "shopify",
            "environment": "test",
            "base_url": shop_url,
            "shopify_auth": "client",
            "shopify_client_id": CLIENT["id"],
            "shopify_client_secret": CLIENT["secret"],
        }
    )
    backend.flow_ids.poll_minutes = 0
    return backend


def _bind_by_sql(env: Any, backend: Any, products: list[int]) -> None:
    env.cr.execute(
        """INSERT INTO integration_product_binding
                  (backend_id, company_id, external_id, stock_id, record_id, is_listed)
           SELECT %s, %s, 'variant-' || p, 'stock-' || p, p, TRUE FROM unnest(%s::int[]) p""",
        (backend.id, backend.company_id.id, products),
    )
    env.cr.execute("ANALYZE integration_product_binding")


def _publish_by_sql(env: Any, backend: Any, warehouses: list[int]) -> None:
    """Levels with the right values, as if the channel had accepted all of them."""
    from odoo.addons.connector_oms.stock.publish import Round

    env.flush_all()  # the statements read what the ORM may not have written yet
    round_ = Round(backend._flow("stock.out"), True)
    round_._enter()
    round_._add(round_._changes(warehouses))
    env.cr.execute(
        """UPDATE integration_stock_level
              SET published = available, known = available, published_version = version, recheck = FALSE"""
    )
    # what filling the table left behind would be charged to the first reader
    env.cr.execute("ANALYZE integration_stock_level")


def times(registry: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Seconds of the bare SQL (with its answer fetched, and only counted) and of the comparison.

    :param order: {backend_id, warehouses}
    """
    from odoo.addons.connector_oms.lib import availability, offer_sql
    from odoo.addons.connector_oms.stock.offer import Offer

    with _odoo.environment(registry) as env:
        cr, expiry = env.cr, env["integration.stock.availability"]._has_expiry()
        backend = env["integration.backend"].browse(order["backend_id"])
        offer = Offer(backend)
        places = sorted({row["place_id"] for row in offer.own})
        values = {"backend_id": backend.id, "company_id": backend.company_id.id, **offer.values(places)}
        shape, with_parts = offer.shape(of_pairs=False), offer.with_parts
        bare = availability.availability_sql(of_products=False, expiry=expiry, kits=offer.kits)
        statements = {
            "bare": bare,
            "bare, counted": f"SELECT count(*), sum(units) FROM ({bare}) found",
            "offered": offer_sql.offered_sql(shape, with_parts=with_parts),
            "compared": offer_sql.changed_sql(shape, with_parts=with_parts),
            "newly linked": offer_sql.missing_sql(of_pairs=False),
        }
        found = {name: [] for name in statements}
        for __ in range(TRIES):  # in turn, so that a busy moment hits all alike
            for name, statement in statements.items():
                begun = time.perf_counter()
                cr.execute(statement, values)
                rows = len(cr.fetchall())
                found[name].append((time.perf_counter() - begun, rows))
        medians = {name: statistics.median(row[0] for row in rows) for name, rows in found.items()}
        orm = _orm_seconds(env, order["warehouses"])
    return {"seconds": medians, "pairs": found["bare"][0][1], "differ": found["compared"][0][1], "orm": orm}


def _orm_seconds(env: Any, warehouses: list[int]) -> float:
    """What `free_qty` would take for all pairs, reckoned from 1,000 products."""
    products = env["product.product"].search([("default_code", "like", "BENCH-%")], limit=1000)
    total = env["product.product"].search_count([("default_code", "like", "BENCH-%")])
    env.invalidate_all()
    begun = time.perf_counter()
    for warehouse in warehouses:
        products.with_context(warehouse_id=warehouse).mapped("free_qty")
    return (time.perf_counter() - begun) * total / len(products)


def change(registry: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Change quants through the ORM and commit.

    :param order: {count, round, products, warehouses}
    :return: {at: the database's time after the commit, expected: [[product, warehouse, units]]}
    """
    rng = random.Random(f"{SEED}-{order['round']}")
    with _odoo.environment(registry) as env:
        quants = env["stock.quant"].search(
            [("product_id", "in", order["products"]), ("location_id.warehouse_id", "in", order["warehouses"])]
        )
        by_pair = {(q.product_id.id, q.location_id.warehouse_id.id): q for q in quants}
        chosen = rng.sample(sorted(by_pair), order["count"])
        for pair in chosen:
            by_pair[pair].quantity += rng.randint(1, 9)
    with _odoo.environment(registry) as env:
        env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        at = env.cr.fetchone()[0].isoformat()
        expected = [[p, w, _sellable(env, p, w)] for p, w in chosen]
    return {"at": at, "expected": expected}


def _sellable(env: Any, product_id: int, warehouse_id: int) -> int:
    """By the ORM: free, less the demand that is not reserved. No line of it is the hub's."""
    product = env["product.product"].browse(product_id).with_context(warehouse_id=warehouse_id)
    moves = env["stock.move"].search(
        [
            ("product_id", "=", product_id),
            ("location_id.warehouse_id", "=", warehouse_id),
            ("location_dest_id.usage", "=", "customer"),
            ("state", "in", ("confirmed", "partially_available")),
        ]
    )
    open_units = sum(moves.mapped("product_qty")) - sum(moves.mapped("quantity"))
    return max(0, int(product.free_qty - open_units))


def main() -> None:
    """Serve the database named on the command line."""
    conf, database = sys.argv[1:]
    registry = _odoo.open_registry(conf, database)
    commands = {"load": load, "times": times, "change": change, "share": share, "recheck": recheck}
    while order := _odoo.hear():
        _odoo.say(commands[order.pop("do")](registry, order))


if __name__ == "__main__":
    main()
