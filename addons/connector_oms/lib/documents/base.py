"""Types every canonical document is made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

#: an amount in the document's currency; never a float
Amount = Annotated[Decimal, Field(allow_inf_nan=False)]
#: a quantity in the line's unit of measure
Quantity = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
#: ISO 4217 alphabetic code
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
#: ISO 3166-1 alpha-2 code
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
#: the partner's identifier: never empty
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Timestamp = AwareDatetime


class Document(BaseModel):
    """A canonical document: immutable, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
