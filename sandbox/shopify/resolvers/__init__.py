"""What each field of the subset answers. Importing the modules registers them."""

from __future__ import annotations

from . import (
    bulk,
    fulfilment,
    give_back,
    inventory,
    ledger,
    listings,
    mutations,
    offers,
    orders,
    payouts,
    products,
    refunds,
    returns,
    roots,
    shop,
)
from .base import attach

__all__ = [
    "attach",
    "bulk",
    "fulfilment",
    "give_back",
    "inventory",
    "ledger",
    "listings",
    "mutations",
    "offers",
    "orders",
    "payouts",
    "products",
    "refunds",
    "returns",
    "roots",
    "shop",
]
