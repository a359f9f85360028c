"""Lines of an order: what is left of each, to the cent.

A line that nothing was taken away from is its total less its discounts; what is left
of any other is read from the ledger, never reckoned from a unit price.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ...connector_oms.lib.documents import OrderLine, TaxAmount
from .ledger import line_discount, untouched_net
from .money import OrderMoney
from .products import variant_title
from .values import ZERO, nodes, shop_amount, text


def order_lines(money: OrderMoney) -> tuple[OrderLine, ...]:
    """The lines that are products; a tip is a line at Shopify, but a charge here."""
    lines = nodes(money.order.get("lineItems"))
    return tuple(_line(money, line) for line in lines if line["id"] not in money.ledger.tips)


def _line(money: OrderMoney, line: Mapping[str, Any]) -> OrderLine:
    net, taxes, discount = _amounts(money, line)
    group = line.get("lineItemGroup") or {}
    titles = (text(line.get("title")), variant_title(line.get("variantTitle")))
    return OrderLine(
        external_id=line["id"],
        product_id=text((line.get("variant") or {}).get("id")),
        sku=text(line.get("sku")).strip(),
        title=" - ".join(filter(None, titles)),
        ordered_quantity=Decimal(line["quantity"]),
        quantity=Decimal(line["currentQuantity"]),
        fulfilled_quantity=fulfilled(line),
        removed_quantity=removed(line),
        unit_price=shop_amount(line.get("originalUnitPriceSet")),
        net_amount=net,
        discount_amount=discount,
        taxes=taxes,
        requires_shipping=bool(line.get("requiresShipping", True)),
        is_gift_card=bool(line.get("isGiftCard")),
        bundle_id=text(group.get("id")),
        bundle_title=text(group.get("title")),
        attributes=attributes(line.get("customAttributes")),
    )


def _amounts(money: OrderMoney, line: Mapping[str, Any]) -> tuple[Decimal, tuple[TaxAmount, ...], Decimal]:
    """Net amount, taxes and discount of what is left of a line."""
    balance = money.ledger.lines.get(line["id"])
    if balance is None:
        return untouched_net(line), money.tax_lines(line.get("taxLines")), line_discount(line)
    net = balance.net(money.included)
    if not line["currentQuantity"]:
        taxes = {key: amount for key, amount in balance.taxes.items() if amount}
        return net, money.balances(taxes), ZERO
    full = shop_amount(line.get("originalUnitPriceSet")) * line["currentQuantity"]
    return net, money.balances(balance.taxes), max(ZERO, full - net)


def fulfilled(line: Mapping[str, Any]) -> Decimal:
    """Of the units still owed, those that Shopify counts as shipped.

    ``unfulfilledQuantity`` are still to be shipped, ``nonFulfillableQuantity`` were
    taken off the order (or cannot be shipped) before they were. What was returned is no
    longer owed, and leaves less that is both owed and shipped.
    """
    ordered, current = line["quantity"], line["currentQuantity"]
    waiting = line.get("unfulfilledQuantity", ordered)
    never = line.get("nonFulfillableQuantity", 0)
    return Decimal(max(0, min(current - waiting, ordered - waiting - never)))


def removed(line: Mapping[str, Any]) -> Decimal:
    """Of the units ordered, those taken off before they were shipped."""
    if not line.get("requiresShipping", True):
        return Decimal(0)
    return Decimal(max(0, min(line.get("nonFulfillableQuantity", 0), line["quantity"] - line["currentQuantity"])))


def attributes(pairs: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """Custom attributes; a key given twice keeps both values, one a line."""
    found: dict[str, str] = {}
    for pair in pairs or ():
        key, value = text(pair.get("key")), text(pair.get("value"))
        found[key] = f"{found[key]}\n{value}" if key in found else value
    return found
