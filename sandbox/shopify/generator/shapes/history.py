"""What happened to an order before anyone imported it."""

from __future__ import annotations

from ..spec import OrderSpec
from .mold import Mold, code, shape


@shape
def edited(mold: Mold) -> OrderSpec:
    """A unit added, another removed, before anyone imported it."""
    lines = [mold.line(quantity=2), mold.line(quantity=3)]
    return mold.order(
        "edited",
        lines,
        discounts=[code("SAVE", "percentage", "0.15")],
        steps=[
            {"do": "edit", "changes": [[0, 1], [1, -2]]},
        ],
    )


@shape
def edited_line_removed(mold: Mold) -> OrderSpec:
    """A whole line removed by an edit: it stays with nothing left of it."""
    return mold.order(
        "edited_line_removed",
        [mold.line(quantity=1), mold.line(quantity=2)],
        steps=[{"do": "edit", "changes": [[1, -2]]}],
    )


@shape
def edited_line_added(mold: Mold) -> OrderSpec:
    """A line added by an edit, not paid yet."""
    return mold.order("edited_line_added", steps=[{"do": "edit", "add": 1}])


@shape
def cancelled(mold: Mold) -> OrderSpec:
    """Cancelled and refunded before import."""
    return mold.order("cancelled", steps=[{"do": "cancel", "reason": "CUSTOMER"}])


@shape
def partially_refunded(mold: Mold) -> OrderSpec:
    """One unit refunded before import, uneven shares of discount and tax with it."""
    return mold.order(
        "partially_refunded",
        [mold.line(quantity=3), mold.line(quantity=1)],
        discounts=[code("SAVE", "percentage", "0.1")],
        steps=[{"do": "refund", "lines": [[0, 1]]}],
    )


@shape
def refund_pending(mold: Mold) -> OrderSpec:
    """A refund whose money has not moved yet."""
    return mold.order(
        "refund_pending",
        [mold.line(quantity=2)],
        steps=[
            {"do": "refund", "lines": [[0, 1]], "payment": "PENDING"},
        ],
    )


@shape
def amount_refunded(mold: Mold) -> OrderSpec:
    """Money given back without goods: an adjustment on the ledger."""
    return mold.order("amount_refunded", steps=[{"do": "refund", "adjustment": 123}])


@shape
def shipping_refunded(mold: Mold) -> OrderSpec:
    """Shipping with its tax refunded, the goods kept."""
    return mold.order("shipping_refunded", steps=[{"do": "refund", "shipping": True}])


@shape
def partially_fulfilled(mold: Mold) -> OrderSpec:
    """One unit of the first line shipped before import."""
    return mold.order(
        "partially_fulfilled",
        [mold.line(quantity=3), mold.line(quantity=2)],
        steps=[{"do": "fulfil", "lines": [[0, 1]]}],
    )


@shape
def on_hold(mold: Mold) -> OrderSpec:
    """Its fulfilment order is on hold."""
    return mold.order(
        "on_hold",
        steps=[
            {"do": "hold", "reason": "INCORRECT_ADDRESS", "notes": "Street number is missing"},
        ],
    )
