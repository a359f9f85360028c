"""Orders from a seed, in all shapes that hurt, and the catalogue they are made of.

Everything here is pure: numbers in, plain dicts out; the state module stores them.
"""

from __future__ import annotations

from .catalogue import catalogue
from .checks import check_order
from .shapes import SHAPES, Goods, generate

__all__ = ["SHAPES", "Goods", "catalogue", "check_order", "generate"]
