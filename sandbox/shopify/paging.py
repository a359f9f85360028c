"""Connections: forward and backward paging with cursors that survive changes.

A cursor holds the sort key of its row, so that rows that appear or move while a
client pages are met or missed as they would be at Shopify.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import json
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

PAGE_LIMIT = 250

Key = Callable[[Any], Any]


class Rejected(GraphQLError):
    """A request that is refused as a whole, with Shopify's code for it."""

    def __init__(self, message: str, code: str):
        super().__init__(message, extensions={"code": code})


def connection(rows: Sequence[Any], arguments: dict[str, Any], key: Key | None = None) -> dict:
    """One page of ``rows`` as a connection.

    :param rows: everything, in the order the connection promises (``reverse`` turns it)
    :param arguments: ``first`` / ``after`` / ``last`` / ``before`` / ``reverse``
    :param key: sort key of a row, comparable and JSON-able; the position otherwise
    :raises Rejected: no page size, or one that is too large
    """
    first, last = arguments.get("first"), arguments.get("last")
    _check_size(first, last)
    reverse, whole = bool(arguments.get("reverse")), len(rows)
    start = _position(rows, arguments.get("after"), key, reverse, after=True)
    stop = _position(rows, arguments.get("before"), key, reverse, after=False)
    if first is not None:
        begin, end = start, min(stop, start + first)
    else:
        begin, end = max(start, stop - last), stop
    edges = []
    for index in range(begin, end):
        place = whole - 1 - index if reverse else index
        mark = key(rows[place]) if key else place
        edges.append({"cursor": encode(mark), "node": rows[place]})
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": end < (stop if first is not None else whole),
            "hasPreviousPage": begin > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _check_size(first: int | None, last: int | None) -> None:
    if first is None and last is None:
        raise Rejected("you must provide one of first or last", "BAD_REQUEST")
    for name, size in (("first", first), ("last", last)):
        if size is not None and size > PAGE_LIMIT:
            raise Rejected(
                f"{name} cannot exceed {PAGE_LIMIT}. To query larger amounts of data with fewer "
                "limits, bulk operations should be used instead.",
                "BAD_REQUEST",
            )
        if size is not None and size < 0:
            raise Rejected(f"{name} must be positive", "BAD_REQUEST")


def _position(rows: Sequence[Any], cursor: str | None, key: Key | None, reverse: bool, after: bool) -> int:
    """How many rows come before the cursor's one, that one included when ``after``."""
    if not cursor:
        return 0 if after else len(rows)
    mark = decode(cursor)
    # in a reversed list "behind the cursor" means before it in the sorted one
    search = bisect.bisect_right if after != reverse else bisect.bisect_left
    try:
        if key is None:
            found = search(range(len(rows)), mark)
        else:
            found = search(rows, mark, key=lambda row: _listed(key(row)))
    except TypeError as error:
        raise Rejected("Invalid cursor for current pagination sort.", "BAD_REQUEST") from error
    return len(rows) - found if reverse else found


def _listed(mark: Any) -> Any:
    """A sort key as it comes back out of a cursor."""
    return list(mark) if isinstance(mark, tuple) else mark


def encode(mark: Any) -> str:
    """A cursor out of a sort key."""
    return base64.b64encode(json.dumps(mark).encode()).decode()


def decode(cursor: str) -> Any:
    """The sort key of a cursor.

    :raises Rejected: it is none of ours
    """
    try:
        return json.loads(base64.b64decode(cursor, validate=True))
    except (binascii.Error, ValueError) as error:
        raise Rejected("Invalid cursor for current pagination sort.", "BAD_REQUEST") from error
