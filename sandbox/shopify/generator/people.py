"""Buyers and addresses, plain and awkward ones. None of them exists."""

from __future__ import annotations

import random
from typing import Any

#: first name, last name
NAMES = (
    ("Ada", "Berg"),
    ("Ben", "Okafor"),
    ("Carla", "Mendes"),
    ("Dilip", "Rao"),
    ("Eve", "Larsen"),
    ("Femke", "de Vries"),
    ("Grace", "O'Neill"),
    ("Hugo", "Martin"),
    ("Ines", "Silva"),
    ("Jonas", "Weber"),
    ("Kim", "Park"),
    ("Lena", "Novak"),
)
UNICODE_NAMES = (
    ("Žofie", "Dvořáková"),
    ("李", "小龙"),
    ("محمد", "العربي"),
    ("Søren", "Ærø"),
    ("Zoë 🌻", "D’Angelo"),
    ("Ǻsa", "Þorláksdóttir"),
)
#: street, city, zip, state, state code, country, country code
US_PLACES = (
    ("500 Pine Street", "Seattle", "98101", "Washington", "WA"),
    ("17 Elm Avenue", "Austin", "78701", "Texas", "TX"),
    ("902 Lake Shore Drive", "Chicago", "60611", "Illinois", "IL"),
    ("4 Harbor View", "Boston", "02110", "Massachusetts", "MA"),
    ("77 Sunset Boulevard", "Los Angeles", "90028", "California", "CA"),
)
EU_PLACES = (
    ("Keizersgracht 10", "Amsterdam", "1015 CN", "", "", "Netherlands", "NL"),
    ("Hauptstraße 5", "Berlin", "10827", "", "", "Germany", "DE"),
    ("12 Rue de la Paix", "Paris", "75002", "", "", "France", "FR"),
    ("Via Roma 3", "Milano", "20121", "Milano", "MI", "Italy", "IT"),
)
UNICODE_PLACES = (
    ("Náměstí Míru 9 🏠", "Plzeň", "301 00", "", "", "Czechia", "CZ"),
    ("東京都千代田区丸の内1-9-1", "千代田区", "100-0005", "東京都", "JP-13", "Japan", "JP"),
    ("Rúa do Ouro 7 – 2º", "A Coruña", "15001", "A Coruña", "C", "Spain", "ES"),
)
COMPANIES = (
    ("Northwind Traders GmbH", "DE811907980"),
    ("Blue Anchor Supplies LLC", ""),
    ("Papeterie Moreau SARL", "FR40303265045"),
)


def address(chance: random.Random, name: tuple[str, str], place: tuple | None = None) -> dict:
    """A mailing address; a place without country is in the United States."""
    place = place or chance.choice(US_PLACES)
    street, city, postcode, state, code, country, country_code = (
        place if len(place) == 7 else (*place, "United States", "US")
    )
    return {
        "firstName": name[0] or None,
        "lastName": name[1] or None,
        "company": None,
        "address1": street,
        "address2": chance.choice((None, None, "Suite 3", "2nd floor")),
        "city": city,
        "zip": postcode,
        "province": state or None,
        "provinceCode": code or None,
        "country": country or None,
        "countryCodeV2": country_code or None,
        "phone": f"+1206555{chance.randrange(10000):04d}",
    }


def customer(chance: random.Random, name: tuple[str, str], key: int | None = None) -> dict:
    """A registered customer.

    :param key: pool number; the same number gives the same customer, so that
        buyers come back
    """
    key = chance.randrange(60) if key is None else key
    first = name[0] or "buyer"
    ascii_name = "".join(letter for letter in first.lower() if letter.isascii() and letter.isalnum()) or "buyer"
    return {
        "key": f"{first}-{name[1]}-{key}",
        "firstName": name[0] or None,
        "lastName": name[1] or None,
        "email": f"{ascii_name}.{key}@buyers.example",
        "phone": None,
        "locale": "en",
        "taxExempt": False,
    }


def company(chance: random.Random) -> dict[str, Any]:
    """A B2B buyer: company and the branch that ordered."""
    index = chance.randrange(len(COMPANIES))
    name, vat = COMPANIES[index]
    branch = chance.randrange(2)
    return {
        "key": index,
        "name": name,
        "externalId": f"B2B-{index + 1:03d}",
        "location": {
            "key": branch,
            "name": ("Main office", "Warehouse")[branch],
            "externalId": f"B2B-{index + 1:03d}-{branch + 1}",
            "vat": vat,
        },
    }
