"""Buyers, addresses, companies, risk and places."""

from __future__ import annotations

from .. import people
from ..spec import OrderSpec, PaymentSpec
from .mold import Mold, shape


@shape
def guest(mold: Mold) -> OrderSpec:
    """No customer record, only an e-mail address."""
    return mold.order("guest", customer=None, email=f"guest{mold.chance.randrange(999)}@x.example")


@shape
def nameless(mold: Mold) -> OrderSpec:
    """A customer and addresses without any name."""
    home = people.address(mold.chance, ("", ""))
    buyer = people.customer(mold.chance, ("", ""), key=mold.chance.randrange(1000))
    return mold.order("nameless", customer=buyer, email=None, phone="+12065550199", billing=None, shipping_address=home)


@shape
def company(mold: Mold) -> OrderSpec:
    """A B2B order with branch and purchase order number, to be paid later."""
    order = mold.order(
        "company", po_number=f"PO-{mold.chance.randrange(10000):05d}", company=people.company(mold.chance), payments=[]
    )
    order.billing["company"] = order.shipping_address["company"] = order.company["name"]
    return order


@shape
def unicode(mold: Mold) -> OrderSpec:
    """Names, addresses and notes beyond Latin-1."""
    name = mold.chance.choice(people.UNICODE_NAMES)
    home = people.address(mold.chance, name, mold.chance.choice(people.UNICODE_PLACES))
    return mold.order(
        "unicode",
        customer=people.customer(mold.chance, name),
        billing=home,
        shipping_address=dict(home),
        note="Bitte leise klingeln 🙏\n谢谢",
        tags=["größe", "急ぎ"],
    )


@shape
def unknown_state(mold: Mold) -> OrderSpec:
    """A province no list of states knows."""
    order = mold.order("unknown_state")
    order.shipping_address.update(province="Upper Nowhere", provinceCode="ZZX")
    return order


@shape
def no_country(mold: Mold) -> OrderSpec:
    """An address without country, state and postcode."""
    order = mold.order("no_country")
    order.shipping_address.update(country=None, countryCodeV2=None, province=None, provinceCode=None, zip=None)
    return order


@shape
def no_shipping_address(mold: Mold) -> OrderSpec:
    """Sold over the counter: nothing to send."""
    return mold.order("no_shipping_address", shipping_address=None, shipping=[], source="pos")


@shape
def risk_investigate(mold: Mold) -> OrderSpec:
    """Shopify asks to look at it before shipping."""
    return mold.order("risk_investigate", risk="INVESTIGATE")


@shape
def risk_cancel(mold: Mold) -> OrderSpec:
    """Shopify thinks it is fraud."""
    return mold.order("risk_cancel", risk="CANCEL")


@shape
def multi_location(mold: Mold) -> OrderSpec:
    """Its lines are assigned to different locations."""
    return mold.order("multi_location", mold.lines(4), spread=True)


@shape
def test_order(mold: Mold) -> OrderSpec:
    """Placed with the test gateway."""
    return mold.order("test_order", test=True, payments=[PaymentSpec(gateway="bogus")])
