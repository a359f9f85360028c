"""Reading everything: next pages, and many objects by id in few calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...connector_base.lib.errors import DataError, TransientError
from .client import Answer, ShopifyClient, TooCostlyError

#: a guard against a partner that always has a next page (25,000 objects, Admin API)
MAX_PAGES = 1000


class Node(NamedTuple):
    """An object asked for by id.

    :param value: the object, None where Shopify knows none (any more)
    :param problem: why it could not be read, "" when it could
    """

    id: str
    value: Mapping[str, Any] | None
    problem: str = ""


def by_ids(client: ShopifyClient, name: str, ids: Sequence[str], size: int, **variables: Any) -> Iterator[Node]:
    """Objects by id through ``nodes(ids:)``, ``size`` a call, fewer where that costs too much.

    :param name: document with the variable ``ids`` and ``nodes`` at its root
    :raises ConnectorError: a call failed as a whole
    """
    for start in range(0, len(ids), size):
        yield from _chunk(client, name, list(ids[start : start + size]), variables)


def _chunk(client: ShopifyClient, name: str, ids: list[str], variables: Mapping[str, Any]) -> Iterator[Node]:
    try:
        answer = client.query(name, {"ids": ids, **variables}, partial=True)
    except TooCostlyError:
        if len(ids) < 2:
            raise
        half = len(ids) // 2
        yield from _chunk(client, name, ids[:half], variables)
        yield from _chunk(client, name, ids[half:], variables)
        return
    yield from _paired(ids, answer)


def _paired(ids: list[str], answer: Answer) -> Iterator[Node]:
    """The answer's nodes with their ids: ``nodes`` keeps the order of ``ids``."""
    found = answer.data.get("nodes")
    if not isinstance(found, list) or len(found) != len(ids):
        raise TransientError("Shopify's answer does not hold what was asked for")
    problems = {
        error.path[1]: error.message
        for error in answer.errors
        if error.path[0] == "nodes" and isinstance(error.path[1], int)
    }
    for index, (identifier, value) in enumerate(zip(ids, found, strict=True)):
        problem = problems.get(index, "")
        yield Node(identifier, None if problem else value, problem)


def pages(
    client: ShopifyClient,
    name: str,
    path: Sequence[str],
    first: int,
    after: str | None = None,
    check: Callable[[Mapping[str, Any]], None] | None = None,
    **variables: Any,
) -> Iterator[Mapping[str, Any]]:
    """The connections found at ``path``, page by page, smaller ones where that costs too much.

    :param path: names from the answer's data down to the connection
    :param after: cursor to begin after
    :param check: sees the data of each page first, and may raise
    :raises DataError: the object on the way is gone
    """
    for _page in range(MAX_PAGES):
        try:
            answer = client.query(name, {**variables, "first": first, "after": after})
        except TooCostlyError:
            if first < 2:
                raise
            first //= 2
            continue
        if check:
            check(answer.data)
        connection = _dig(answer.data, path)
        yield connection
        after = next_cursor(connection)
        if after is None:
            return
    raise DataError(f"{name} has more than {MAX_PAGES} pages", category="technical")


def all_nodes(
    client: ShopifyClient, name: str, path: Sequence[str], first: int, **variables: Any
) -> Iterator[Mapping[str, Any]]:
    """All nodes of the connection at ``path``; arguments as of ``pages``."""
    for connection in pages(client, name, path, first, **variables):
        yield from connection.get("nodes") or ()


def next_cursor(connection: Mapping[str, Any]) -> str | None:
    """Cursor of the next page, None on the last one."""
    info = connection.get("pageInfo") or {}
    return (info.get("endCursor") or None) if info.get("hasNextPage") else None


def _dig(data: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    value: Any = data
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping):
        raise DataError(f"Shopify does not know {'.'.join(path)} (any more)", category="data")
    return value
