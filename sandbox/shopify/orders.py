"""Orders as they are placed and changed, with stock, fulfilment orders and events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from . import fulfilment, work
from .fulfilment import Refused, orders_of, touch
from .generator import SHAPES, changes, generate
from .generator.spec import LineSpec, TaxSpec
from .inventory import level_of, move
from .shop import Shop
from .store import stamp


def place(
    shop: Shop,
    shape: str = "plain",
    seed: int | str | None = None,
    line_count: int | None = None,
    wanted: Sequence[tuple[str, int]] = (),
) -> dict[str, Any]:
    """Place one generated order; what happened to it before import included.

    :param shape: a name of ``SHAPES``
    :param seed: the same seed gives the same order over the same catalogue
    :param wanted: (SKU, quantity) of what is bought, where the shape leaves it open
    :raises ValueError: no such shape
    """
    if shape not in SHAPES:
        raise ValueError(f"no shape {shape!r}; there are: {', '.join(SHAPES)}")
    if seed is None:
        seed = f"{shop.seed}/{shop.store.next('placed')}"
    order, steps = generate(shape, seed, shop.goods, shop.ids, stamp(), line_count, wanted)
    order["seed"] = str(seed)
    _buyer(shop, order)
    fulfilment.route(shop, order)
    shop.store.put("order", order["id"], order)
    quiet, shop.listener = shop.listener, None
    try:
        for step in steps:
            STEPS[step["do"]](shop, order, step)
    finally:
        shop.listener = quiet
    shop.emit("orders/create", order)
    if order["financialStatus"] == "PAID":
        shop.emit("orders/paid", order)
    for fo in orders_of(shop, order):
        shop.emit("fulfillment_orders/order_routing_complete", fo)
    if steps:
        shop.emit("orders/updated", order)
    return order


def sold_out(shop: Shop, wanted: Sequence[tuple[str, int]]) -> list[str]:
    """SKUs of which no place has enough: a shop that does not oversell refuses them at checkout."""
    places = list(shop.store.all("location"))

    def is_there(sku: str, count: int) -> bool:
        item = shop.by_sku(sku)["item"]
        levels = [level_of(shop, item, place) for place in places]
        return any(level and level["available"] >= count for level in levels)

    return [sku for sku, count in wanted if not is_there(sku, count)]


def _buyer(shop: Shop, order: dict) -> None:
    """Find or register the customer and company of an order; keep their ids."""
    if order["customer"]:
        order["customer"] = _person(shop, order["customer"])["id"]
    if order["company"]:
        data = order["company"]
        company = _registered(
            shop, "company", "Company", data["key"], {"name": data["name"], "externalId": data["externalId"]}
        )
        branch = data["location"]
        location = _registered(
            shop,
            "branch",
            "CompanyLocation",
            f"{data['key']}/{branch['key']}",
            {
                "name": branch["name"],
                "externalId": branch["externalId"],
                "vat": branch["vat"],
                "company": company["id"],
            },
        )
        contact = _registered(
            shop,
            "contact",
            "CompanyContact",
            f"{data['key']}/{order['customer']}",
            {"customer": order["customer"], "company": company["id"]},
        )
        order["company"] = {"company": company["id"], "location": location["id"], "contact": contact["id"]}


def _person(shop: Shop, data: dict[str, Any]) -> dict[str, Any]:
    values = {key: value for key, value in data.items() if key != "key"}
    return _registered(shop, "customer", "Customer", data["key"], values)


def _registered(shop: Shop, kind: str, type_name: str, key: Any, values: dict) -> dict[str, Any]:
    """The thing known under a key, made at its first appearance."""
    known = shop.store.get("known", f"{kind}/{key}")
    if known is None:
        known = shop.store.put("known", f"{kind}/{key}", shop.ids(type_name))
        shop.store.put(kind, known, {**values, "id": known, "createdAt": stamp(), "updatedAt": stamp()})
    return shop.store.get(kind, known)


def find(shop: Shop, key: int | str) -> dict[str, Any]:
    """An order by id, name (``#1001``) or number.

    :raises ValueError: there is none
    """
    text = str(key).rpartition("/")[2]
    order = shop.store.get("order", int(text)) if text.isdigit() else None
    if order is None:
        name = text if text.startswith("#") else f"#{text}"
        order = next((o for o in shop.store.all("order").values() if o["name"] == name), None)
    if order is None:
        raise ValueError(f"no order {key}")
    return order


def edit(shop: Shop, order: dict, moves: Sequence[tuple[int, int]], added: Sequence[LineSpec] = ()) -> dict[str, Any]:
    """Edit an order: change quantities by line id, add lines.

    :raises ValueError: not possible
    """
    for line, delta in changes.edit(order, shop.ids, stamp(), moves, added):
        if delta < 0:
            fulfilment.take_off(shop, order, line, -delta)
        else:
            fulfilment.put_on(shop, order, line, delta)
    touch(shop, order)
    shop.emit("orders/edited", order)
    shop.emit("orders/updated", order)
    return order


def refund(
    shop: Shop, order: dict, units: Sequence[tuple[int, int, str]] = (), place_id: int | None = None, **options
) -> dict[str, Any]:
    """Refund units, shipping or an amount; see ``changes.refund``.

    :param place_id: where returned units go
    :raises ValueError: more than is left
    """
    restock = {line_id: kind for line_id, _count, kind in units}
    counts = {line_id: count for line_id, count, _kind in units}
    entry, effects = changes.refund(order, shop.ids, stamp(), units, **options)
    for line, delta in effects:
        kind = restock[line["id"]]
        fulfilment.take_off(shop, order, line, -delta, kind != "NO_RESTOCK")
        back = counts[line["id"]] + delta
        if kind == "RETURN" and back and line["item"]:
            target = place_id or _shipped_from(shop, order)
            if level_of(shop, line["item"], target):
                move(shop, line["item"], target, available=back)
    for row in entry["lines"]:
        row["location"] = place_id if row["restockType"] != "NO_RESTOCK" else None
    shop.store.put("refund", entry["id"], order["id"])
    touch(shop, order)
    shop.emit("refunds/create", {"order": order, "refund": entry})
    shop.emit("orders/updated", order)
    return entry


def _shipped_from(shop: Shop, order: dict) -> int:
    done = [shop.store.get("fulfillment", key) for key in order["fulfillments"]]
    return done[-1]["location"] if done else next(iter(shop.store.all("location")))


def why_not_cancel(order: dict[str, Any]) -> str:
    """The reason why an order cannot be cancelled, "" when it can."""
    if order["cancelledAt"]:
        return "Order has already been cancelled"
    if any(line["fulfilledQuantity"] for line in order["lines"]):
        return "Cannot cancel an order with fulfilled line items"
    return ""


def cancel(
    shop: Shop,
    order: dict,
    reason: str = "CUSTOMER",
    pay_back: bool = True,
    restock: bool = True,
    note: str | None = None,
) -> dict[str, Any]:
    """Cancel an order, by the API or by the merchant.

    :raises ValueError: it is cancelled already or something has shipped
    """
    effects = changes.cancel(order, shop.ids, stamp(), reason, pay_back, restock, note)
    for line, delta in effects:
        if delta:
            fulfilment.take_off(shop, order, line, -delta, restock, "CANCELLED")
    fulfilment.close_all(shop, order)
    shop.store.put("refund", order["refunds"][-1]["id"], order["id"])
    touch(shop, order)
    shop.emit("orders/cancelled", order)
    shop.emit("orders/updated", order)
    return order


def pay(shop: Shop, order: dict) -> dict[str, Any]:
    """Let the open amount be paid: pending and authorized payments become money."""
    exchange = changes.exchange_of(order)
    for row in order["transactions"]:
        if row["status"] == "PENDING" and row["kind"] == "SALE":
            row["status"] = "SUCCESS"
    touch(shop, order)
    missing = order["totals"]["outstanding"]
    if missing[0] > 0:
        reserved = [r for r in order["transactions"] if r["kind"] == "AUTHORIZATION"]
        order["transactions"].append(
            {
                "id": shop.ids("OrderTransaction"),
                "kind": "CAPTURE" if reserved else "SALE",
                "status": "SUCCESS",
                "gateway": reserved[-1]["gateway"] if reserved else "manual",
                "amount": exchange.pair(missing[0], missing[2]),
                "processedAt": stamp(),
                "parent": reserved[-1]["id"] if reserved else None,
                "rounding": None,
                "test": order["test"],
            }
        )
        touch(shop, order)
    shop.emit("order_transactions/create", {"order": order, "row": order["transactions"][-1]})
    shop.emit("orders/paid", order)
    shop.emit("orders/updated", order)
    return order


def settle_refunds(shop: Shop, order: dict, status: str = "SUCCESS") -> dict[str, Any]:
    """Let pending refund transactions come to an end (``SUCCESS`` or ``FAILURE``)."""
    changes.settle_refunds(order, status)
    touch(shop, order)
    shop.emit("orders/updated", order)
    return order


def change(shop: Shop, order: dict, values: dict[str, Any]) -> dict[str, Any]:
    """Change plain fields: note, tags, email, phone, poNumber, shippingAddress, risk."""
    allowed = {"note", "tags", "email", "phone", "poNumber", "shippingAddress", "risk"}
    unknown = set(values) - allowed
    if unknown:
        raise ValueError(f"cannot change {', '.join(sorted(unknown))}")
    for key, value in values.items():
        inner = isinstance(value, dict) and isinstance(order[key], dict)
        order[key] = {**order[key], **value} if inner else value
    touch(shop, order)
    if "risk" in values:
        shop.emit("orders/risk_assessment_changed", order)
    shop.emit("orders/updated", order)
    return order


def fulfil(
    shop: Shop, order: dict, units: Sequence[tuple[int, int]] | None = None, tracking: Sequence[dict] = ()
) -> list[dict[str, Any]]:
    """Ship by the merchant's own hand: one fulfilment for each place.

    :param units: (line id, quantity); None ships everything
    :raises Refused: a rule forbids it
    """
    left = dict(units) if units is not None else None
    by_place: dict[int, list] = {}
    for fo in orders_of(shop, order):
        if "CREATE_FULFILLMENT" not in fulfilment.supported_actions(fo):
            continue
        rows = []
        for row in fo["lines"]:
            wanted = row["remaining"] if left is None else min(left.get(row["line"], 0), row["remaining"])
            if wanted:
                rows.append((row["id"], wanted))
                if left is not None:
                    left[row["line"]] -= wanted
        if rows:
            by_place.setdefault(fo["location"], []).append((fo["id"], rows))
    if not by_place:
        raise Refused("There is nothing to fulfil.")
    return [fulfilment.create(shop, groups, tracking) for groups in by_place.values()]


def process_return(
    shop: Shop, order: dict, entry: dict, units: Sequence[tuple[int, int]], exchanges: Sequence[int]
) -> dict[str, Any]:
    """Take units of an open return off the order, and put what is sent instead on it.

    :param units: (row of the return, quantity)
    :param exchanges: ids of what is sent instead
    :raises ValueError: not possible
    """
    if entry["status"] != "OPEN":
        raise ValueError(f"a return that is {entry['status']} cannot be processed")
    rows = {row["id"]: row for row in entry["lines"]}
    back = [(rows[key]["line"], count) for key, count in units if key in rows]
    chosen = [row for row in entry.get("exchanges", ()) if row["id"] in exchanges and not row["line"]]
    if len(back) < len(units) or len(chosen) < len(exchanges):
        raise ValueError("the return has no such line, or it is processed already")
    added = [
        line_of_sku(shop, order, shop.store.get("variant", row["variant"])["sku"], row["quantity"]) for row in chosen
    ]
    lines = changes.exchange(order, shop.ids, stamp(), back, added, entry["id"])
    for row, line in zip(chosen, lines, strict=True):
        row["line"] = line["id"]
        fulfilment.put_on(shop, order, line, line["quantity"])
    touch(shop, order)
    shop.emit("returns/process", {"order": order, "return": entry})
    shop.emit("orders/updated", order)
    return entry


def line_of_sku(shop: Shop, order: dict, sku: str, count: int) -> LineSpec:
    """A line of a catalogue variant at its price, taxed like the rest of the order.

    :raises ValueError: no variant has that SKU
    """
    variant = shop.by_sku(sku)
    title = shop.store.get("product", variant["product"])["title"]
    return LineSpec(count, variant["price"], title, variant, taxes=_taxes(order))


def _step_edit(shop: Shop, order: dict, step: dict) -> None:
    moves = [(order["lines"][index]["id"], delta) for index, delta in step.get("changes", ())]
    taken = {line["variant"] for line in order["lines"]}
    free = [v["sku"] for v in shop.goods.variants if v["id"] not in taken]
    added = [line_of_sku(shop, order, sku, 1) for sku in free[: step.get("add", 0)]]
    edit(shop, order, moves, added)


def _taxes(order: dict) -> list[TaxSpec]:
    for line in order["lines"]:
        if line["taxLines"]:
            return [TaxSpec(t["title"], Decimal(t["rate"])) for t in line["taxLines"]]
    return []


def _step_refund(shop: Shop, order: dict, step: dict) -> None:
    units = [
        (order["lines"][index]["id"], count, step.get("restock", "CANCEL")) for index, count in step.get("lines", ())
    ]
    refund(
        shop,
        order,
        units,
        shipping=step.get("shipping", False),
        adjustment=step.get("adjustment", 0),
        payment=step.get("payment", "SUCCESS"),
    )


def _step_fulfil(shop: Shop, order: dict, step: dict) -> None:
    fulfil(
        shop,
        order,
        [(order["lines"][index]["id"], n) for index, n in step["lines"]],
        [{"number": f"EARLY{order['number']}", "company": "UPS", "url": None}],
    )


def _step_hold(shop: Shop, order: dict, step: dict) -> None:
    for fo in orders_of(shop, order):
        work.hold(shop, fo["id"], step["reason"], step.get("notes"))


STEPS: dict[str, Callable[[Shop, dict, dict], Any]] = {
    "edit": _step_edit,
    "refund": _step_refund,
    "cancel": lambda shop, order, step: cancel(shop, order, step["reason"]),
    "fulfil": _step_fulfil,
    "hold": _step_hold,
}
