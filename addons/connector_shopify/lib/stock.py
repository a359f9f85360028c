"""Stock levels: absolute values out, compared with what was believed to be there.

Pure. Admin API, inventorySetQuantities: at most 250 levels a call, refused as a whole
when one of them is at fault; ``@idempotent(key:)`` and, for every level,
``changeFromQuantity`` are mandatory since 2026-04 (null: set it whatever is there).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from ...connector_base.lib.adapter import Call, CallResult
from ...connector_base.lib.errors import DataError
from ...connector_oms.lib.documents import StockLevel, StockUpdate
from .client import user_error
from .const import MAX_ITEMS
from .operations import operation
from .values import tail, text

SET = "inventory_set_quantities"
ACTIVATE = "inventory_activate"
QUANTITY_NAME = "available"
#: InventoryAdjustmentReason: "correction" is the one that says nothing more
REASON = "correction"

STALE_CODES = ("CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE")
NOT_STOCKED_CODES = ("ITEM_NOT_STOCKED_AT_LOCATION",)
#: kinds of levels at fault in an answer
FAULTS = ("stale", "not_stocked", "errors")
#: codes that are about the call, not about a level of it
CALL_CODES = (
    "IDEMPOTENCY_CONCURRENT_REQUEST",
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    "INVALID_NAME",
    "INVALID_REASON",
    "INVALID_REFERENCE_DOCUMENT",
)

Json = Mapping[str, Any]


def set_calls(update: StockUpdate, now: datetime) -> list[Call]:
    """The calls that publish an update, at most 250 levels each.

    :param now: aware time of the intent
    :raises DataError: the same level twice (Shopify would refuse all)
    """
    pairs = [(level.stock_id, level.location_id) for level in update.levels]
    if len(set(pairs)) < len(pairs):
        raise DataError("a stock level stands twice in one update", category="technical")
    starts = range(0, len(update.levels), MAX_ITEMS)
    return [
        _set_call(update, part, update.levels[start : start + MAX_ITEMS], now) for part, start in enumerate(starts, 1)
    ]


def _set_call(update: StockUpdate, part: int, levels: Sequence[StockLevel], now: datetime) -> Call:
    meta = [
        {
            "stock_id": level.stock_id,
            "location_id": level.location_id,
            "available": level.available,
            "expected": level.expected,
            "version": level.version,
        }
        for level in levels
    ]
    key = idempotency_key(update.reference, meta, now)
    version = max(level.version for level in levels)
    variables = {
        "key": key,
        "input": {
            "name": QUANTITY_NAME,
            "reason": REASON,
            "referenceDocumentUri": f"odoo://stock/{quote(update.reference)}?version={version}",
            "quantities": [
                {
                    "inventoryItemId": level.stock_id,
                    "locationId": level.location_id,
                    "quantity": level.available,
                    # null must be written: leaving it out is refused
                    "changeFromQuantity": level.expected,
                }
                for level in levels
            ],
        },
    }
    return Call(
        key=f"{update.reference}:{part}",
        operation=SET,
        body=operation(SET).body(variables),
        meta={"levels": meta},
    )


def activate_call(level: StockLevel, reference: str, now: datetime) -> Call:
    """The call that stocks an item at a place where it is not stocked yet."""
    meta = {
        "stock_id": level.stock_id,
        "location_id": level.location_id,
        "available": level.available,
        "version": level.version,
    }
    key = idempotency_key(f"{reference}:activate", [meta], now)
    variables = {
        "inventoryItemId": level.stock_id,
        "locationId": level.location_id,
        "available": level.available,
        "key": key,
    }
    return Call(
        key=f"{reference}:{tail(level.stock_id)}@{tail(level.location_id)}",
        operation=ACTIVATE,
        body=operation(ACTIVATE).body(variables),
        meta={"levels": [meta]},
    )


def idempotency_key(reference: str, levels: Sequence[Json], now: datetime) -> str:
    """A UUID for one preparation of one call.

    Made of the content, so that a key can never meet other parameters
    (IDEMPOTENCY_KEY_PARAMETER_MISMATCH), and of the time, so that a call prepared anew
    is not refused for a first try that failed (IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED).
    The key is in the call's bytes, which the hub commits before it sends them.
    """
    content = json.dumps(levels, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(content).hexdigest()
    return str(uuid5(NAMESPACE_URL, f"{reference}/{digest}/{now.timestamp()}"))


def set_result(call: Call, payload: Json) -> CallResult:
    """What became of the levels of a call.

    The answer's data: ``applied`` (all or nothing), and the levels at fault, each with
    stock_id, location_id, available, version, code and message: ``stale`` (the shop
    holds something else than expected: read, and send anew), ``not_stocked`` (to be
    activated first), ``errors`` (others).

    :param payload: ``data.inventorySetQuantities``
    :raises ConnectorError: the call as a whole was refused
    """
    errors = payload.get("userErrors") or []
    about_call = [error for error in errors if error.get("code") in CALL_CODES]
    if about_call:
        raise user_error(about_call, category="stock")
    group = payload.get("inventoryAdjustmentGroup") or {}
    data: dict[str, Any] = {"applied": not errors, **{kind: [] for kind in FAULTS}}
    for error in errors:
        level = _level_of(call.meta["levels"], error.get("field"))
        if level is None:  # not about a level: nobody could tell what to leave out
            raise user_error([error], category="stock")
        entry = {**level, "code": text(error.get("code")), "message": text(error.get("message"))}
        data[_kind(error)].append(entry)
    # nothing changed where all levels held the value already: Shopify names no group then
    return CallResult(external_id=text(group.get("id")), data=data)


def without(call: Call, faults: Json) -> Call | None:
    """The same call without the levels at fault, None when nothing is left of it.

    Its key follows from the call's and from what is left out, so that it is the same
    whenever the same levels are at fault.

    :param faults: data of ``set_result``
    """
    out = {(entry["stock_id"], entry["location_id"]) for kind in FAULTS for entry in faults[kind]}
    kept = [
        index for index, level in enumerate(call.meta["levels"]) if (level["stock_id"], level["location_id"]) not in out
    ]
    if not kept:
        return None
    variables = json.loads(call.body)["variables"]
    quantities = variables["input"]["quantities"]
    variables["input"]["quantities"] = [quantities[index] for index in kept]
    variables["key"] = str(uuid5(NAMESPACE_URL, f"{variables['key']}/{sorted(out)}"))
    levels = [call.meta["levels"][index] for index in kept]
    return Call(call.key, SET, operation(SET).body(variables), {"levels": levels})


def _kind(error: Json) -> str:
    if error.get("code") in STALE_CODES:
        return "stale"
    return "not_stocked" if error.get("code") in NOT_STOCKED_CODES else "errors"


def _level_of(levels: Sequence[Json], field: Any) -> Json | None:
    """The level a user error is about: ``["input", "quantities", "3", ...]``."""
    for part in field or ():
        if str(part).isascii() and str(part).isdigit() and int(part) < len(levels):
            return levels[int(part)]
    return levels[0] if len(levels) == 1 else None


def activate_result(call: Call, payload: Json) -> CallResult:
    """What became of an activation.

    :param payload: ``data.inventoryActivate``
    :raises ConnectorError: it was refused
    """
    errors = payload.get("userErrors") or []
    if errors:
        raise user_error(errors, category="stock", params={"level": dict(call.meta["levels"][0])})
    level = payload.get("inventoryLevel") or {}
    return CallResult(external_id=text(level.get("id")), data={"applied": True})


def available(level: Json | None) -> int | None:
    """The available units of an InventoryLevel; None where the item is not stocked."""
    if not level or not level.get("isActive", True):
        return None
    found = (entry for entry in level.get("quantities") or () if entry["name"] == QUANTITY_NAME)
    return next((entry["quantity"] for entry in found), None)
