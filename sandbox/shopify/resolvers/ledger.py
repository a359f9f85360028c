"""The ledger of an order: agreements and their sales."""

from __future__ import annotations

from ..gid import gid
from ..paging import connection
from .base import TYPE_OF, field, global_id, rename, shop_of
from .orders import line_of
from .refunds import refund_by_id

AGREEMENT_TYPES = {
    "ORDER": "OrderAgreement",
    "ORDER_EDIT": "OrderEditAgreement",
    "REFUND": "RefundAgreement",
    "RETURN": "ReturnAgreement",
}
SALE_TYPES = {
    "PRODUCT": "ProductSale",
    "GIFT_CARD": "GiftCardSale",
    "TIP": "TipSale",
    "SHIPPING": "ShippingLineSale",
    "DUTY": "DutySale",
    "FEE": "FeeSale",
    "ADDITIONAL_FEE": "AdditionalFeeSale",
    "ADJUSTMENT": "AdjustmentSale",
}


@field("Order", "agreements")
def _agreements(order, _info, **arguments):
    rows = [{**row, "_order": order, "__typename": AGREEMENT_TYPES[row["reason"]]} for row in order["agreements"]]
    return connection(rows, arguments)


TYPE_OF["Sale"] = lambda sale: SALE_TYPES.get(sale["type"], "UnknownSale")


def _sales(agreement, _info, **arguments):
    rows = [{**row, "_order": agreement["_order"]} for row in agreement["sales"]]
    return connection(rows, arguments)


for _type in AGREEMENT_TYPES.values():
    global_id(_type)
    field(_type, "sales")(_sales)
    field(_type, "order")(lambda agreement, _info: agreement["_order"])
field("RefundAgreement", "refund")(lambda agreement, info: refund_by_id(shop_of(info), agreement["refund"]))
field("SaleTax", "id")(lambda tax, _info: gid("SaleTax", tax["id"]))
field("SaleTax", "taxLine")(lambda tax, _info: {**tax, "price": tax["amount"]})
field("SaleAdditionalFee", "id")(lambda fee, _info: gid("SaleAdditionalFee", fee["id"]))


def _sale_line(sale, _info):
    return line_of(sale["_order"], sale["ref"])


def _sale_shipping(sale, _info):
    rows = sale["_order"]["shippingLines"]
    return next(({**r, "_order": sale["_order"]} for r in rows if r["id"] == sale["ref"]), None)


def _sale_duty(sale, _info):
    duties = (duty for line in sale["_order"]["lines"] for duty in line["duties"])
    return next((duty for duty in duties if duty["id"] == sale["ref"]), None)


def _sale_fee(sale, _info):
    return next((fee for fee in sale["_order"]["fees"] if fee["id"] == sale["ref"]), None)


for _type in (*SALE_TYPES.values(), "UnknownSale"):
    rename(
        _type,
        actionType="action",
        lineType="type",
        totalAmount="total",
        totalTaxAmount="tax",
        totalDiscountAmountBeforeTaxes="discountBefore",
        totalDiscountAmountAfterTaxes="discountAfter",
    )
    field(_type, "id")(lambda sale, _info: gid("Sale", sale["id"]))
    field(_type, "lineItem")(_sale_line)
field("ShippingLineSale", "shippingLine")(_sale_shipping)
field("DutySale", "duty")(_sale_duty)
field("AdditionalFeeSale", "additionalFee")(_sale_fee)
field("FeeSale", "fee")(lambda _sale, _info: None)
