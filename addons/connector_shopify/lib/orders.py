"""A fetched Shopify order as the canonical document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...connector_base.lib.errors import DataError
from ...connector_oms.lib.documents import Cancellation, Order
from .charges import charges_and_totals
from .ledger import read_ledger
from .lines import order_lines
from .money import OrderMoney
from .parties import address, customer
from .payments import discounts, financial_status, holds, payments
from .returns import refunds, returns
from .values import nodes, parse_time, presentment_amount, shop_amount, text


def order(packed: Mapping[str, Any]) -> Order:
    """The document of an order.

    :param packed: ``order`` and, where its money needs it, ``agreements``; ``returns``, where it has any
    :raises DataError: something that cannot be read
    """
    value = packed["order"]
    _refuse_truncated(value)
    agreements = packed.get("agreements")
    money = OrderMoney(value, None if agreements is None else read_ledger(agreements))
    lines = order_lines(money)
    charges, totals = charges_and_totals(money, lines)
    return Order(
        external_id=value["id"],
        number=value["name"],
        version=parse_time(value["updatedAt"]),
        placed_at=parse_time(value.get("processedAt") or value["createdAt"]),
        currency=value["currencyCode"],
        presentment_currency=value["presentmentCurrencyCode"],
        presentment_total=presentment_amount(value.get("currentTotalPriceSet")),
        lines=lines,
        charges=charges,
        totals=totals,
        taxes_included=money.included,
        refunded_amount=shop_amount(value.get("totalRefundedSet")),
        refunds=refunds(agreements or (), money.included),
        returns=returns(packed.get("returns") or ()),
        **_parties(value),
        **_rest(value),
    )


def _parties(value: Mapping[str, Any]) -> dict[str, Any]:
    buyer = customer(value)
    return {
        "customer": buyer,
        "email": text(value.get("email")) or (buyer.email if buyer else ""),
        "phone": text(value.get("phone")) or (buyer.phone if buyer else ""),
        "billing_address": address(value.get("billingAddress")),
        "shipping_address": address(value.get("shippingAddress")),
    }


def _rest(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "discounts": discounts(value),
        "payments": payments(value),
        "holds": holds(value),
        "financial_status": financial_status(value),
        "cancellation": cancellation(value),
        "po_number": text(value.get("poNumber")),
        "note": _note(value),
        "tags": tuple(value.get("tags") or ()),
        "source": text(value.get("sourceName")),
        "is_test": bool(value.get("test")),
        "location_id": text((value.get("retailLocation") or {}).get("id")),
    }


def cancellation(value: Mapping[str, Any]) -> Cancellation | None:
    """Whether, when and why the order was cancelled at Shopify."""
    moment = parse_time(value.get("cancelledAt"))
    if moment is None:
        return None
    return Cancellation(cancelled_at=moment, reason=text(value.get("cancelReason")).lower())


def _note(value: Mapping[str, Any]) -> str:
    """The buyer's note, and what the shop's own fields at checkout asked for."""
    rows = [text(value.get("note")).strip()]
    for pair in value.get("customAttributes") or ():
        key = text(pair.get("key"))
        if pair.get("value") and not key.startswith("_"):  # "_": by custom, not for people
            rows.append(f"{key}: {pair['value']}")
    return "\n".join(filter(None, rows))


def _refuse_truncated(value: Mapping[str, Any]) -> None:
    """Say so rather than import a part: the pages beyond were not read."""
    for name in ("lineItems", "shippingLines"):
        connection = value.get(name) or {}
        if (connection.get("pageInfo") or {}).get("hasNextPage"):
            raise DataError(
                f"the order has more {name} than were read ({len(nodes(connection))})",
                params={"order": text(value.get("name")), "part": name},
            )
