"""The schema with its resolvers, and documents prepared once for many requests."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from .cost import Prices
from .prune_schema import SUBSET
from .resolvers import attach

CACHED_DOCUMENTS = 500


@dataclass(frozen=True)
class Prepared:
    """A document, parsed and validated. ``errors`` says why it cannot run."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of that name, or the only one."""
        found = [node for node in self.document.definitions if isinstance(node, OperationDefinitionNode)]
        if name:
            return next((node for node in found if node.name and node.name.value == name), None)
        return found[0] if len(found) == 1 else None


def root_fields(operation: OperationDefinitionNode) -> list[str]:
    """The names of an operation's root fields."""
    return [node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)]


class Engine:
    """The executable subset of the Admin schema."""

    def __init__(self, text: str | None = None):
        source = text or SUBSET.read_text(encoding="utf-8")
        self.schema: GraphQLSchema = attach(build_schema(source, assume_valid=True))
        self.prices = Prices(self.schema)
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, Prepared] = OrderedDict()

    def prepare(self, text: str) -> Prepared:
        """Parse and validate a document, or remember it from last time."""
        with self._lock:
            known = self._cache.get(text)
            if known is not None:
                self._cache.move_to_end(text)
                return known
        prepared = self._prepare(text)
        with self._lock:
            self._cache[text] = prepared
            if len(self._cache) > CACHED_DOCUMENTS:
                self._cache.popitem(last=False)
        return prepared

    def _prepare(self, text: Any) -> Prepared:
        try:
            document = parse(text)
        except GraphQLError as error:
            return Prepared(None, (error,))
        return Prepared(document, tuple(validate(self.schema, document)))


@functools.cache
def shared_engine() -> Engine:
    """One engine for every sandbox of a process: it knows nothing of any shop."""
    return Engine()
