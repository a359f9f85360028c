"""Taxes on lines, charges and refunds."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from .base import Amount, CountryCode, Document


class TaxAmount(Document):
    """One tax on one line or charge.

    :param rate: fraction, 0.0725 for 7.25 %
    :param amount: tax in the order's currency, as the channel rounded it
    :param included: the amount is contained in the line's ``net_amount``
    """

    title: str
    rate: Decimal = Field(ge=0)
    amount: Amount
    included: bool = False
    country_code: CountryCode | None = None
