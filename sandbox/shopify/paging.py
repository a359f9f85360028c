"""Connections: forward and backward paging with cursors that survive changes.

A cursor holds the sort key of its row, so that rows that appear or move while a
client pages are met or missed as they would be at Shopify.
"""

from __future__ import annotations

import base64
import binascii
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

    :param rows: everything, in the order the connection promises
    :param arguments: ``first`` / ``after`` / ``last`` / ``before`` / ``reverse``
    :param key: sort key of a row, comparable and JSON-able; the position otherwise
    :raises Rejected: no page size, or one that is too large
    """
    first, last = arguments.get("first"), arguments.get("last")
    _check_size(first, last)
    keyed = [(key(row) if key else index, row) for index, row in enumerate(rows)]
    reverse = bool(arguments.get("reverse"))
    if reverse:
        keyed.reverse()
    whole = len(keyed)
    start = _position(keyed, arguments.get("after"), reverse, after=True)
    stop = _position(keyed, arguments.get("before"), reverse, after=False)
    window = keyed[start:stop]
    page = window[:first] if first is not None else window[max(0, len(window) - last) :]
    offset = start if first is not None else stop - len(page)
    edges = [{"cursor": encode(mark), "node": row} for mark, row in page]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": offset + len(page) < (stop if first is not None else whole),
            "hasPreviousPage": offset > 0,
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


def _position(keyed: list, cursor: str | None, reverse: bool, after: bool) -> int:
    """Index of the first row behind (``after``) or of the one at the cursor."""
    if not cursor:
        return 0 if after else len(keyed)
    mark = decode(cursor)
    for index, (key, _row) in enumerate(keyed):
        key = list(key) if isinstance(key, tuple) else key
        try:
            behind = key < mark if reverse else key > mark
        except TypeError as error:
            raise Rejected("Invalid cursor for current pagination sort.", "BAD_REQUEST") from error
        if behind or (not after and key == mark):
            return index
    return len(keyed)


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
