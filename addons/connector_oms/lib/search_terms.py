"""By what people look for an order: its number, its ids, the buyer's e-mail address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .documents import Order


def search_terms(documents: Iterable[Any], aliases: Callable[[str], Iterable[str]]) -> Iterator[tuple[str, str]]:
    """(kind of search term, text) pairs of what documents hold; some may be empty.

    :param aliases: other forms of a partner's id, see ``Adapter.aliases``
    """
    for document in documents:
        if isinstance(document, Order):
            yield "id", document.number
            yield "id", document.po_number
            for alias in aliases(document.external_id):
                yield "id", alias
            yield "email", document.email
            if document.customer:
                yield "email", document.customer.email
