"""Who buys, and where it goes: Shopify's customers, companies and addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...connector_oms.lib.documents import Address, BuyerCompany, Customer
from .values import text

_COUNTRY = re.compile(r"^[A-Z]{2}$")
#: Shopify's "Rest of World", no country of ISO 3166-1
_NO_COUNTRY = "ZZ"
#: province codes of Shopify that ISO 3166-2 writes otherwise
_STATES = {("MX", "DF"): "CMX"}


def address(value: Mapping[str, Any] | None) -> Address | None:
    """A MailingAddress, CompanyAddress or LocationAddress; None for one that says nothing."""
    if not value:
        return None
    country = country_code(value.get("countryCodeV2") or value.get("countryCode"))
    found = Address(
        name=person_name(value) or text(value.get("name")).strip(),
        company=text(value.get("company")).strip(),
        street=text(value.get("address1")).strip(),
        street2=text(value.get("address2")).strip(),
        city=text(value.get("city")).strip(),
        zip=text(value.get("zip")).strip(),
        state_code=_state_code(value.get("provinceCode"), country),
        state_name=text(value.get("province")).strip(),
        country_code=country,
        phone=text(value.get("phone")).strip(),
    )
    return found if found != Address() else None


def country_code(value: Any) -> str | None:
    """An ISO 3166-1 alpha-2 code; None for anything else."""
    code = text(value).strip().upper()
    return code if _COUNTRY.match(code) and code != _NO_COUNTRY else None


def _state_code(value: Any, country: str | None) -> str:
    """The subdivision's part of ISO 3166-2; Shopify sometimes writes the country before it."""
    code = text(value).strip().upper()
    if country and code.startswith(f"{country}-"):
        code = code[len(country) + 1 :]
    return _STATES.get((country or "", code), code)


def person_name(value: Mapping[str, Any] | None) -> str:
    """First and last name of a customer or an address, "" for a nameless one.

    Never ``displayName``: Shopify puts the e-mail or phone there when the name is missing.
    """
    parts = ((value or {}).get("firstName"), (value or {}).get("lastName"))
    return " ".join(text(part).strip() for part in parts if text(part).strip())


def customer(order: Mapping[str, Any]) -> Customer | None:
    """The buyer of an order; a guest has no id, and a POS sale may have no buyer at all."""
    account = order.get("customer") or {}
    company = buyer_company(order.get("purchasingEntity"))
    places = [order.get("billingAddress"), order.get("shippingAddress")]
    names = [person_name(account), *(person_name(place) for place in places)]
    found = Customer(
        external_id=text(account.get("id")),
        name=next(filter(None, names), ""),
        email=text((account.get("defaultEmailAddress") or {}).get("emailAddress")) or text(order.get("email")),
        phone=text((account.get("defaultPhoneNumber") or {}).get("phoneNumber")) or text(order.get("phone")),
        vat=company.vat if company else "",
        locale=text(order.get("customerLocale")) or text(account.get("locale")),
        tax_exempt=_tax_exempt(order),
        company=company,
    )
    says_who = found.external_id or found.name or found.email or found.phone or company
    return found if says_who else None


def _tax_exempt(order: Mapping[str, Any]) -> bool:
    place = (order.get("purchasingEntity") or {}).get("location") or {}
    return bool(
        order.get("taxExempt")
        or (order.get("customer") or {}).get("taxExempt")
        or (place.get("taxSettings") or {}).get("taxExempt")
    )


def buyer_company(entity: Mapping[str, Any] | None) -> BuyerCompany | None:
    """The company of a B2B order (PurchasingCompany), None for a person's order."""
    company = (entity or {}).get("company")
    if not company:
        return None
    place = entity.get("location") or {}
    return BuyerCompany(
        external_id=company["id"],
        name=text(company.get("name")),
        location_id=text(place.get("id")),
        location_name=text(place.get("name")),
        vat=text((place.get("taxSettings") or {}).get("taxRegistrationId")),
    )
