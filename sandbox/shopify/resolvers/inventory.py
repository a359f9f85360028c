"""Places, stock levels and adjustments."""

from __future__ import annotations

from ..gid import PREFIX, gid, number
from ..inventory import NAMES, quantity
from ..paging import connection
from .base import constant, field, get, global_id, rename, shop_of

global_id("Location")
constant(
    "Location",
    fulfillsOnlineOrders=True,
    isFulfillmentService=False,
    shipsInventory=True,
    hasActiveInventory=True,
    addressVerified=True,
    deactivatedAt=None,
)
rename("Location", isActive="active")
rename("InventoryLevel", isActive="active")


def level_id(level: dict) -> str:
    """The global id of a level; it names the item in its query part."""
    return f"{PREFIX}InventoryLevel/{level['location']}?inventory_item_id={level['item']}"


field("InventoryLevel", "id")(lambda level, _info: level_id(level))
field("InventoryLevel", "item")(lambda level, info: get(info, "item", level["item"]))
field("InventoryLevel", "location")(lambda level, info: get(info, "location", level["location"]))


@field("InventoryLevel", "quantities")
def _quantities(level, _info, names):
    return [
        {
            "id": f"{PREFIX}InventoryQuantity/{level['item']}-{level['location']}?name={name}",
            "name": name,
            "quantity": quantity(level, name),
            "updatedAt": level["updatedAt"],
        }
        for name in names
        if name in NAMES
    ]


def _shown(level: dict | None, include_inactive: bool) -> dict | None:
    return level if level and (level["active"] or include_inactive) else None


@field("InventoryItem", "inventoryLevel")
def _level_at(item, info, locationId, includeInactive=False):  # noqa: N803  (Shopify's names)
    key = f"{item['id']}:{number(locationId, 'Location')}"
    return _shown(get(info, "level", key), includeInactive)


@field("Location", "inventoryLevel")
def _level_of(location, info, inventoryItemId, includeInactive=False):  # noqa: N803
    key = f"{number(inventoryItemId, 'InventoryItem')}:{location['id']}"
    return _shown(get(info, "level", key), includeInactive)


def _connection(info, keys, arguments):
    levels = [get(info, "level", key) for key in keys]
    rows = [level for level in levels if _shown(level, arguments.get("includeInactive"))]
    return connection(rows, arguments, key=lambda level: (level["item"], level["location"]))


@field("InventoryItem", "inventoryLevels")
def _levels(item, info, **arguments):
    places = shop_of(info).store.all("location")
    return _connection(info, [f"{item['id']}:{place}" for place in places], arguments)


@field("Location", "inventoryLevels")
def _location_levels(location, info, **arguments):
    items = shop_of(info).store.all("item")
    return _connection(info, [f"{item}:{location['id']}" for item in items], arguments)


@field("LocationAddress", "formatted")
def _formatted(address, _info):
    return [line for line in (address["address1"], f"{address['zip']} {address['city']}", address["country"]) if line]


@field("Location", "hasUnfulfilledOrders")
def _has_orders(location, info):
    return any(
        fo["location"] == location["id"] and fo["status"] in ("OPEN", "IN_PROGRESS")
        for fo in shop_of(info).store.all("fo").values()
    )


@field("InventoryAdjustmentGroup", "changes")
def _changes(group, _info, inventoryItemIds=None, locationIds=None, quantityNames=None):  # noqa: N803
    return [
        row
        for row in group["changes"]
        if (not inventoryItemIds or gid("InventoryItem", row["item"]) in inventoryItemIds)
        and (not locationIds or gid("Location", row["location"]) in locationIds)
        and (not quantityNames or row["name"] in quantityNames)
    ]


field("InventoryChange", "item")(lambda change, info: get(info, "item", change["item"]))
field("InventoryChange", "location")(lambda change, info: get(info, "location", change["location"]))
