"""Orders as a channel would send them, small and named for what they show."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from ..lib.documents import (
    Address,
    Cancellation,
    Charge,
    Customer,
    Hold,
    Order,
    OrderLine,
    Payment,
    TaxAmount,
    Totals,
)

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=timezone.utc)


def tax(rate, amount, title="VAT", included=False, country=None):
    """A tax of ``rate`` per cent."""
    return TaxAmount(
        title=title,
        rate=Decimal(str(rate)) / 100,
        amount=Decimal(str(amount)),
        included=included,
        country_code=country,
    )


def line(sku, quantity=1, net="10.00", taxes=(), **values):
    """A line of ``quantity`` units that come to ``net`` together."""
    quantity = Decimal(str(quantity))
    return OrderLine(
        **{
            "external_id": f"line-{sku or 'none'}",
            "product_id": f"variant-{sku}" if sku else "",
            "sku": sku,
            "title": f"Title of {sku or 'custom'}",
            "ordered_quantity": quantity,
            "quantity": quantity,
            "unit_price": Decimal(str(net)) / (quantity or 1),
            "net_amount": Decimal(str(net)),
            "taxes": tuple(taxes),
            **values,
        }
    )


def charge(kind, net, taxes=(), **values):
    """Money that is no product."""
    return Charge(
        **{
            "external_id": f"{kind}-1",
            "kind": kind,
            "title": kind.title(),
            "net_amount": Decimal(str(net)),
            "taxes": tuple(taxes),
            **values,
        }
    )


def address(**values):
    """A complete address in California."""
    return Address(
        **{
            "name": "Jane Doe",
            "street": "1 Main Street",
            "city": "San Francisco",
            "zip": "94105",
            "state_code": "CA",
            "state_name": "California",
            "country_code": "US",
            "phone": "+1 415 555 0100",
            **values,
        }
    )


def customer(number=1, **values):
    """A customer with an account."""
    return Customer(
        **{
            "external_id": f"customer-{number}",
            "name": "Jane Doe",
            "email": f"jane{number}@example.com",
            **values,
        }
    )


def payment(amount, external_id="pay-1", **values):
    """A successful card payment."""
    return Payment(
        **{
            "external_id": external_id,
            "kind": "sale",
            "status": "success",
            "gateway": "card",
            "amount": Decimal(str(amount)),
            "currency": "USD",
            **values,
        }
    )


def order(number=1001, lines=None, charges=(), minutes=0, **values):
    """An order whose totals are the sums of its parts.

    :param minutes: how much later than the first version this one is
    """
    lines = (line("SKU-A"),) if lines is None else tuple(lines)
    charges = tuple(charges)
    taxes = [entry for part in (*lines, *charges) for entry in part.taxes]
    net_lines = sum((part.net_amount for part in lines), Decimal(0))
    net_charges = sum((part.net_amount for part in charges), Decimal(0))
    on_top = sum((entry.amount for entry in taxes if not entry.included), Decimal(0))
    totals = Totals(
        lines=net_lines,
        charges=net_charges,
        tax=sum((entry.amount for entry in taxes), Decimal(0)),
        total=net_lines + net_charges + on_top,
    )
    return Order(
        **{
            "external_id": f"order-{number}",
            "number": f"#{number}",
            "version": NOON + timedelta(minutes=minutes),
            "placed_at": NOON,
            "currency": "USD",
            "presentment_currency": "USD",
            "presentment_total": totals.total,
            "customer": customer(number),
            "billing_address": address(),
            "shipping_address": address(),
            "lines": lines,
            "charges": charges,
            "financial_status": "paid",
            "totals": totals,
            **values,
        }
    )


def cancelled(document, minutes=10):
    """The same order, cancelled later."""
    return document.model_copy(
        update={
            "version": document.version + timedelta(minutes=minutes),
            "cancellation": Cancellation(cancelled_at=NOON, reason="customer"),
        }
    )


def hold(kind, reason="The channel says so"):
    """A reason not to ship."""
    return Hold(kind=kind, reason=reason)
