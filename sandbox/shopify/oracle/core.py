"""Routes of the oracle and what their handlers share.

Routes are declared with ``@route``; a handler gets the parts of the path that
stand in braces and one dict of arguments, the JSON body laid over the query.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..api import AdminApi, Reply
from ..faults import FaultPlan
from ..fulfilment import Refused
from ..gid import split_gid
from ..shop import Shop
from ..webhooks import Dispatcher

Handler = Callable[..., Any]
ROUTES: list[tuple[str, list[str], Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Declare a handler; ``{}`` in a path stands for one part of it."""

    def register(function: Handler) -> Handler:
        ROUTES.append((method, path.strip("/").split("/"), function))
        return function

    return register


class Oracle:
    """Everything a test or the demo asks of the sandbox, other than as a client."""

    def __init__(self, shop: Shop, api: AdminApi, dispatcher: Dispatcher, faults: FaultPlan):
        self.shop = shop
        self.api = api
        self.dispatcher = dispatcher
        self.faults = faults

    def handle(self, method: str, names: list[str], query: dict[str, str], raw: bytes) -> Reply:
        """Find the route and answer; problems of the caller are a 400 with the reason."""
        try:
            data = json.loads(raw) if raw.strip() else {}
        except ValueError as error:
            return Reply(400, {"error": f"the body is not JSON: {error}"})
        arguments = {**query, **data} if isinstance(data, dict) else {**query, "list": data}
        for verb, parts, function in ROUTES:
            found = _match(parts, names)
            if verb == method and found is not None:
                try:
                    return Reply(200, function(self, *found, **{"data": arguments}))
                except (ValueError, KeyError, TypeError, Refused) as error:
                    return Reply(400, {"error": str(error) or repr(error)})
        known = sorted({f"{verb} /_oracle/{'/'.join(parts)}" for verb, parts, _f in ROUTES})
        return Reply(404, {"error": "no such route", "routes": known})

    def change_settings(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Lay changes over the settings and let them work.

        :raises KeyError: a name that does not exist
        """
        with self.shop.store.lock:
            settings = self.shop.change_settings(changes)
            self.shop.store.commit()
        if "cost" in changes:
            self.api.bucket.configure(settings["cost"]["maximum"], settings["cost"]["per_second"])
        self.dispatcher.wake()
        return settings

    def location(self, text: Any) -> int:
        """A place by global id, number or name.

        :raises ValueError: there is none
        """
        tail = split_gid(str(text))[1] or str(text)
        for row in self.shop.store.all("location").values():
            if tail == str(row["id"]) or tail.lower() == row["name"].lower():
                return row["id"]
        raise ValueError(f"no location {text!r}")

    def item(self, text: Any) -> int:
        """An inventory item by global id, number or SKU.

        :raises ValueError: there is none
        """
        tail = split_gid(str(text))[1] or str(text)
        if tail.isdigit() and self.shop.store.get("item", int(tail)):
            return int(tail)
        return self.shop.by_sku(tail)["item"]


def _match(parts: list[str], names: list[str]) -> list[str] | None:
    if len(parts) != len(names):
        return None
    found = []
    for part, name in zip(parts, names, strict=True):
        if part == "{}":
            found.append(name.replace("%23", "#"))
        elif part != name:
            return None
    return found


def flag(value: Any) -> bool:
    """Whether an argument of a query string or a body says yes."""
    return value in (True, 1, "1", "true", "yes")
