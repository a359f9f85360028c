"""Orders, their lines, ledger, refunds, customers and companies."""

from __future__ import annotations

from typing import Any

from ..money import as_money, graphql_amount, total
from ..paging import connection
from .base import constant, field, get, global_id, rename, shop_of, typed

for _type in (
    "Order",
    "LineItem",
    "Refund",
    "Customer",
    "Company",
    "CompanyLocation",
    "CompanyContact",
    "Duty",
    "AdditionalFee",
    "LineItemGroup",
    "OrderTransaction",
    "ShippingLine",
    "RefundLineItem",
):
    global_id(_type)

#: money of an order -> where its totals keep it
ORDER_MONEY = {
    "subtotalPriceSet": "subtotal",
    "totalPriceSet": "totalPrice",
    "totalTaxSet": "totalTax",
    "totalDiscountsSet": "totalDiscounts",
    "totalShippingPriceSet": "totalShipping",
    "totalTipReceivedSet": "totalTip",
    "originalTotalPriceSet": "originalTotal",
    "currentSubtotalPriceSet": "currentSubtotal",
    "currentShippingPriceSet": "currentShipping",
    "currentTotalTaxSet": "currentTax",
    "currentTotalPriceSet": "currentTotal",
    "currentTotalDiscountsSet": "currentDiscounts",
    "totalReceivedSet": "received",
    "totalRefundedSet": "refunded",
    "netPaymentSet": "net",
    "totalOutstandingSet": "outstanding",
}
#: money that is null when the order never had any of it
OPTIONAL_MONEY = {
    "originalTotalDutiesSet": ("totalDuties", "totalDuties"),
    "currentTotalDutiesSet": ("currentDuties", "totalDuties"),
    "originalTotalAdditionalFeesSet": ("totalFees", "totalFees"),
    "currentTotalAdditionalFeesSet": ("currentFees", "totalFees"),
}


def _register_money() -> None:
    for name, key in ORDER_MONEY.items():
        field("Order", name)(lambda order, _info, _key=key: order["totals"][_key])
    for name, (key, first) in OPTIONAL_MONEY.items():
        field("Order", name)(
            lambda order, _info, _key=key, _first=first: order["totals"][_key] if order["totals"][_first][0] else None
        )


_register_money()
rename(
    "Order",
    displayFinancialStatus="financialStatus",
    displayFulfillmentStatus="fulfillmentStatus",
    additionalFees="fees",
)
constant("Order", confirmed=True, customerLocale="en", sourceIdentifier=None)
constant("MailingAddress", id="gid://shopify/MailingAddress/1?model_name=Address", validationResultSummary=None)
constant("TaxLine", channelLiable=False, source="Shopify")
constant("OrderTransaction", formattedGateway=None)
rename("OrderTransaction", amountSet="amount", createdAt="processedAt", amountRoundingSet="rounding")
rename("TaxLine", priceSet="price")
rename(
    "LineItem",
    originalUnitPriceSet="unitPrice",
    originalTotalSet="originalTotal",
    refundableQuantity="currentQuantity",
    discountAllocations="discounts",
)
rename("ShippingLine", originalPriceSet="originalPrice", discountAllocations="discounts")
rename("DiscountAllocation", allocatedAmountSet="amount")


@field("Order", "closed")
def _closed(order, _info):
    return bool(order["closedAt"])


@field("Order", "fullyPaid")
def _fully_paid(order, _info):
    return order["totals"]["outstanding"][0] <= 0


@field("Order", "unpaid")
def _unpaid(order, _info):
    return order["totals"]["received"][0] <= 0


@field("Order", "requiresShipping")
def _requires_shipping(order, _info):
    return any(line["requiresShipping"] for line in order["lines"])


@field("Order", "refundable")
def _refundable(order, _info):
    return order["totals"]["net"][0] > 0


@field("Order", "statusPageUrl")
def _status_page(order, info, **_arguments):
    domain = shop_of(info).settings["shop"]["myshopifyDomain"]
    return f"https://{domain}/orders/{order['id']}"


@field("Order", "cancellation")
def _cancellation(order, _info):
    return {"staffNote": order["staffNote"]} if order["cancelledAt"] else None


@field("Order", "paymentGatewayNames")
def _gateways(order, _info):
    return list(dict.fromkeys(row["gateway"] for row in order["transactions"]))


@field("Order", "discountCodes")
def _codes(order, _info):
    return [d["title"] for d in order["discountApplications"] if d["origin"] == "code"]


@field("Order", "risk")
def _risk(order, _info):
    level = {"CANCEL": "HIGH", "INVESTIGATE": "MEDIUM", "ACCEPT": "LOW"}.get(order["risk"], "NONE")
    assessments = [] if order["risk"] == "NONE" else [{"riskLevel": level}]
    return {"recommendation": order["risk"], "assessments": assessments}


@field("Order", "retailLocation")
def _retail(order, info):
    if order["sourceName"] != "pos":
        return None
    return next(iter(shop_of(info).store.all("location").values()))


@field("Order", "totalCashRoundingAdjustment")
def _rounding(order, _info):
    return {"paymentSet": order["totals"]["paymentRounding"], "refundSet": order["totals"]["refundRounding"]}


@field("Order", "customer")
def _customer(order, info):
    return get(info, "customer", order["customer"])


@field("Order", "purchasingEntity")
def _purchasing(order, info):
    if order["company"]:
        return {
            "__typename": "PurchasingCompany",
            "company": get(info, "company", order["company"]["company"]),
            "location": get(info, "branch", order["company"]["location"]),
            "contact": get(info, "contact", order["company"]["contact"]),
        }
    return typed("Customer", get(info, "customer", order["customer"]))


@field("CompanyContact", "customer")
def _contact_customer(contact, info):
    return get(info, "customer", contact["customer"])


@field("CompanyLocation", "taxSettings")
def _tax_settings(branch, _info):
    return {"taxRegistrationId": branch["vat"] or None, "taxExempt": False}


@field("Customer", "displayName")
def _display_name(customer, _info):
    name = " ".join(filter(None, (customer["firstName"], customer["lastName"])))
    return name or customer["email"] or customer["phone"] or str(customer["id"])


@field("Customer", "defaultEmailAddress")
def _email(customer, _info):
    return {"emailAddress": customer["email"]} if customer["email"] else None


@field("Customer", "defaultPhoneNumber")
def _phone(customer, _info):
    return {"phoneNumber": customer["phone"]} if customer["phone"] else None


@field("MailingAddress", "name")
def _address_name(address, _info):
    return " ".join(filter(None, (address["firstName"], address["lastName"]))) or None


def _tax_totals(order: dict, rows: list[tuple[dict, Any]]) -> list[dict]:
    """Tax lines of one title and rate together."""
    sums: dict[tuple[str, str], Any] = {}
    for tax, amount in rows:
        key = (tax["title"], tax["rate"])
        sums[key] = sums[key].plus(amount) if key in sums else as_money(amount)
    return [{"title": title, "rate": rate, "price": price} for (title, rate), price in sums.items() if price.shop]


@field("Order", "taxLines")
def _tax_lines(order, _info):
    holders = [*order["lines"], *order["shippingLines"], *order["fees"]]
    return _tax_totals(order, [(tax, tax["price"]) for h in holders for tax in h["taxLines"]])


@field("Order", "currentTaxLines")
def _current_tax_lines(order, _info):
    sales = [sale for agreement in order["agreements"] for sale in agreement["sales"]]
    return _tax_totals(order, [(t, t["amount"]) for sale in sales for t in sale["taxes"]])


@field("TaxLine", "rate")
def _rate(tax, _info):
    return float(tax["rate"])


@field("TaxLine", "ratePercentage")
def _rate_percentage(tax, _info):
    return float(tax["rate"]) * 100


@field("Order", "lineItems")
def _line_items(order, _info, **arguments):
    rows = [{**line, "_order": order} for line in order["lines"]]
    return connection(rows, arguments)


@field("LineItem", "discountAllocations")
@field("ShippingLine", "discountAllocations")
def _allocations(holder, _info, **_arguments):
    applications = holder.get("_order", {}).get("discountApplications", [])
    return [
        {
            **row,
            "discountApplication": _application(applications[row["index"]])
            if row["index"] < len(applications)
            else None,
        }
        for row in holder["discounts"]
    ]


@field("LineItem", "nonFulfillableQuantity")
def _non_fulfillable(line, _info):
    return line["quantity"] - line["unfulfilledQuantity"] - line["fulfilledQuantity"]


@field("LineItem", "variant")
def _variant(line, info):
    return get(info, "variant", line["variant"])


@field("LineItem", "product")
def _product(line, info):
    return get(info, "product", line["product"])


@field("LineItem", "lineItemGroup")
def _group(line, _info):
    groups = line.get("_order", {}).get("lineGroups", [])
    return next((group for group in groups if group["id"] == line["group"]), None)


@field("LineItem", "discountedTotalSet")
def _discounted(line, _info, **_arguments):
    price = as_money(line["originalTotal"])
    return price.plus(total((entry["amount"] for entry in line["discounts"]), price), -1)


@field("LineItem", "taxLines")
def _line_taxes(line, _info, first=None):
    return line["taxLines"][:first]


@field("Duty", "taxLines")
def _duty_taxes(duty, _info, **_arguments):
    return duty["taxLines"]


@field("Order", "shippingLines")
def _shipping_lines(order, _info, **arguments):
    rows = [row for row in order["shippingLines"] if arguments.get("includeRemovals") or not row["isRemoved"]]
    return connection([{**row, "_order": order} for row in rows], arguments)


@field("ShippingLine", "discountedPriceSet")
def _shipping_price(row, _info):
    price = as_money(row["originalPrice"])
    return price.plus(total((entry["amount"] for entry in row["discounts"]), price), -1)


@field("ShippingLine", "currentDiscountedPriceSet")
def _current_shipping_price(row, _info):
    return _shipping_price(row, _info).plus(row["refunded"], -1)


APPLICATION_TYPES = {
    "code": "DiscountCodeApplication",
    "automatic": "AutomaticDiscountApplication",
    "manual": "ManualDiscountApplication",
    "script": "ScriptDiscountApplication",
}


def _application(row: dict) -> dict:
    amount = row["amount"]
    value = (
        {"__typename": "PricingPercentageValue", "percentage": row["percentage"]}
        if amount is None
        else {"__typename": "MoneyV2", "amount": graphql_amount(amount[2], amount[3]), "currencyCode": amount[3]}
    )
    return {
        **row,
        "__typename": APPLICATION_TYPES[row["origin"]],
        "code": row["title"],
        "description": row["title"],
        "value": value,
    }


@field("Order", "discountApplications")
def _applications(order, _info, **arguments):
    return connection([_application(row) for row in order["discountApplications"]], arguments)


@field("Order", "transactions")
def _transactions(order, _info, first=None, **_arguments):
    return [{**row, "_order": order} for row in order["transactions"][:first]]


@field("OrderTransaction", "parentTransaction")
def _parent(row, _info):
    rows = row["_order"]["transactions"]
    return next(({**other, "_order": row["_order"]} for other in rows if other["id"] == row["parent"]), None)


def line_of(order: dict, key: int) -> dict[str, Any] | None:
    """A line of an order with its order at hand."""
    line = next((line for line in order["lines"] if line["id"] == key), None)
    return {**line, "_order": order} if line else None
