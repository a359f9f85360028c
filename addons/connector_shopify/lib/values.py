"""Reading single values out of what Shopify answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from ...connector_base.lib.errors import DataError

ZERO = Decimal(0)
#: ISO 4217 currencies that have not the usual two decimals
_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_TIME = re.compile(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)
_GID = re.compile(r"^gid://shopify/[A-Za-z]+/[^/\s]+$")


def parse_time(text: str | None) -> datetime | None:
    """An ISO 8601 time with its zone, as aware UTC; None for none or an unreadable one.

    Shopify writes up to nine digits of a second in X-Shopify-Triggered-At, more than
    ``datetime.fromisoformat`` takes.
    """
    match = _TIME.match((text or "").strip())
    if not match:
        return None
    day, clock, fraction, zone = match.groups()
    zone = "+00:00" if zone in "Zz" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{zone}")
    except ValueError:
        return None
    return moment.astimezone(timezone.utc)


def format_time(moment: datetime) -> str:
    """A time as Shopify's search syntax takes it (UTC, whole seconds)."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def decimal(value: Any) -> Decimal:
    """A number of Shopify's JSON (a string for money, a float for rates) as it is written.

    :raises DataError: it is no number
    """
    if value is None or value == "":
        return ZERO
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise DataError(f"{value!r} is not a number", category="data") from error
    if not number.is_finite():
        raise DataError(f"{value!r} is not a number", category="data")
    return number


def shop_amount(bag: Mapping[str, Any] | None) -> Decimal:
    """The amount of a MoneyBag in the shop's currency; 0 for none."""
    return decimal(((bag or {}).get("shopMoney") or {}).get("amount"))


def presentment_amount(bag: Mapping[str, Any] | None) -> Decimal:
    """The amount of a MoneyBag in the currency that the buyer saw; 0 for none."""
    return decimal(((bag or {}).get("presentmentMoney") or {}).get("amount"))


def quantum(currency: str) -> Decimal:
    """The smallest amount of a currency (ISO 4217)."""
    return Decimal(1).scaleb(-_DIGITS.get(currency, 2))


def nodes(connection: Mapping[str, Any] | None) -> list[Any]:
    """The nodes of a connection; [] for none."""
    return list((connection or {}).get("nodes") or ())


def text(value: Any) -> str:
    """A nullable string, "" for none."""
    return "" if value is None else str(value)


def is_gid(value: Any) -> bool:
    """Whether it is an identifier in the Admin API's form."""
    return isinstance(value, str) and bool(_GID.match(value))


def gid(resource: str, value: Any) -> str:
    """The Admin API's identifier of a resource, from that or from a REST number.

    :return: "" when it can be neither
    """
    if is_gid(value):
        return value if value.startswith(f"gid://shopify/{resource}/") else ""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return f"gid://shopify/{resource}/{value}"
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return f"gid://shopify/{resource}/{value}"
    return ""


def tail(identifier: str) -> str:
    """The last part of an identifier: what people know it by."""
    return identifier.rsplit("/", 1)[-1].split("?", 1)[0]
