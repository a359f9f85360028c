"""The ledger of an order: every change of money as signed sales.

An order's present money is the sum of its sales, so what the ledger says and
what the lines say can be checked against each other (``checks``). Units taken off a
line take their share of what is ``left`` of its discounts and taxes, so that the
last one takes the rest and everything adds up exactly. Sign: what is sold is
positive, what is taken back negative, quantity included; discounts of a sale are
positive, of a return negative (the published schema does not tell; nothing
should rest on it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from ..money import Money, as_money, part, total
from .pricing import discount_sides, tax_lines
from .spec import TaxSpec

NextId = Callable[[str], int]


def zero(order: dict) -> Money:
    """Nothing, in the currencies of an order."""
    return Money(0, order["currencyCode"], 0, order["presentmentCurrencyCode"])


def sale(
    order,
    ids: NextId,
    kind: str,
    action: str,
    ref: int | None,
    quantity: int | None,
    net: Money,
    taxes: list[dict],
    discount: Money | None = None,
) -> dict[str, Any]:
    """One entry.

    :param net: after discounts; contains the taxes when the order's prices do
    :param taxes: ``{"title", "rate", "amount"}`` each
    """
    nothing = zero(order)
    tax = total((line["amount"] for line in taxes), nothing)
    rates = sum((Decimal(line["rate"]) for line in taxes), Decimal(0))
    before, after = discount_sides(discount or nothing, rates, order["taxesIncluded"])
    return {
        "id": ids("Sale"),
        "type": kind,
        "action": action,
        "ref": ref,
        "quantity": quantity,
        "total": net if order["taxesIncluded"] else net.plus(tax),
        "tax": tax,
        "discountBefore": before,
        "discountAfter": after,
        "taxes": [{"id": ids("SaleTax"), **line} for line in taxes],
    }


def agree(
    order: dict, ids: NextId, reason: str, when: str, sales: Iterable[dict], refund: int | None = None
) -> dict[str, Any]:
    """Add an agreement with its sales to the order's ledger."""
    agreement = {
        "id": ids("SalesAgreement"),
        "reason": reason,
        "happenedAt": when,
        "refund": refund,
        "sales": list(sales),
    }
    order["agreements"].append(agreement)
    return agreement


def line_kind(line: dict) -> str:
    """The ledger's word for what a line is."""
    if line["isTip"]:
        return "TIP"
    return "GIFT_CARD" if line["isGiftCard"] else "PRODUCT"


def line_sale(order: dict, ids: NextId, line: dict) -> dict:
    """The sale of a line with all of its units, as it is put on the order."""
    discount = total((entry["amount"] for entry in line["discounts"]), zero(order))
    net = as_money(line["originalTotal"]).plus(discount, -1)
    taxes = [{"title": tax["title"], "rate": tax["rate"], "amount": tax["price"]} for tax in line["taxLines"]]
    return sale(order, ids, line_kind(line), "ORDER", line["id"], line["quantity"], net, taxes, discount)


def charge_sale(
    order: dict,
    ids: NextId,
    kind: str,
    ref: int,
    price: Money,
    tax_rows: list[dict],
    sign: int = 1,
    discount: Money | None = None,
) -> dict:
    """The sale (or, with ``sign`` -1, the return) of shipping, a duty or a fee."""
    taxes = [{"title": t["title"], "rate": t["rate"], "amount": as_money(t["price"]).times(sign)} for t in tax_rows]
    taken = discount.times(sign) if discount else None
    action = "ORDER" if sign > 0 else "RETURN"
    return sale(order, ids, kind, action, ref, 1 * sign, price.times(sign), taxes, taken)


def original_sales(order: dict, ids: NextId) -> list[dict]:
    """The sales of the first agreement: everything the order starts with."""
    sales = [line_sale(order, ids, line) for line in order["lines"]]
    for shipping in order["shippingLines"]:
        discount = total((d["amount"] for d in shipping["discounts"]), zero(order))
        net = as_money(shipping["originalPrice"]).plus(discount, -1)
        sales.append(charge_sale(order, ids, "SHIPPING", shipping["id"], net, shipping["taxLines"], discount=discount))
    for line in order["lines"]:
        for duty in line["duties"]:
            sales.append(charge_sale(order, ids, "DUTY", duty["id"], as_money(duty["price"]), duty["taxLines"]))
    for fee in order["fees"]:
        sales.append(charge_sale(order, ids, "ADDITIONAL_FEE", fee["id"], as_money(fee["price"]), fee["taxLines"]))
    return sales


def add_units(order: dict, ids: NextId, line: dict, count: int) -> dict:
    """Units put on a line by an edit: full price, tax on their own rounding."""
    old = line["quantity"]
    extra = as_money(line["unitPrice"]).times(count)
    taxes = []
    specs = [TaxSpec(tax["title"], Decimal(tax["rate"])) for tax in line["taxLines"]]
    for row, (_spec, amount) in zip(line["taxLines"], tax_lines(extra, specs, order["taxesIncluded"]), strict=True):
        taxes.append({"title": row["title"], "rate": row["rate"], "amount": amount})
        row["price"] = as_money(row["price"]).plus(amount)
        row["left"] = as_money(row["left"]).plus(amount)
    line["quantity"] = old + count
    line["currentQuantity"] += count
    line["originalTotal"] = as_money(line["unitPrice"]).times(line["quantity"])
    return sale(order, ids, line_kind(line), "ORDER", line["id"], count, extra, taxes)


def remove_units(order: dict, ids: NextId, line: dict, count: int) -> dict:
    """Units taken off a line, by an edit or a refund.

    :raises ValueError: the line has fewer units
    """
    current = line["currentQuantity"]
    if not 0 < count <= current:
        raise ValueError(f"cannot remove {count} of {current} units")

    def take(row: dict) -> Money:
        rest = part(row["left"], current - count, current)
        taken, row["left"] = rest.plus(row["left"], -1), rest
        return taken

    discount = total([take(row) for row in line["discounts"]], zero(order))
    taxes = [{"title": row["title"], "rate": row["rate"], "amount": take(row)} for row in line["taxLines"]]
    line["currentQuantity"] = current - count
    net = as_money(line["unitPrice"]).times(-count).plus(discount, -1)
    return sale(order, ids, line_kind(line), "RETURN", line["id"], -count, net, taxes, discount)
