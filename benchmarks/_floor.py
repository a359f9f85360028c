"""Run beside Odoo: the least that the ORM itself needs for the same orders.

Values are prepared beforehand; orders are made by one create a batch and confirmed as
one record set, each batch in a transaction of its own. Nothing is looked up, checked,
linked, logged or fetched.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from benchmarks import _odoo
from benchmarks._shop import parts

BATCH = 25


def values_of(order: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Values of one order."""
    return {
        "partner_id": facts["partners"][order["email"]],
        "client_order_ref": order["name"],
        "warehouse_id": facts["warehouse_id"],
        "order_line": [
            (
                0,
                0,
                {
                    "product_id": facts["products"].get(row["sku"], facts["shipping_product_id"]),
                    "name": row["name"],
                    "product_uom_qty": row["quantity"],
                    "price_unit": row["price"],
                    "tax_ids": [(6, 0, [facts["taxes"][f"{rate:g}"] for rate in row["rates"]])],
                },
            )
            for row in parts(order)
        ],
    }


def _batches(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def bring(registry: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Create and confirm: the ids of the orders."""
    made: list[int] = []
    for batch in _batches(rows):
        with _odoo.environment(registry, tracking_disable=True) as env:
            orders = env["sale.order"].create(batch)
            orders.action_confirm()
        made += orders.ids
    return made


def reserve(registry: Any, ids: list[int]) -> int:
    """Reserve what these orders need as Odoo does it: how many moves have all of it."""
    count = 0
    for batch in _batches(ids):
        with _odoo.environment(registry, tracking_disable=True) as env:
            moves = env["sale.order"].browse(batch).picking_ids.move_ids
            moves._action_assign()
            count += len(moves.filtered(lambda move: move.state == "assigned"))
    return count


def main() -> None:
    """Hear facts and orders, answer when ready; then hear what to do."""
    registry = _odoo.open_registry(*sys.argv[1:])
    facts = _odoo.hear()
    bring(registry, [values_of(order, facts) for order in facts["warm_up"]])
    rows = [values_of(order, facts) for order in facts["orders"]]
    _odoo.say("ready")
    while (what := _odoo.hear()) is not None:
        if what == "bring":
            _odoo.say(bring(registry, rows))
        else:
            _odoo.say(reserve(registry, what))


if __name__ == "__main__":
    main()
