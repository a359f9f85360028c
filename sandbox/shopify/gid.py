"""Shopify's global ids: ``gid://shopify/Order/123``."""

from __future__ import annotations

PREFIX = "gid://shopify/"


def gid(kind: str, key: object) -> str:
    """The global id of a thing."""
    return f"{PREFIX}{kind}/{key}"


def split_gid(text: str) -> tuple[str, str]:
    """Type name and id of a global id, ``("", "")`` when it is none."""
    if not isinstance(text, str) or not text.startswith(PREFIX):
        return "", ""
    kind, _slash, key = text[len(PREFIX) :].partition("/")
    return kind, key


def number(text: str, kind: str) -> int:
    """The numeric id of a global id of one type, 0 when it is something else."""
    found, key = split_gid(text)
    return int(key) if found == kind and key.isdigit() else 0
