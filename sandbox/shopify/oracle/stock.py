"""The catalogue, places and stock."""

from __future__ import annotations

from .. import inventory, listings, summary
from ..gid import gid
from ..store import stamp
from .core import Oracle, route


@route("GET", "catalogue")
def _catalogue(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        return {
            "shop": shop.settings["shop"],
            "locations": [summary.location(row) for row in shop.store.all("location").values()],
            "variants": [summary.variant(shop, row) for row in shop.store.all("variant").values()],
        }


@route("GET", "inventory")
def _inventory(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    place = oracle.location(data["location"]) if data.get("location") else None
    with shop.store.lock:
        rows = [
            summary.level(shop, row) for row in shop.store.all("level").values() if place in (None, row["location"])
        ]
    if data.get("sku"):
        rows = [row for row in rows if row["sku"] == data["sku"]]
    return {"count": len(rows), "levels": rows}


@route("POST", "inventory")
def _set_inventory(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    changed = []
    with shop.store.lock:
        for row in data.get("list") or [data]:
            item, place = oracle.item(row["sku"]), oracle.location(row["location"])
            level = inventory.level_of(shop, item, place) or shop.add_level(item, place, 0, stamp())
            for name in (*inventory.PARTS, "incoming"):
                if name in row:
                    inventory.move(shop, item, place, **{name: int(row[name]) - level[name]})
            if row.get("active") is False:
                level["active"] = False
                shop.store.put("level", f"{item}:{place}", level)
            changed.append(summary.level(shop, level))
        shop.store.commit()
    return {"levels": changed}


@route("POST", "buy")
def _buy(oracle: Oracle, data: dict) -> dict:
    shop, count = oracle.shop, int(data.get("quantity", 1))
    with shop.store.lock:
        item, place = oracle.item(data["sku"]), oracle.location(data["location"])
        inventory.move(shop, item, place, available=-count, committed=count)
        shop.store.commit()
        return summary.level(shop, shop.store.get("level", f"{item}:{place}"))


@route("POST", "locations")
def _add_location(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        key = max(shop.store.all("location")) + 1
        blank = {
            name: None
            for name in (
                "address1",
                "address2",
                "city",
                "zip",
                "province",
                "provinceCode",
                "country",
                "countryCode",
                "phone",
            )
        }
        row = {
            "id": key,
            "name": data["name"],
            "timezone": data.get("timezone"),
            "active": data.get("active", True),
            "address": {**blank, "countryCode": "US", **data.get("address", {})},
            "createdAt": stamp(),
            "updatedAt": stamp(),
        }
        shop.store.put("location", key, row)
        shop.emit("locations/create", {"id": key, "name": row["name"]})
        shop.store.commit()
    return summary.location(row)


@route("PATCH", "locations/{}")
def _change_location(oracle: Oracle, key: str, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        row = shop.store.get("location", oracle.location(key))
        row.update({name: data[name] for name in ("name", "active") if name in data})
        row["updatedAt"] = stamp()
        shop.store.put("location", row["id"], row)
        shop.store.commit()
    return summary.location(row)


@route("POST", "variants")
def _add_variant(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        row = shop.new_variant(
            data["sku"], round(float(data.get("price", 10)) * 100), data.get("title", data["sku"]), data.get("barcode")
        )
        for place in shop.store.all("location"):
            if data.get("stock") is not None:
                shop.add_level(row["item"], place, int(data["stock"]), stamp())
        shop.emit("products/create", shop.store.get("product", row["product"]))
        shop.store.commit()
        return summary.variant(shop, row)


@route("POST", "price-lists")
def _add_price_list(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        key = shop.ids("PriceList")
        entry = {"id": key, "name": data["name"], "currency": data.get("currency", "USD"), "prices": {}}
        shop.store.put("pricelist", key, entry)
        shop.store.commit()
    return {"id": gid("PriceList", key)}


@route("GET", "price-lists")
def _price_lists(oracle: Oracle, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        skus = {str(row["id"]): row["sku"] for row in shop.store.all("variant").values()}
        rows = list(shop.store.all("pricelist").values())
    return {
        "price_lists": [
            {
                "id": gid("PriceList", row["id"]),
                "name": row["name"],
                "prices": {skus[key]: price / 100 for key, price in row["prices"].items()},
            }
            for row in rows
        ]
    }


@route("PATCH", "variants/{}")
def _change_variant(oracle: Oracle, sku: str, data: dict) -> dict:
    shop = oracle.shop
    with shop.store.lock:
        row = shop.store.get("variant", shop.store.get("item", oracle.item(sku))["variant"])
        values = {name: data[name] for name in ("sku", "barcode", "title", "grams") if name in data}
        if "price" in data:
            values["price"] = round(float(data["price"]) * 100)
        listings.change_variant(shop, row, values)
        names = {"title": "product_title", "descriptionHtml": "description"}
        shared = {name: data[given] for name, given in names.items() if given in data}
        listings.change_product(shop, row["product"], shared)
        shop.store.commit()
        row = shop.store.get("variant", row["id"])
        return summary.variant(shop, row)
