"""Price a specification and lay it out as the stored form of an order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..money import Money, as_money, total
from .layout import head, lay_line, lay_shipping
from .ledger import NextId, agree, original_sales, zero
from .pricing import Exchange, discount_shares, tax_lines
from .spec import DiscountSpec, OrderSpec, PaymentSpec, TaxSpec
from .totals import refresh

DISCOUNT_TARGET = {"lines": "LINE_ITEM", "shipping": "SHIPPING_LINE"}


def build(spec: OrderSpec, ids: NextId, when: str) -> dict[str, Any]:
    """An order as first placed, priced, with its first agreement and payments.

    :param ids: gives the next id of a kind
    :param when: moment of the purchase, RFC 3339
    """
    exchange = Exchange(spec)
    order = head(spec, ids, when)
    order["lineGroups"] = [{"id": ids("LineItemGroup"), **group} for group in spec.groups]
    order["lines"] = [lay_line(line, order, ids, exchange) for line in spec.lines]
    order["shippingLines"] = [lay_shipping(row, ids, exchange) for row in spec.shipping]
    _apply_discounts(order, spec, exchange)
    included = order["taxesIncluded"]
    for holder, taxed in (
        *zip(order["lines"], spec.lines, strict=True),
        *zip(order["shippingLines"], spec.shipping, strict=True),
    ):
        net = _net(holder, zero(order))
        holder["taxLines"] = tax_rows(net, [] if spec.tax_exempt else taxed.taxes, included)
    order["fees"] = [
        {
            "id": ids("AdditionalFee"),
            "name": name,
            "price": exchange.money(price),
            "taxLines": tax_rows(exchange.money(price), taxes, included),
        }
        for name, price, taxes in spec.fees
    ]
    agree(order, ids, "ORDER", when, original_sales(order, ids))
    refresh(order)
    for payment in spec.payments:
        add_payment(order, payment, ids, when, exchange)
    return refresh(order)


def _net(holder: dict, nothing: Money) -> Money:
    """A line or shipping line after its discounts."""
    gross = as_money(holder.get("originalTotal") or holder["originalPrice"])
    return gross.plus(total((entry["amount"] for entry in holder["discounts"]), nothing), -1)


def tax_rows(net: Money, taxes: list[TaxSpec], included: bool) -> list[dict[str, Any]]:
    """Tax lines as stored; ``left`` is what of them was not taken back yet."""
    return [
        {"title": tax.title, "rate": str(tax.rate), "price": amount, "left": amount}
        for tax, amount in tax_lines(net, taxes, included)
    ]


def _apply_discounts(order: dict, spec: OrderSpec, exchange: Exchange) -> None:
    """Each discount works on what the ones before it left."""
    nothing = zero(order)
    for index, discount in enumerate(spec.discounts):
        order["discountApplications"].append(_application(discount, index, exchange))
        if discount.target == "shipping":
            holders = order["shippingLines"]
        else:
            chosen = discount.lines if discount.lines is not None else range(len(order["lines"]))
            holders = [order["lines"][i] for i in chosen]
            holders = [row for row in holders if not row["isGiftCard"] and not row["isTip"]]
        shares = discount_shares(discount, [_net(row, nothing) for row in holders], exchange)
        for holder, amount in zip(holders, shares, strict=True):
            if amount.shop or amount.presentment:
                holder["discounts"].append({"index": index, "amount": amount, "left": amount})


def _application(discount: DiscountSpec, index: int, exchange: Exchange) -> dict[str, Any]:
    percentage = discount.kind == "percentage"
    everywhere = discount.lines is None
    return {
        "index": index,
        "origin": discount.origin,
        "title": discount.title,
        "targetType": DISCOUNT_TARGET[discount.target],
        "targetSelection": "ALL" if everywhere else "EXPLICIT",
        "allocationMethod": "ACROSS" if everywhere and not percentage else "EACH",
        "percentage": float(discount.value * 100) if percentage else None,
        "amount": None if percentage else exchange.money(int(discount.value)),
    }


def add_payment(order: dict, payment: PaymentSpec, ids: NextId, when: str, exchange: Exchange) -> dict[str, Any]:
    """Book a payment of a share of what is unpaid, or of an amount."""
    open_amount = order["totals"]["currentTotal"].plus(order["totals"]["net"], -1)
    if payment.amount is not None:
        amount = exchange.money(min(payment.amount, open_amount.shop))
    elif payment.share == Decimal(1):
        amount = open_amount
    else:
        amount = exchange.money(int(open_amount.shop * payment.share))
    row = {
        "id": ids("OrderTransaction"),
        "kind": payment.kind,
        "status": payment.status,
        "gateway": payment.gateway,
        "amount": amount,
        "processedAt": when,
        "parent": None,
        "rounding": exchange.money(payment.rounding) if payment.rounding else None,
        "test": order["test"],
    }
    order["transactions"].append(row)
    refresh(order)
    return row
