"""Second thoughts: payments that come late, orders edited, refunded and cancelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .orders import look_now
from .prepare import World
from .quiet import wait_quiet

#: how many orders each thing happens to, of a hundred
SHARE = 2


def change_orders(world: World, placed: Sequence[str]) -> dict[str, int]:
    """Let things happen to orders that Odoo has, before anything of them has left.

    :return: how often each thing happened
    """
    shop, count = world.shop, max(1, len(placed) * SHARE // 100)
    orders = shop.orders()
    confirmed = [orders[key] for key in _of_state(world, placed, "sale")]
    world.chance("changes").shuffle(confirmed)
    unpaid = [orders[key] for key in _held(world, placed, "payment")]
    done = {"paid late": _each(unpaid[::2], lambda order: shop.do(order["id"], "pay"))}
    plain = [order for order in confirmed if _is_untouched(order)]
    taken = iter(range(0, len(plain), count))
    groups = [plain[start : start + count] for start, __ in zip(taken, range(4), strict=False)]
    actions: list[tuple[str, Callable[[dict], Any]]] = [
        ("cancelled at the shop", lambda order: shop.do(order["id"], "cancel")),
        ("edited at the shop", lambda order: _one_more(world, order)),
        ("refunded in part", lambda order: _one_back(world, order)),
        ("cancelled in Odoo", lambda order: _cancel_in_odoo(world, order)),
    ]
    for (name, action), group in zip(actions, groups, strict=False):
        done[name] = _each(group, action)
    world.tell.say(", ".join(f"{count} {name}" for name, count in done.items()))
    wait_quiet(world)
    # some of these webhooks were dropped, too
    look_now(world)
    return done


def _of_state(world: World, placed: Sequence[str], state: str) -> list[str]:
    rows = world.odoo.rows(
        "sale.order",
        [
            ("integration_backend_id", "=", world.backend_id),
            ("integration_external_id", "in", list(placed)),
            ("state", "=", state),
            ("integration_hold", "=", False),
        ],
        ["integration_external_id"],
        order="id",
    )
    return [row["integration_external_id"] for row in rows]


def _held(world: World, placed: Sequence[str], kind: str) -> list[str]:
    rows = world.odoo.rows(
        "sale.order",
        [("integration_hold", "=", kind), ("integration_external_id", "in", list(placed))],
        ["integration_external_id"],
        order="id",
    )
    return [row["integration_external_id"] for row in rows]


def _is_untouched(order: dict[str, Any]) -> bool:
    """Whether an order is paid, of goods only, with nothing edited, refunded or shipped.

    Of the first line at least two units were bought, so that one can be given back.
    """
    first = order["lines"][0]
    return (
        order["financial_status"] == "PAID"
        and not order["edited"]
        and not order["fulfillments"]
        and first["current_quantity"] == first["quantity"] > 1
        and all(line["requires_shipping"] and not line["tip"] for line in order["lines"])
    )


def _one_more(world: World, order: dict[str, Any]) -> None:
    world.shop.do(order["id"], "edit", lines=[{"line": 0, "quantity": 1}])


def _one_back(world: World, order: dict[str, Any]) -> None:
    world.shop.do(order["id"], "refund", lines=[{"line": 0, "quantity": 1}], restock="CANCEL")


def _cancel_in_odoo(world: World, order: dict[str, Any]) -> None:
    found = world.odoo.rows("sale.order", [("integration_external_id", "=", order["id"])], ["locked"])
    locked = [row["id"] for row in found if row["locked"]]
    if locked:
        world.odoo.press("sale.order", "action_unlock", locked)
    world.odoo.press("sale.order", "action_cancel", [row["id"] for row in found])


def _each(orders: Sequence[dict[str, Any]], action: Callable[[dict], Any]) -> int:
    for order in orders:
        action(order)
    return len(orders)
