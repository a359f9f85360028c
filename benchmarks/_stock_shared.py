"""What `stock` measures the second time: two channels, a pool, kits, rules, buffers."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

from benchmarks import _odoo
from benchmarks._prepare import CLIENT
from benchmarks._stock_data import SEED

#: kits, each of two parts, and products that lie in the second warehouse of a pool
KITS, POOLED = 2_000, 20_000
#: longer than a round takes that was begun before
CALM_SECONDS = 5


def share(registry: Any, order: dict[str, Any]) -> dict[str, int]:
    """Let a second channel divide all warehouses with the first; levels are published as they are then.

    The second is paused, so that only the first works, and keeps what it was told of.

    :param order: {backend_id, warehouses, products: those that the shop has}
    :return: how much there is of everything
    """
    with _odoo.environment(registry) as env:
        # no round may come in between: both would write the same rows
        env["integration.backend"].browse(order["backend_id"]).state = "paused"
    time.sleep(CALM_SECONDS)
    with _odoo.environment(registry) as env:
        first = env["integration.backend"].browse(order["backend_id"])
        env.cr.execute("SELECT record_id FROM integration_product_binding WHERE backend_id = %s", (first.id,))
        products = sorted(row[0] for row in env.cr.fetchall())
        second = _second(env, first, order["warehouses"], products)
        pooled = _pool(env, first, products)
        kits = _kits(env, [product for product in products if product not in set(order["products"])])
        env["integration.stock.rule"].create({"buffer_units": 1})
        env["stock.warehouse"].browse(order["warehouses"]).write({"integration_buffer_percent": 5})
        env.flush_all()
        env.cr.execute("ANALYZE integration_product_binding, integration_stock_kit, stock_quant")
        _settle(env, second)
        # what the shop really has it has to be told of: the server does that next
        _settle(env, first, apart=order["products"])
        env.cr.execute("ANALYZE integration_stock_level")
        env.cr.execute("DELETE FROM integration_stock_dirty")
        env.cr.execute("DELETE FROM queue_job")
        first.state = "running"
        return {"channels": 2, "kits": kits, "pooled": pooled, "rules": 1}


def _second(env: Any, first: Any, warehouses: list[int], products: list[int]) -> Any:
    second = env["integration.backend"].create(
        {
            "name": "Benchmark, second channel",
            "kind": "shopify",
            "environment": "test",
            "base_url": first.base_url,
            "shopify_auth": "client",
            "shopify_client_id": CLIENT["id"],
            "shopify_client_secret": CLIENT["secret"],
        }
    )
    env["integration.location.binding"].create(
        [{"backend_id": second.id, "external_id": f"place-{w}", "record_id": w} for w in warehouses]
    )
    env.flush_all()
    env.cr.execute(
        """INSERT INTO integration_product_binding
                  (backend_id, company_id, external_id, stock_id, record_id, is_listed)
           SELECT %s, %s, 'variant-' || p, 'stock-' || p, p, TRUE FROM unnest(%s::int[]) p""",
        (second.id, second.company_id.id, products),
    )
    second.flow_ids.poll_minutes = 0
    second.state = "paused"
    return second


def _pool(env: Any, first: Any, products: list[int]) -> int:
    """A fourth warehouse behind the first place of the first channel."""
    reserve = env["stock.warehouse"].create({"name": "Bench reserve", "code": "B9"})
    place = env["integration.location.binding"].search([("backend_id", "=", first.id)], order="id", limit=1)
    env["integration.stock.source"].create({"binding_id": place.id, "warehouse_id": reserve.id, "sequence": 20})
    env.flush_all()
    pooled = random.Random(SEED).sample(products, min(POOLED, len(products)))
    env.cr.execute(
        """INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date,
                                    create_uid, write_uid, create_date, write_date)
           SELECT p, %s, %s, 7, 0, now() AT TIME ZONE 'UTC', 1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
             FROM unnest(%s::int[]) p""",
        (reserve.lot_stock_id.id, reserve.company_id.id, pooled),
    )
    return len(pooled)


def _kits(env: Any, products: list[int]) -> int:
    """Every 40th product is a kit of the two after it."""
    chosen = range(0, len(products) - 2, max(3, len(products) // KITS))
    rows = [(products[n], products[n + part], part + 1) for n in chosen for part in (1, 2)]
    env.cr.execute(
        "INSERT INTO integration_stock_kit (product_id, component_id, quantity)"
        " SELECT * FROM unnest(%s::int[], %s::int[], %s::int[])",
        [list(column) for column in zip(*rows, strict=True)],
    )
    return len(chosen)


def _settle(env: Any, backend: Any, apart: Sequence[int] = ()) -> None:
    """All levels of a backend as they have to be, and as if the channel had accepted them.

    :param apart: products of which the channel is still to be told
    """
    from odoo.addons.connector_oms.stock.publish import Round

    round_ = Round(backend._flow("stock.out"), True)
    round_._enter()
    rows = round_._changes(sorted({row["place_id"] for row in round_.offer.own}))
    round_._add([row for row in rows if not row[0]])
    round_._change([row for row in rows if row[0]])
    env.cr.execute(
        """UPDATE integration_stock_level
              SET published = available, known = available, published_version = version, recheck = FALSE,
                  told_parts = parts
            WHERE backend_id = %s AND product_id <> ALL (%s)""",
        (backend.id, list(apart)),
    )


def recheck(registry: Any, order: dict[str, Any]) -> dict[str, Any]:
    """What levels are now, and how many a recompute of everything would change.

    :param order: {backend_id, pairs: [[product, place]]}
    :return: {expected: [[product, place, units]], wrong: levels}
    """
    from odoo import SUPERUSER_ID, api

    from odoo.addons.connector_base.transaction import in_own_transaction

    def work(cr: Any) -> dict[str, Any]:
        return _recheck(api.Environment(cr, SUPERUSER_ID, {}), order)

    # the server's last round may not be over yet: then ours begins anew, as any round does
    return in_own_transaction(registry, work)


def _recheck(env: Any, order: dict[str, Any]) -> dict[str, Any]:
    from odoo.addons.connector_oms.stock.publish import Round

    backend = env["integration.backend"].browse(order["backend_id"])
    round_ = Round(backend._flow("stock.out"), True)
    round_._enter()
    wrong = round_._changes(sorted({row["place_id"] for row in round_.offer.own}))
    env.cr.execute(
        """SELECT l.product_id, l.warehouse_id, l.available FROM integration_stock_level l
             JOIN unnest(%s::int[], %s::int[]) v(p, w) ON l.product_id = v.p AND l.warehouse_id = v.w
            WHERE l.backend_id = %s""",
        (*map(list, zip(*order["pairs"], strict=True)), backend.id),
    )
    return {"expected": [list(row) for row in env.cr.fetchall()], "wrong": len(wrong)}
