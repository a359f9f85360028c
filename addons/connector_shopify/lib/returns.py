"""Refunds and returns of an order. Pure.

Money comes from the ledger (``ledger``): every agreement of reason REFUND or RETURN is
one booking, with what it took off each line and each tax, to the cent.
Admin API, objects ``RefundAgreement``, ``ReturnAgreement``, ``Return``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ...connector_base.lib.errors import DataError
from ...connector_oms.lib.documents import Refund, RefundLine, Return, ReturnExchange, ReturnLine, TaxAmount
from .ledger import Balance
from .values import ZERO, nodes, parse_time, text

#: SalesAgreement.reason of bookings that give money back
BACK = ("REFUND", "RETURN")
#: SaleLineType -> canonical kind
KINDS = {
    "PRODUCT": "line",
    "GIFT_CARD": "line",
    "TIP": "tip",
    "SHIPPING": "shipping",
    "DUTY": "duty",
    "FEE": "fee",
    "ADDITIONAL_FEE": "fee",
}
#: ReturnStatus -> canonical status
STATUSES = {
    "REQUESTED": "requested",
    "OPEN": "open",
    "CLOSED": "closed",
    "DECLINED": "declined",
    "CANCELED": "cancelled",
}


def refunds(agreements: Iterable[Mapping[str, Any]], taxes_included: bool) -> tuple[Refund, ...]:
    """The bookings that gave something back, in the order of the ledger.

    :param agreements: with their ``sales`` as a list
    :param taxes_included: the order's prices contain their taxes
    """
    found = []
    for agreement in agreements:
        if agreement.get("reason") not in BACK:
            continue
        sales = (sale for sale in agreement.get("sales") or () if not _is_sold(sale))
        lines = tuple(_line(sale, taxes_included) for sale in sales)
        if not lines:
            continue
        amount = sum((_total(line) for line in lines), ZERO)
        refund = agreement.get("refund") or {}
        home = refund.get("return") or agreement.get("return") or {}
        found.append(
            Refund(
                external_id=agreement["id"],
                refund_id=text(refund.get("id")),
                return_id=text(home.get("id")),
                refunded_at=parse_time(agreement["happenedAt"]),
                amount=amount,
                lines=lines,
            )
        )
    return tuple(found)


def _is_sold(sale: Mapping[str, Any]) -> bool:
    """Whether goods were sold instead of those that came back: the order has a line for them."""
    return sale.get("actionType") == "ORDER" and sale.get("lineType") in ("PRODUCT", "GIFT_CARD")


def _line(sale: Mapping[str, Any], taxes_included: bool) -> RefundLine:
    balance = Balance()
    balance.add(sale)
    item = sale.get("lineItem") or sale.get("shippingLine") or sale.get("duty") or {}
    fee = sale.get("additionalFee") or sale.get("fee") or {}
    return RefundLine(
        kind=KINDS.get(sale.get("lineType"), "adjustment"),
        line_id=text(item.get("id") or fee.get("id")),
        quantity=abs(Decimal(sale.get("quantity") or 0)),
        net_amount=-balance.net(taxes_included),
        taxes=tuple(
            TaxAmount(title=title, rate=rate, amount=-amount, included=taxes_included)
            for (title, rate), amount in balance.taxes.items()
        ),
    )


def _total(line: RefundLine) -> Decimal:
    return line.net_amount + sum((tax.amount for tax in line.taxes if not tax.included), ZERO)


def returns(values: Iterable[Mapping[str, Any]]) -> tuple[Return, ...]:
    """The announcements of an order.

    :raises DataError: one has more lines than were read
    """
    found = []
    for value in values:
        lines = value.get("returnLineItems") or {}
        if (lines.get("pageInfo") or {}).get("hasNextPage"):
            raise DataError("a return has more lines than were read", params={"order": text(value.get("name"))})
        found.append(
            Return(
                external_id=value["id"],
                name=text(value.get("name")),
                status=STATUSES.get(value.get("status"), "open"),
                requested_at=parse_time(value["createdAt"]),
                lines=tuple(_return_line(line) for line in nodes(lines)),
                exchanges=_exchanges(value),
            )
        )
    return tuple(found)


def _exchanges(value: Mapping[str, Any]) -> tuple[ReturnExchange, ...]:
    rows = value.get("exchangeLineItems") or {}
    if (rows.get("pageInfo") or {}).get("hasNextPage"):
        raise DataError("a return has more exchanges than were read", params={"order": text(value.get("name"))})
    return tuple(
        ReturnExchange(
            external_id=row["id"],
            product_id=text(row.get("variantId")),
            quantity=Decimal(row.get("quantity") or 0),
            line_ids=tuple(line["id"] for line in row.get("lineItems") or ()),
        )
        for row in nodes(rows)
    )


def _return_line(line: Mapping[str, Any]) -> ReturnLine:
    item = (line.get("fulfillmentLineItem") or {}).get("lineItem") or {}
    return ReturnLine(
        external_id=line["id"],
        line_id=text(item.get("id")),
        quantity=Decimal(line.get("quantity") or 0),
        reason=text((line.get("returnReasonDefinition") or {}).get("name")),
        note=" ".join(filter(None, (text(line.get("returnReasonNote")), text(line.get("customerNote"))))),
    )
