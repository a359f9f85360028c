"""The bytes between ``fetch`` and ``decode``.

``{"order": ..., "agreements": [...]}``, ``{"product": ..., "variants": [...]}``, or
``{"problem": ...}`` for an object that could not be read this time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...connector_base.lib.errors import DataError, TransientError


def pack(value: Mapping[str, Any]) -> bytes:
    """Fetched JSON as the bytes that ``decode`` takes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def pack_problem(message: str) -> bytes:
    """An object that could not be read, and why."""
    return pack({"problem": message})


def unpack(raw: bytes, name: str) -> Mapping[str, Any]:
    """What ``pack`` made.

    :param name: the key that must be there: ``order`` or ``product``
    :raises TransientError: it could not be read this time
    :raises DataError: it is a notification that names no object, or no JSON at all
    """
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise DataError(
            "the delivery is not JSON", category="format", params={"reason": "not_json", "size": len(raw)}
        ) from error
    if isinstance(value, dict) and "problem" in value:
        raise TransientError(f"Shopify could not give the {name}: {value['problem']}")
    if not isinstance(value, dict) or not isinstance(value.get(name), dict):
        raise DataError(
            f"the delivery does not say which {name} it is about", category="format", params={"reason": "no_id"}
        )
    return value
