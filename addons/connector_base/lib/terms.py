"""What people have in hand when they look for a message: numbers, ids, e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
LONGEST = 200


def normal(text: str) -> str:
    """A number or id as it is kept and looked for: no spaces around, no ``#``, lower case."""
    return text.strip().lstrip("#").strip().casefold()[:LONGEST]


def normal_email(text: str) -> str:
    """An e-mail address as it is fingerprinted."""
    return text.strip().casefold()


def is_email(text: str) -> bool:
    """Whether what was typed is a whole e-mail address."""
    return bool(EMAIL.match(text.strip()))


def is_correlation(text: str) -> bool:
    """Whether what was typed is a correlation id."""
    return bool(UUID.match(text.strip()))


def spellings(text: str) -> list[str]:
    """How what was typed may stand in a column that keeps numbers as they are written."""
    bare = text.strip().lstrip("#").strip()
    found: Iterable[str] = (text.strip(), bare, bare.upper(), bare.lower(), f"#{bare}", f"#{bare.upper()}")
    return list(dict.fromkeys(spelling for spelling in found if spelling))
