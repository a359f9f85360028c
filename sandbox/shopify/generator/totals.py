"""What an order comes to, at first and now, and the states that follow from it."""

from __future__ import annotations

from ..money import Money, as_money, total
from .ledger import zero


def refresh(order: dict) -> dict:
    """Recompute totals and states after any change; returns the order."""
    order["totals"] = {**_at_first(order), **_now(order), **_paid(order)}
    totals = order["totals"]
    totals["outstanding"] = totals["currentTotal"].plus(totals["net"], -1)
    order["financialStatus"] = financial_status(order)
    order["fulfillmentStatus"] = fulfillment_status(order)
    return order


def _at_first(order: dict) -> dict[str, Money]:
    """Totals before returns; ``totalPrice`` counts what edits added."""
    nothing = zero(order)
    goods = [line for line in order["lines"] if not line["isTip"]]
    tips = [line for line in order["lines"] if line["isTip"]]

    def cut(holder: dict) -> Money:
        return total((entry["amount"] for entry in holder["discounts"]), nothing)

    lines = total((as_money(line["originalTotal"]).plus(cut(line), -1) for line in goods), nothing)
    shipping = total((row["originalPrice"] for row in order["shippingLines"]), nothing)
    shipping_cut = total((cut(row) for row in order["shippingLines"]), nothing)
    duties = [duty for line in order["lines"] for duty in line["duties"]]
    holders = [*order["lines"], *order["shippingLines"], *duties, *order["fees"]]
    tax = total((row["price"] for holder in holders for row in holder["taxLines"]), nothing)
    duty, fee = (total((row["price"] for row in rows), nothing) for rows in (duties, order["fees"]))
    tip = total((line["originalTotal"] for line in tips), nothing)
    whole = lines.plus(shipping).plus(shipping_cut, -1).plus(duty).plus(fee).plus(tip)
    return {
        "subtotal": lines,
        "totalShipping": shipping,
        "totalDiscounts": total((cut(line) for line in order["lines"]), shipping_cut).plus(shipping_cut),
        "totalTax": tax,
        "totalDuties": duty,
        "totalFees": fee,
        "totalTip": tip,
        "totalPrice": whole if order["taxesIncluded"] else whole.plus(tax),
    }


def _now(order: dict) -> dict[str, Money]:
    """Present totals: the sums of the ledger."""
    nothing = zero(order)
    sales = [entry for agreement in order["agreements"] for entry in agreement["sales"]]

    def net(*kinds: str) -> Money:
        chosen = [entry for entry in sales if entry["type"] in kinds]
        amount = total((entry["total"] for entry in chosen), nothing)
        if order["taxesIncluded"]:
            return amount
        return amount.plus(total((entry["tax"] for entry in chosen), nothing), -1)

    side = "discountAfter" if order["taxesIncluded"] else "discountBefore"
    return {
        "currentSubtotal": net("PRODUCT", "GIFT_CARD"),
        "currentShipping": net("SHIPPING"),
        "currentDuties": net("DUTY"),
        "currentFees": net("ADDITIONAL_FEE"),
        "currentTip": net("TIP"),
        "currentTax": total((entry["tax"] for entry in sales), nothing),
        "currentDiscounts": total((entry[side] for entry in sales), nothing),
        "currentTotal": total((entry["total"] for entry in sales), nothing),
        "originalTotal": total((entry["total"] for entry in order["agreements"][0]["sales"]), nothing)
        if order["agreements"]
        else nothing,
    }


def _paid(order: dict) -> dict[str, Money]:
    """Received and refunded; only what succeeded counts."""
    nothing = zero(order)
    done = [row for row in order["transactions"] if row["status"] == "SUCCESS"]
    received = total((r["amount"] for r in done if r["kind"] in ("SALE", "CAPTURE")), nothing)
    refunded = total((r["amount"] for r in done if r["kind"] == "REFUND"), nothing)

    def rounding(kinds: tuple[str, ...]) -> Money:
        return total((r["rounding"] for r in done if r["kind"] in kinds and r["rounding"]), nothing)

    return {
        "received": received,
        "refunded": refunded,
        "net": received.plus(refunded, -1),
        "paymentRounding": rounding(("SALE", "CAPTURE")),
        "refundRounding": rounding(("REFUND",)),
    }


def financial_status(order: dict) -> str:
    """``displayFinancialStatus`` from the transactions that succeeded."""
    totals = order["totals"]
    received, refunded = totals["received"].shop, totals["refunded"].shop
    if received <= 0:
        kinds = {row["kind"] for row in order["transactions"] if row["status"] == "SUCCESS"}
        if "VOID" in kinds:
            return "VOIDED"
        if "AUTHORIZATION" in kinds:
            return "AUTHORIZED"
        return "PAID" if totals["currentTotal"].shop <= 0 else "PENDING"
    if refunded >= received:
        return "REFUNDED"
    if refunded > 0:
        return "PARTIALLY_REFUNDED"
    return "PARTIALLY_PAID" if received < totals["currentTotal"].shop else "PAID"


def fulfillment_status(order: dict) -> str:
    """``displayFulfillmentStatus`` from what is shipped of what is owed."""
    lines = [line for line in order["lines"] if line["fulfillable"]]
    shipped = sum(line["fulfilledQuantity"] for line in lines)
    if not shipped:
        return "ON_HOLD" if order.get("onHold") else "UNFULFILLED"
    owed = sum(line["unfulfilledQuantity"] for line in lines)
    return "PARTIALLY_FULFILLED" if owed else "FULFILLED"
