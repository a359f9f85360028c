"""Who buys and where it goes."""

from __future__ import annotations

from .base import CountryCode, Document, ExternalId


class Address(Document):
    """A postal address as the partner gave it; codes in ISO form where known.

    ``state_code`` is the part of ISO 3166-2 after the dash; ``state_name`` is kept
    for the states that no code was given for.
    """

    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    zip: str = ""
    state_code: str = ""
    state_name: str = ""
    country_code: CountryCode | None = None
    phone: str = ""


class BuyerCompany(Document):
    """The company behind a B2B order (``location_id``: its branch that ordered)."""

    external_id: ExternalId
    name: str
    location_id: str = ""
    location_name: str = ""
    vat: str = ""


class Customer(Document):
    """The buyer. A guest has no ``external_id``; a nameless one has no name."""

    external_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    vat: str = ""
    locale: str = ""
    tax_exempt: bool = False
    company: BuyerCompany | None = None
