"""How names, addresses and e-mails are compared: pure, so that it can be proven."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from .documents import Address, Order

_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^\w]+")
#: one address, one "@", a dot in the domain; anything else is not matched on
_EMAIL = re.compile(r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+$")


def clean(text: str | None) -> str:
    """``text`` on one line, without leading, trailing or doubled white space."""
    return _SPACES.sub(" ", text or "").strip()


def fold(text: str | None) -> str:
    """``text`` as it is compared: case, accents, width and punctuation ignored.

    Letters outside the Latin script are kept, so that two Japanese names differ.
    """
    decomposed = unicodedata.normalize("NFKD", (text or "").casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    # NFC again: "ß".casefold() and composed Hangul must meet their other spelling
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFC", bare)).strip()


def normal_email(text: str | None) -> str:
    """The e-mail in the form ``res.partner.email_normalized`` keeps it, or "".

    :param text: what a partner sent; several addresses or junk count as none
    """
    email = clean(text).lower()
    return email if _EMAIL.match(email) else ""


def normal_vat(text: str | None) -> str:
    """A tax identifier without the blanks, dots and dashes people write in it."""
    return re.sub(r"[^A-Z0-9]", "", (text or "").upper())


def normal_code(text: str | None) -> str:
    """A SKU or barcode as it is compared: trimmed, case kept (SKUs may differ by case)."""
    return (text or "").strip()


def recipient(name: str | None, company: str | None, owner_names: Iterable[str] = ()) -> str:
    """Who a parcel is addressed to, on one line.

    :param owner_names: names that Odoo prints above the address anyway
    """
    person, firm = clean(name), clean(company)
    shown = {fold(text) for text in owner_names} | {fold(person)}
    if firm and fold(firm) not in shown:
        return f"{firm}, {person}" if person else firm
    return person


def address_key(
    who: str | None,
    street: str | None,
    street2: str | None,
    city: str | None,
    zip_code: str | None,
    state: str | None,
    country: str | None,
) -> tuple[str, ...]:
    """What makes two addresses the same place and recipient.

    Phone numbers are left out: people change them without moving.

    :param who: the recipient, see ``recipient``
    :param state: subdivision code (ISO 3166-2 after the dash) or the name as given
    :param country: ISO 3166-1 alpha-2 code
    """
    return (
        fold(who),
        fold(" ".join(part for part in (street, street2) if part)),
        fold(city),
        fold(zip_code).replace(" ", ""),
        fold(state),
        (country or "").upper(),
    )


def is_blank(address: Address | None) -> bool:
    """Whether an address says nothing about where to go."""
    return address is None or not any(
        (address.street, address.street2, address.city, address.zip, address.country_code)
    )


def address_checksum(order: Order) -> str:
    """Digest of where an order goes, to tell a change by the channel from one by a clerk."""
    parts = [
        address.model_dump_json() if address else "" for address in (order.billing_address, order.shipping_address)
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def buyer_name(order: Order) -> str:
    """The name a customer is kept under; orders without any get one that tells them apart.

    Order of preference: the customer, the billing and the shipping address, their
    companies, the e-mail, ``Guest <order number>``.
    """
    addresses = [entry for entry in (order.billing_address, order.shipping_address) if entry]
    candidates = [order.customer.name if order.customer else ""]
    candidates += [entry.name for entry in addresses]
    candidates += [entry.company for entry in addresses]
    candidates += [buyer_email(order)]
    named = next((clean(text) for text in candidates if clean(text)), "")
    return named or f"Guest {order.number}"


def buyer_email(order: Order) -> str:
    """The normalised e-mail of the buyer: the customer's, else the order's, else ""."""
    customer = order.customer
    return normal_email(customer.email if customer else "") or normal_email(order.email)


def line_description(title: str, bundle_title: str = "", attributes: dict | None = None) -> str:
    """The text of an order line: title, bundle it was sold in, the buyer's own choices.

    :param attributes: label -> value; labels that start with "_" are the channel's own
    """
    rows = [clean(title)]
    if bundle_title and clean(bundle_title) != rows[0]:
        rows[0] = f"{clean(bundle_title)}: {rows[0]}"
    for label, value in (attributes or {}).items():
        if value and not label.startswith("_"):
            rows.append(f"{clean(label)}: {clean(value)}")
    return "\n".join(rows)
