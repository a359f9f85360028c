"""The catalogue and the locations of the local shop, the same for the same size."""

from __future__ import annotations

import random
from typing import Any

#: name, ISO country, state code, state, city, street, zip, phone, IANA time zone
LOCATIONS = (
    ("Reno", "US", "NV", "Nevada", "Reno", "1200 Depot Road", "89502", "+17755550100", "America/Los_Angeles"),
    (
        "Louisville",
        "US",
        "KY",
        "Kentucky",
        "Louisville",
        "88 Freight Lane",
        "40214",
        "+15025550101",
        "America/Kentucky/Louisville",
    ),
    (
        "Rotterdam",
        "NL",
        "ZH",
        "Zuid-Holland",
        "Rotterdam",
        "Waalhaven Zuidzijde 12",
        "3089 JH",
        "+31105550102",
        "Europe/Amsterdam",
    ),
)
COUNTRIES = {"US": "United States", "NL": "Netherlands"}

NOUNS = (
    "Lamp",
    "Kettle",
    "Backpack",
    "Notebook",
    "Chair",
    "Mug",
    "Blanket",
    "Headlamp",
    "Bottle",
    "Apron",
    "Clock",
    "Basket",
)
ADJECTIVES = ("Walnut", "Copper", "Linen", "Slate", "Felt", "Cork", "Enamel", "Wool")
SIZES = ("Small", "Medium", "Large", "Extra large")

FIRST_PRODUCT = 8_000_000_000_001
FIRST_VARIANT = 44_000_000_000_001
FIRST_ITEM = 46_000_000_000_001
FIRST_LOCATION = 70_000_000_001


def catalogue(variants: int = 40, stock: int = 250) -> dict[str, Any]:
    """Products, variants, items, locations and opening stock.

    :param variants: how many variants with a SKU ``HUB-0001`` and so on; every
        product has up to four. Three more products come on top: a gift card,
        a variant that only the shop knows (``SHOP-ONLY-1``) and one without SKU
    :param stock: units available of each variant at each location
    """
    chance = random.Random("catalogue")
    data: dict[str, Any] = {"locations": locations(), "products": [], "variants": []}
    while len(data["variants"]) < variants:
        size = min(4, variants - len(data["variants"]))
        _add_product(data, chance, size)
    _add_special(data, "Gift card", "GIFT-50", 5000, is_gift_card=True)
    _add_special(data, "Window display", "SHOP-ONLY-1", 4200)
    _add_special(data, "Sample without code", "", 700)
    data["levels"] = [
        {"item": variant["item"], "location": location["id"], "available": stock}
        for variant in data["variants"]
        if variant["tracked"]
        for location in data["locations"]
    ]
    return data


def locations() -> list[dict[str, Any]]:
    """The three places of the shop, one of them in another country and zone."""
    return [
        {
            "id": FIRST_LOCATION + index,
            "name": name,
            "timezone": zone,
            "active": True,
            "address": {
                "address1": street,
                "address2": None,
                "city": city,
                "zip": postcode,
                "province": state,
                "provinceCode": code,
                "country": COUNTRIES[country],
                "countryCode": country,
                "phone": phone,
            },
        }
        for index, (name, country, code, state, city, street, postcode, phone, zone) in enumerate(LOCATIONS)
    ]


def _add_product(data: dict, chance: random.Random, size: int) -> None:
    """A product with ``size`` variants of rising price."""
    number = len(data["products"])
    title = f"{ADJECTIVES[number % len(ADJECTIVES)]} {NOUNS[number % len(NOUNS)]}"
    if number >= len(ADJECTIVES) * len(NOUNS):
        title = f"{title} {number}"
    product = _product(data, title)
    price = chance.randrange(500, 12000)
    for position in range(size):
        index = len(data["variants"]) + 1
        _variant(
            data,
            product,
            f"HUB-{index:04d}",
            price + position * chance.randrange(100, 900),
            title=SIZES[position] if size > 1 else "Default Title",
            barcode=_ean13(f"200{index:09d}"),
            grams=chance.randrange(80, 4000),
            position=position + 1,
        )


def _add_special(data: dict, title: str, sku: str, price: int, is_gift_card: bool = False) -> None:
    product = _product(data, title)
    product["isGiftCard"] = is_gift_card
    variant = _variant(data, product, sku, price)
    if is_gift_card:
        variant.update(tracked=False, requiresShipping=False, taxable=False)


def _product(data: dict, title: str) -> dict[str, Any]:
    product = {
        "id": FIRST_PRODUCT + len(data["products"]),
        "title": title,
        "handle": title.lower().replace(" ", "-"),
        "vendor": "Hub Goods",
        "productType": title.split()[-1],
        "status": "ACTIVE",
        "isGiftCard": False,
        "tags": [],
    }
    data["products"].append(product)
    return product


def _variant(data, product, sku, price, title="Default Title", barcode="", grams=250, position=1) -> dict:
    index = len(data["variants"])
    variant = {
        "id": FIRST_VARIANT + index,
        "product": product["id"],
        "item": FIRST_ITEM + index,
        "sku": sku,
        "barcode": barcode or None,
        "title": title,
        "price": price,
        "taxable": True,
        "tracked": True,
        "requiresShipping": True,
        "grams": grams,
        "position": position,
    }
    data["variants"].append(variant)
    return variant


def _ean13(digits: str) -> str:
    """Twelve digits with their check digit."""
    weighted = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(digits))
    return digits + str(-weighted % 10)
