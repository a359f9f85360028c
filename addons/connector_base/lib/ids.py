"""Identifiers and digests."""

from __future__ import annotations

import hashlib
import secrets
import time


def new_correlation_id() -> str:
    """A sortable id of one business chain: time in ms, then randomness (UUIDv7 layout)."""
    value = (int(time.time() * 1000) & (1 << 48) - 1) << 80 | 7 << 76
    value |= secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def digest(raw: bytes) -> str:
    """SHA-256 of bytes, in hex: identity where a partner gives none."""
    return hashlib.sha256(raw).hexdigest()


def new_token() -> str:
    """An unguessable path segment (256 bits)."""
    return secrets.token_urlsafe(32)
