"""Orders: none lost, none twice, every cent and every unit the same.

Each function returns the faults it found as sentences; the figures of the result are
their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from .prepare import World
from .sides import Row, Sides, cents, total

#: exceptions that say: the order changed at the shop when it was too late to follow
TOO_LATE = {"change", "cancel"}


def is_over(order: Row) -> bool:
    """Whether the shop owes nothing any more: cancelled, or refunded as a whole."""
    left = any(line["current_quantity"] for line in order["lines"])
    return bool(order["cancelled_at"]) or not (left or cents(order["totals"]["currentTotal"]))


def left_out(sides: Sides) -> list[str]:
    """Orders that were over before Odoo had them: rightly without a sale order.

    Only orders that the shop itself says are over, and whose messages Odoo has all done.
    """
    return [
        key
        for key, order in sides.source.items()
        if not sides.sale(key)
        and not sides.open.get(key)
        and is_over(order)
        and set(sides.ledger.get(key, ())) == {"done"}
    ]


def in_exception(sides: Sides) -> list[str]:
    """Orders without a sale order of which an open exception tells why."""
    return [key for key in sides.source if not sides.sale(key) and sides.open.get(key)]


def lost(sides: Sides) -> list[str]:
    """Orders that are nowhere: no sale order, no exception, and not rightly left out."""
    fine = {*left_out(sides), *in_exception(sides)}
    return [
        f"{order['name']} ({order['shape']}) is not in Odoo and in no exception; its messages: "
        f"{', '.join(sides.ledger.get(key, ())) or 'none'}"
        for key, order in sides.source.items()
        if not sides.sale(key) and key not in fine
    ]


def duplicated(sides: Sides) -> list[str]:
    """Sale orders beyond the first of one order, by the shop's id, its number or a link.

    Counted over all sale orders that claim to be of this shop, linked or not.
    """
    found = []
    for name in ("integration_external_id", "integration_number"):
        counts = Counter(row[name] for row in sides.sales.values())
        found += [f"{key} stands on {n} sale orders" for key, n in counts.items() if n > 1]
    for key, ids in sides.bound.items():
        found += [f"{key} is linked to {len(ids)} sale orders"] if len(ids) > 1 else []
    linked = {sale for ids in sides.bound.values() for sale in ids}
    found += [f"{row['name']} has no link" for key, row in sides.sales.items() if key not in linked]
    return found


def off_by_a_cent(sides: Sides) -> list[str]:
    """Imported orders whose currency, quantities, tax, total or a line's amounts differ.

    Orders that were cancelled, or changed when it was too late (an exception says so),
    keep Odoo's figures and are not counted.
    """
    found = []
    for key, order in sides.source.items():
        sale = sides.sale(key)
        if not sale or sale["state"] == "cancel" or sides.categories(key) & TOO_LATE:
            continue
        faults = list(_money_faults(order, sale, sides.lines[sale["id"]]))
        if faults:
            found.append(f"{order['name']} ({order['shape']}): {'; '.join(faults)}")
    return found


def _money_faults(order: Row, sale: Row, lines: dict[str, Row]) -> Iterator[str]:
    totals = order["totals"]
    if sale["currency_id"][1] != order["currency"]:
        yield f"currency {sale['currency_id'][1]} instead of {order['currency']}"
    # what was paid in cash is rounded: Odoo's total is what was paid, so that it can be invoiced
    rounding = cents(totals["paymentRounding"]) + cents(totals["refundRounding"])
    pairs = (
        ("amount_total", cents(totals["currentTotal"]) + rounding),
        ("amount_tax", cents(totals["currentTax"])),
    )
    for name, expected in pairs:
        if cents(sale[name]) != expected:
            yield f"{name} {cents(sale[name])} instead of {expected}"
    for line in order["lines"]:
        if not line["tip"]:  # a tip is a charge in Odoo; the totals hold it
            yield from _line_faults(order, line, lines.get(line["id"]))


def _line_faults(order: Row, line: Row, ours: Row | None) -> Iterator[str]:
    quantity = Decimal(repr(ours["product_uom_qty"])) if ours else Decimal(0)
    if quantity != line["current_quantity"]:
        yield f"{line['title']}: {quantity} units instead of {line['current_quantity']}"
        return
    tax = total(cents(row["current_amount"]) for row in line["taxes"])
    net = cents(line["current_net"]) - (tax if order["taxes_included"] else 0)
    pairs = (("price_subtotal", net), ("price_total", net + tax)) if ours else ()
    for name, expected in pairs:
        if cents(ours[name]) != expected:
            yield f"{line['title']}: {name} {cents(ours[name])} instead of {expected}"


def without_cause(sides: Sides) -> list[str]:
    """Orders that are not right and of which no open exception says why in words.

    Not right: without a sale order although not over, held, or neither confirmed nor
    cancelled.
    """
    found = []
    done = set(left_out(sides))
    for key, order in sides.source.items():
        sale = sides.sale(key)
        wrong = key not in done if not sale else sale["state"] not in ("sale", "cancel")
        wrong = wrong or bool(sale and sale["integration_hold"])
        if wrong and not any((row["cause"] or "").strip() for row in sides.open.get(key, ())):
            state = f"{sale['state']}, held: {sale['integration_hold']}" if sale else "not in Odoo"
            found.append(f"{order['name']} ({order['shape']}): {state}")
    return found


def without_customer(world: World, sides: Sides) -> list[str]:
    """Imported orders whose buyer at the shop is not linked to a contact of the order.

    The contact may be the order's customer, or a person of the company that is.
    Guests have no customer at the shop; theirs only has to be somebody.
    """
    rows = world.odoo.rows(
        "integration.partner.binding",
        [("backend_id", "=", world.backend_id)],
        ["external_id", "record_id"],
    )
    known = {row["external_id"]: row["record_id"][0] for row in rows}
    wanted = {sale["partner_id"][0] for sale in sides.sales.values()} | set(known.values())
    partners = world.odoo.read("res.partner", wanted, ["commercial_partner_id"])
    family = {row["id"]: row["commercial_partner_id"][0] for row in partners}
    found = []
    for key, order in sides.source.items():
        sale = sides.sale(key)
        if not sale or not order["customer_id"]:
            continue
        ours, theirs = sale["partner_id"][0], known.get(order["customer_id"])
        if not theirs or family[ours] != family[theirs]:
            found.append(f"{order['name']} ({order['shape']}): {order['customer_id']}")
    return found
