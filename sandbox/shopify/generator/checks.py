"""Self-check of orders: what has to add up, whatever happened to them."""

from __future__ import annotations

from decimal import Decimal

from ..money import as_money, total
from .ledger import zero
from .pricing import tax_lines
from .spec import TaxSpec


def check_order(order: dict) -> list[str]:
    """Everything that does not add up in an order, in plain words; [] when all does."""
    return [*_check_lines(order), *_check_totals(order), *_check_ledger(order)]


def _check_lines(order: dict) -> list[str]:
    faults = []
    for line in order["lines"]:
        name = f"line {line['id']}"
        if as_money(line["unitPrice"]).times(line["quantity"]) != as_money(line["originalTotal"]):
            faults.append(f"{name}: unit price times quantity is not its original total")
        cut = total((entry["amount"] for entry in line["discounts"]), zero(order))
        if not 0 <= cut.shop <= line["originalTotal"][0]:
            faults.append(f"{name}: its discounts exceed its price")
        shipped = line["fulfilledQuantity"] + line["unfulfilledQuantity"]
        if not 0 <= line["currentQuantity"] <= line["quantity"] or shipped > line["quantity"]:
            faults.append(f"{name}: its quantities contradict each other")
        if not order["edited"]:
            faults += _check_tax(order, line, name, cut)
    return faults


def _check_tax(order: dict, line: dict, name: str, cut) -> list[str]:
    net = as_money(line["originalTotal"]).plus(cut, -1)
    specs = [TaxSpec(row["title"], Decimal(row["rate"])) for row in line["taxLines"]]
    expected = [amount for _tax, amount in tax_lines(net, specs, order["taxesIncluded"])]
    if expected != [as_money(row["price"]) for row in line["taxLines"]]:
        return [f"{name}: its tax is not its net amount times the rate, rounded per line"]
    return []


def _check_totals(order: dict) -> list[str]:
    """Present totals computed from the lines must be the ones of the ledger."""
    nothing = zero(order)
    totals = order["totals"]
    goods = tax = nothing
    for line in order["lines"]:
        gross = as_money(line["unitPrice"]).times(line["currentQuantity"])
        cut = total((row["left"] for row in line["discounts"]), nothing)
        tax = tax.plus(total((row["left"] for row in line["taxLines"]), nothing))
        if not line["isTip"]:
            goods = goods.plus(gross).plus(cut, -1)
    faults = []
    if goods != as_money(totals["currentSubtotal"]):
        faults.append("the lines' present amounts are not the present subtotal")
    if not _charges_returned(order):
        charges = [
            *order["shippingLines"],
            *order["fees"],
            *(duty for line in order["lines"] for duty in line["duties"]),
        ]
        rows = (row["price"] for charge in charges for row in charge["taxLines"])
        if tax.plus(total(rows, nothing)) != as_money(totals["currentTax"]):
            faults.append("the tax lines are not the present tax")
    whole = totals["currentSubtotal"]
    for key in ("currentShipping", "currentDuties", "currentFees", "currentTip"):
        whole = as_money(whole).plus(totals[key])
    whole = whole.plus(_adjustments(order))
    if not order["taxesIncluded"]:
        whole = whole.plus(totals["currentTax"])
    if whole != as_money(totals["currentTotal"]):
        faults.append("the parts of the present total do not add up to it")
    return faults


def _charges_returned(order: dict) -> bool:
    return any(
        entry["action"] == "RETURN" and entry["type"] in ("SHIPPING", "DUTY", "ADDITIONAL_FEE")
        for agreement in order["agreements"]
        for entry in agreement["sales"]
    )


def _adjustments(order: dict):
    rows = [
        entry["total"]
        for agreement in order["agreements"]
        for entry in agreement["sales"]
        if entry["type"] == "ADJUSTMENT"
    ]
    return total(rows, zero(order))


def _check_ledger(order: dict) -> list[str]:
    faults = []
    nothing = zero(order)
    quantities: dict[int, int] = {}
    for agreement in order["agreements"]:
        for entry in agreement["sales"]:
            if total((t["amount"] for t in entry["taxes"]), nothing) != as_money(entry["tax"]):
                faults.append(f"sale {entry['id']}: its taxes do not add up")
            if entry["type"] in ("PRODUCT", "GIFT_CARD", "TIP"):
                key = entry["ref"]
                quantities[key] = quantities.get(key, 0) + entry["quantity"]
    for line in order["lines"]:
        if quantities.get(line["id"], 0) != line["currentQuantity"]:
            faults.append(f"line {line['id']}: the ledger counts other units than it has left")
    sales = [entry for agreement in order["agreements"] for entry in agreement["sales"]]
    if total((entry["total"] for entry in sales), nothing) != as_money(order["totals"]["currentTotal"]):
        faults.append("the sales do not add up to the present total")
    if order["cancelledAt"] and order["totals"]["currentTotal"][0]:
        faults.append("a cancelled order still comes to something")
    return faults
