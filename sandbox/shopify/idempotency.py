"""``@idempotent(key:)``: a repeat returns the first answer and does nothing.

From API version 2026-04 on the directive is mandatory on the mutations below.
A key belongs to its parameters. A key whose first attempt failed stays failed:
the client has to take a new one.
https://shopify.dev/docs/api/usage/implementing-idempotency
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any

from graphql import get_directive_values

from .paging import Rejected
from .shop import Shop
from .store import stamp

MANDATORY_FROM = "2026-04"
MESSAGES = {
    "IDEMPOTENCY_CONCURRENT_REQUEST": "This request is currently in progress, please try again.",
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": (
        "The same idempotency key cannot be used with different operation parameters."
    ),
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": (
        "A previous request with this idempotency key failed. Retry with a new idempotency key."
    ),
}
#: field of a mutation -> (its list, the list's input type) that compare-and-set is mandatory in
COMPARED = {
    "inventorySetQuantities": ("quantities", "InventoryQuantityInput"),
    "inventoryAdjustQuantities": ("changes", "InventoryChangeInput"),
}


def key_of(info: Any, node: Any) -> str | None:
    """The key of a field's directive, None without one.

    :raises Rejected: the key is blank
    """
    directive = info.schema.get_directive("idempotent")
    values = get_directive_values(directive, node, info.variable_values)
    if values is None:
        return None
    if not values["key"].strip():
        raise Rejected("The idempotency key cannot be an empty string or whitespace only.", "BAD_REQUEST")
    return values["key"]


def idempotent(
    keep: Callable[[dict], dict] | None = None, recall: Callable[[Shop, dict], dict] | None = None
) -> Callable:
    """Decorate a mutation's resolver.

    :param keep: what to remember of an answer (all of it, when not given)
    :param recall: the answer out of what was remembered
    """

    def decorate(resolver: Callable[..., dict]) -> Callable[..., dict]:
        @functools.wraps(resolver)
        def resolve(root: Any, info: Any, **arguments: Any) -> dict:
            _check_compared(info, arguments)
            key = key_of(info, info.field_nodes[0])
            if key is None:
                if info.context.version >= MANDATORY_FROM:
                    raise Rejected(
                        "The @idempotent directive is required for this mutation but was not provided.", "BAD_REQUEST"
                    )
                return resolver(root, info, **arguments)
            shop: Shop = info.context.shop
            digest = _digest(info.field_name, arguments)
            known = shop.store.get("idempotency", key)
            if known and not (known["state"] == "running" and key in info.context.owned_keys):
                return _repeat(shop, known, digest, recall)
            return _first(shop, key, digest, lambda: resolver(root, info, **arguments), keep)

        return resolve

    return decorate


def _check_compared(info: Any, arguments: dict[str, Any]) -> None:
    name, input_type = COMPARED.get(info.field_name, ("", ""))
    if not name or info.context.version < MANDATORY_FROM:
        return
    if any("changeFromQuantity" not in row for row in arguments["input"][name]):
        raise Rejected(
            f"{input_type} must include the following argument: changeFromQuantity.", "INVALID_FIELD_ARGUMENTS"
        )


def _digest(name: str, arguments: dict[str, Any]) -> str:
    text = json.dumps([name, arguments], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _repeat(shop: Shop, known: dict, digest: str, recall: Callable | None) -> dict:
    known["repeats"] = known.get("repeats", 0) + 1
    shop.store.put("idempotency", known["key"], known)
    if known["digest"] and known["digest"] != digest:
        return _error("IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
    if known["state"] == "running":
        return _error("IDEMPOTENCY_CONCURRENT_REQUEST")
    if known["state"] == "failed":
        return _error("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
    return recall(shop, known["answer"]) if recall else known["answer"]


def _error(code: str) -> dict:
    return {"userErrors": [{"field": None, "code": code, "message": MESSAGES[code]}]}


def _first(shop: Shop, key: str, digest: str, run: Callable[[], dict], keep: Callable | None) -> dict:
    entry = {"key": key, "digest": digest, "state": "failed", "at": stamp(), "answer": None}
    try:
        answer = run()
        if not answer["userErrors"]:
            entry.update(state="done", answer=keep(answer) if keep else answer)
        return answer
    finally:
        shop.store.put("idempotency", key, entry)


def reserve(shop: Shop, key: str, digest: str = "") -> None:
    """Mark a key as being worked on, so that another request with it is refused."""
    if shop.store.get("idempotency", key) is None:
        shop.store.put(
            "idempotency", key, {"key": key, "digest": digest, "state": "running", "at": stamp(), "answer": None}
        )
