"""Stock: quantities by state, compare-and-set, and what orders do to them.

On hand is available, committed, damaged, quality control, reserved and safety
stock together; incoming is not there yet. Setting one of the two settable names
moves available, so that committed units stay promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .gid import gid, number
from .shop import Shop
from .store import stamp

PARTS = ("available", "committed", "damaged", "quality_control", "reserved", "safety_stock")
NAMES = (*PARTS, "incoming", "on_hand")
SETTABLE = ("available", "on_hand")
ADJUSTABLE = ("available", "damaged", "incoming", "quality_control", "reserved", "safety_stock")
#: https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps
REASONS = frozenset(
    (
        "correction",
        "cycle_count_available",
        "damaged",
        "movement_canceled",
        "movement_created",
        "movement_received",
        "movement_updated",
        "other",
        "promotion",
        "quality_control",
        "received",
        "reservation_created",
        "reservation_deleted",
        "reservation_updated",
        "restock",
        "safety_stock",
        "shrinkage",
    )
)
LIMIT = 1_000_000_000


@dataclass
class Change:
    """One quantity to be set or moved; ``expected`` is checked unless None."""

    index: int
    item: int
    location: int
    value: int
    expected: int | None


def quantity(level: dict[str, Any], name: str) -> int:
    """A quantity of a level by name."""
    return sum(level[part] for part in PARTS) if name == "on_hand" else level[name]


def level_of(shop: Shop, item: int, location: int) -> dict[str, Any] | None:
    """The active level of an item at a place."""
    level = shop.store.get("level", f"{item}:{location}")
    return level if level and level["active"] else None


def move(shop: Shop, item: int, location: int, **deltas: int) -> None:
    """Change quantities by name and tell the subscribers. Unknown levels stay unknown."""
    level = shop.store.get("level", f"{item}:{location}")
    if level is None:
        return
    for name, delta in deltas.items():
        level[name] += delta
    level["updatedAt"] = stamp()
    shop.store.put("level", f"{item}:{location}", level)
    if deltas.get("available"):
        shop.emit("inventory_levels/update", level)


def error(field: Sequence[str], code: str, message: str) -> dict[str, Any]:
    """A userError with a code."""
    return {"field": list(field), "code": code, "message": message}


def set_quantities(shop: Shop, data: dict[str, Any]) -> dict[str, Any]:
    """``inventorySetQuantities``: all of the quantities or none.

    :param data: InventorySetQuantitiesInput
    """
    name = data["name"]
    errors = _document_errors(data)
    if name not in SETTABLE:
        errors.append(
            error(("input", "name"), "INVALID_NAME", "The quantity name must be either 'available' or 'on_hand'.")
        )
    changes = _read(data["quantities"], "quantity")
    errors += _target_errors(shop, changes, "quantities", name if name in SETTABLE else None)
    for change in changes:
        where = ("input", "quantities", str(change.index), "quantity")
        if change.value > LIMIT:
            errors.append(
                error(where, "INVALID_QUANTITY_TOO_HIGH", "The total quantity can't be higher than 1,000,000,000.")
            )
        if change.value < 0 and name == "on_hand":
            errors.append(error(where, "INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative."))
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    deltas = []
    for change in changes:
        level = level_of(shop, change.item, change.location)
        deltas.append((change, "available", change.value - quantity(level, name)))
    return _apply(shop, deltas, data)


def adjust_quantities(shop: Shop, data: dict[str, Any]) -> dict[str, Any]:
    """``inventoryAdjustQuantities``: moves by a difference, all of them or none.

    :param data: InventoryAdjustQuantitiesInput
    """
    name = data["name"]
    errors = _document_errors(data)
    if name not in ADJUSTABLE:
        errors.append(error(("input", "name"), "INVALID_QUANTITY_NAME", "The specified quantity name is invalid."))
    for index, row in enumerate(data["changes"]):
        where = ("input", "changes", str(index), "ledgerDocumentUri")
        uri = row.get("ledgerDocumentUri")
        if name == "available" and uri:
            errors.append(
                error(
                    where,
                    "INVALID_AVAILABLE_DOCUMENT",
                    "A ledger document URI is not allowed when adjusting available.",
                )
            )
        elif name in ADJUSTABLE and name != "available" and not uri:
            errors.append(
                error(
                    where,
                    "INVALID_QUANTITY_DOCUMENT",
                    "A ledger document URI is required except when adjusting available.",
                )
            )
    changes = _read(data["changes"], "delta")
    errors += _target_errors(shop, changes, "changes", name if name in ADJUSTABLE else None)
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    return _apply(shop, [(change, name, change.value) for change in changes], data)


def _read(rows: Sequence[dict], key: str) -> list[Change]:
    return [
        Change(
            index,
            number(row["inventoryItemId"], "InventoryItem"),
            number(row["locationId"], "Location"),
            row[key],
            row.get("changeFromQuantity"),
        )
        for index, row in enumerate(rows)
    ]


def _document_errors(data: dict[str, Any]) -> list[dict]:
    errors = []
    if data["reason"] not in REASONS:
        errors.append(error(("input", "reason"), "INVALID_REASON", "The specified reason is invalid."))
    uri = data.get("referenceDocumentUri")
    if uri and ("://" not in uri or not uri.partition("://")[2]):
        errors.append(
            error(
                ("input", "referenceDocumentUri"),
                "INVALID_REFERENCE_DOCUMENT",
                "The specified reference document is invalid.",
            )
        )
    return errors


#: code -> (last part of the field's path, message)
TARGET_FAULTS = {
    "INVALID_INVENTORY_ITEM": ("inventoryItemId", "The specified inventory item could not be found."),
    "INVALID_LOCATION": ("locationId", "The specified location could not be found."),
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": (
        "locationId",
        "The combination of inventoryItemId and locationId must be unique.",
    ),
    "ITEM_NOT_STOCKED_AT_LOCATION": ("locationId", "The specified inventory item is not stocked at the location."),
    "CHANGE_FROM_QUANTITY_STALE": (
        "changeFromQuantity",
        "The changeFromQuantity argument no longer matches the persisted quantity.",
    ),
}


def _target_errors(shop: Shop, changes: list[Change], field: str, name: str | None) -> list[dict]:
    """Items, places and expected quantities; ``name`` None leaves the latter out."""
    errors = []
    seen: set[tuple[int, int]] = set()
    for change in changes:
        doubled = (change.item, change.location) in seen and field == "quantities"
        seen.add((change.item, change.location))
        code = _target_fault(shop, change, doubled, name)
        if code:
            last, message = TARGET_FAULTS[code]
            errors.append(error(("input", field, str(change.index), last), code, message))
    return errors


def _target_fault(shop: Shop, change: Change, doubled: bool, name: str | None) -> str:
    """The code of what is wrong with one change, "" when nothing is."""
    if shop.store.get("item", change.item) is None:
        return "INVALID_INVENTORY_ITEM"
    if shop.store.get("location", change.location) is None:
        return "INVALID_LOCATION"
    if doubled:
        return "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
    level = level_of(shop, change.item, change.location)
    if level is None:
        return "ITEM_NOT_STOCKED_AT_LOCATION"
    if name and change.expected is not None and change.expected != quantity(level, name):
        return "CHANGE_FROM_QUANTITY_STALE"
    return ""


def _apply(shop: Shop, deltas: list[tuple[Change, str, int]], data: dict) -> dict[str, Any]:
    """Make the moves and keep them as an adjustment group."""
    rows = []
    for change, name, delta in deltas:
        if not delta:
            continue
        move(shop, change.item, change.location, **{name: delta})
        level = shop.store.get("level", f"{change.item}:{change.location}")
        names = (name,) if name == "incoming" else (name, "on_hand")
        rows += [
            {
                "name": one,
                "delta": delta,
                "item": change.item,
                "location": change.location,
                "quantityAfterChange": quantity(level, one),
                "ledgerDocumentUri": None,
            }
            for one in names
        ]
    if not rows:
        # nothing differed: Shopify answers with no group
        return {"inventoryAdjustmentGroup": None, "userErrors": []}
    key = shop.ids("InventoryAdjustmentGroup")
    group = {
        "id": gid("InventoryAdjustmentGroup", key),
        "createdAt": stamp(),
        "reason": data["reason"],
        "referenceDocumentUri": data.get("referenceDocumentUri"),
        "changes": rows,
    }
    shop.store.put("group", key, group)
    return {"inventoryAdjustmentGroup": group, "userErrors": []}


def activate(
    shop: Shop, item: int, location: int, available: int | None, on_hand: int | None
) -> tuple[dict | None, str]:
    """Stock an item at a place; the level, or None with the reason why not."""
    if shop.store.get("item", item) is None:
        return None, "The specified inventory item could not be found."
    place = shop.store.get("location", location)
    if place is None or not place["active"]:
        return None, "The specified location could not be found."
    if available is not None and on_hand is not None:
        return None, "Cannot set both available and onHand."
    level = shop.store.get("level", f"{item}:{location}")
    if level and level["active"]:
        if available is not None or on_hand is not None:
            return None, ("Not allowed to set available quantity when the item is already active at the location.")
        return level, ""
    level = shop.add_level(item, location, available or on_hand or 0, stamp())
    shop.emit("inventory_levels/connect", level)
    return level, ""


def deactivate(shop: Shop, item: int, location: int) -> str:
    """Stop stocking an item at a place; "" or the reason why not."""
    level = level_of(shop, item, location)
    if level is None:
        return "The specified inventory level could not be found."
    if level["committed"]:
        return "Cannot deactivate an item with committed quantities at the location."
    level.update(active=False, available=0, updatedAt=stamp())
    shop.store.put("level", f"{item}:{location}", level)
    shop.emit("inventory_levels/disconnect", level)
    return ""
