"""What a query costs, and the bucket that pays for it.

The model reproduces 93.5 % of several thousand recorded calls: a connection of
n rows costs 2 + max(1, floor(2 ln n)) times a row, an object one point, money
and addresses nothing, a count 10, a mutation 10. ``nodes(ids:)`` is charged
once for each id, which is a guess on the safe side.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
    value_from_ast_untyped,
)

SINGLE_QUERY_LIMIT = 1000
MUTATION_COST = 10
COUNT_COST = 10
FREE = frozenset((
    "MoneyBag", "MoneyV2", "MailingAddress", "LocationAddress", "PageInfo", "UserError",
    "FulfillmentOrderAssignedLocation", "Count", "Attribute",
))


class Bucket:
    """A leaky bucket of points.

    :param maximum: points it holds
    :param per_second: points that come back in a second
    :param clock: monotonic seconds
    """

    def __init__(self, maximum: float, per_second: float,
                 clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self.configure(maximum, per_second)

    def configure(self, maximum: float, per_second: float) -> None:
        """Another size or speed; the bucket is full again."""
        with self._lock:
            self.maximum, self.per_second = maximum, per_second
            self._available, self._at = float(maximum), self._clock()

    def _refill(self) -> None:
        moment = self._clock()
        gained = (moment - self._at) * self.per_second
        self._available = min(self.maximum, self._available + gained)
        self._at = moment

    def take(self, points: float) -> bool:
        """Pay for a query; False when there is not enough in the bucket."""
        with self._lock:
            self._refill()
            if points > self._available:
                return False
            self._available -= points
            return True

    def give_back(self, points: float) -> None:
        """Return what a query was asked for and did not use."""
        with self._lock:
            self._refill()
            self._available = min(self.maximum, self._available + points)

    def drain(self, left: float = 0) -> None:
        """Leave so many points, as if another client had used the rest."""
        with self._lock:
            self._available, self._at = float(left), self._clock()

    def status(self) -> dict[str, float]:
        """``throttleStatus`` as answers carry it."""
        with self._lock:
            self._refill()
            return {"maximumAvailable": float(self.maximum),
                    "currentlyAvailable": int(self._available),
                    "restoreRate": float(self.per_second)}


class Meter:
    """Counts the points of one operation."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode,
                 operation: OperationDefinitionNode, variables: Mapping[str, Any]):
        self.schema = schema
        self.operation = operation
        self.variables = variables
        self.fragments = {
            node.name.value: node for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def points(self, data: Mapping[str, Any] | None = None) -> int:
        """What the operation asks for or, given its answer, what it used."""
        if self.operation.operation == OperationType.MUTATION:
            count = sum(isinstance(node, FieldNode) for node in self.operation.selection_set
                        .selections)
            return MUTATION_COST * count
        return max(1, self._selection(self.operation.selection_set, self.schema.query_type, data,
                                      True))

    def _selection(self, node: SelectionSetNode | None, parent: Any, data: Any,
                   root: bool = False) -> int:
        """A selection's points; of fragments on different types the dearest counts."""
        if node is None:
            return 0
        points, alternatives = 0, [0]
        for child in node.selections:
            if isinstance(child, FieldNode):
                points += self._field(child, parent, data, root)
                continue
            if isinstance(child, FragmentSpreadNode):
                child = self.fragments[child.name.value]
            condition = child.type_condition
            type_ = self.schema.type_map[condition.name.value] if condition else parent
            inner = self._selection(child.selection_set, type_, data)
            if isinstance(child, InlineFragmentNode) and type_ is not parent:
                alternatives.append(inner)
            else:
                points += inner
        return points + max(alternatives)

    def _field(self, node: FieldNode, parent: Any, data: Any, root: bool) -> int:
        definition = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None:
            return 0
        type_ = get_named_type(definition.type)
        if is_leaf_type(type_):
            return 0
        value = None
        if isinstance(data, Mapping):
            value = data.get((node.alias or node.name).value)
            if value is None:
                return 0 if not root else 1
        if type_.name == "Count" and root:
            return COUNT_COST
        if type_.name in FREE or type_.name.endswith("UserError"):
            return 0
        arguments = self._arguments(node)
        if type_.name.endswith("Connection"):
            return self._connection(node, type_, arguments, value)
        if root and node.name.value == "nodes":
            rows = value if isinstance(value, list) else [None] * len(arguments.get("ids", ()))
            found = [row for row in rows if row is not None or value is None]
            return sum(1 + self._selection(node.selection_set, type_, row) for row in found)
        rows = value if isinstance(value, list) else [value]
        return 1 + max((self._selection(node.selection_set, type_, row) for row in rows),
                       default=0)

    def _connection(self, node: FieldNode, type_: Any, arguments: dict, value: Any) -> int:
        rows = self._row_selections(node.selection_set)
        row_type = get_named_type(type_.fields["nodes"].type) if "nodes" in type_.fields else (
            get_named_type(get_named_type(type_.fields["edges"].type).fields["node"].type))
        size = arguments.get("first") or arguments.get("last") or 0
        examples = [None]
        if isinstance(value, Mapping):
            examples = value.get("nodes") or [e.get("node") for e in value.get("edges") or ()]
            size = len(examples)
            if not size:
                return 2
        row = 1 + max(sum(self._selection(part, row_type, one) for part in rows)
                      for one in examples)
        return 2 + max(1, math.floor(2 * math.log(max(1, size)))) * row

    def _row_selections(self, node: SelectionSetNode | None) -> list[SelectionSetNode]:
        """The selections of ``nodes`` and of ``edges { node }``."""
        found = []
        for child in node.selections if node else ():
            if isinstance(child, FieldNode) and child.selection_set:
                if child.name.value in ("nodes", "node"):
                    found.append(child.selection_set)
                elif child.name.value == "edges":
                    found += self._row_selections(child.selection_set)
        return found

    def _arguments(self, node: FieldNode) -> dict[str, Any]:
        return {
            argument.name.value: value_from_ast_untyped(argument.value, dict(self.variables))
            for argument in node.arguments
        }
