"""Payouts of Shopify Payments and their transactions."""

from __future__ import annotations

from ..gid import gid
from ..money import rest_amount
from ..paging import connection
from ..search import matcher
from .base import constant, field, get, global_id, shop_of

for _type in ("ShopifyPaymentsPayout", "ShopifyPaymentsBalanceTransaction"):
    global_id(_type)
constant("ShopifyPaymentsAccount", id="gid://shopify/ShopifyPaymentsAccount/1")
constant("ShopifyPaymentsBalanceTransaction", test=False)


def _amount(units: int, currency: str) -> dict[str, str]:
    return {"amount": rest_amount(units, currency), "currencyCode": currency}


@field("QueryRoot", "shopifyPaymentsAccount")
def _account(_root, _info):
    return {}


@field("ShopifyPaymentsAccount", "payouts")
def _payouts(_account, info, query=None, **arguments):
    fields = {"issued_at": lambda row: row["issuedAt"], "status": lambda row: row["status"].lower()}
    test = matcher(query, fields, ())
    return connection([row for row in shop_of(info).store.all("payout").values() if test(row)], arguments)


@field("ShopifyPaymentsAccount", "balanceTransactions")
def _transactions(_account, info, query=None, **arguments):
    rows = [
        {**row, "payout": payout["id"], "currency": payout["currency"]}
        for payout in shop_of(info).store.all("payout").values()
        for row in payout["transactions"]
    ]
    test = matcher(query, {"payments_transfer_id": lambda row: row["payout"]}, ())
    return connection([row for row in rows if test(row)], arguments)


@field("ShopifyPaymentsPayout", "net")
def _net(payout, _info):
    return _amount(payout["net"], payout["currency"])


@field("ShopifyPaymentsBalanceTransaction", "amount")
def _moved(row, _info):
    return _amount(row["amount"], row["currency"])


@field("ShopifyPaymentsBalanceTransaction", "fee")
def _fee(row, _info):
    return _amount(row["fee"], row["currency"])


@field("ShopifyPaymentsBalanceTransaction", "net")
def _rest(row, _info):
    return _amount(row["amount"] - row["fee"], row["currency"])


@field("ShopifyPaymentsBalanceTransaction", "transactionDate")
def _at(row, _info):
    return row["at"]


@field("ShopifyPaymentsBalanceTransaction", "sourceOrderTransactionId")
def _source(row, _info):
    return row["source"]


@field("ShopifyPaymentsBalanceTransaction", "associatedOrder")
def _order(row, info):
    order = get(info, "order", row["order"])
    return {"id": gid("Order", order["id"]), "name": order["name"]} if order else None
