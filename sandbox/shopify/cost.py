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
FREE = frozenset(
    (
        "MoneyBag",
        "MoneyV2",
        "MailingAddress",
        "LocationAddress",
        "PageInfo",
        "UserError",
        "FulfillmentOrderAssignedLocation",
        "Count",
        "Attribute",
    )
)


class Bucket:
    """A leaky bucket of points.

    :param maximum: points it holds
    :param per_second: points that come back in a second
    :param clock: monotonic seconds
    """

    def __init__(self, maximum: float, per_second: float, clock: Callable[[], float] = time.monotonic):
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
            return {
                "maximumAvailable": float(self.maximum),
                "currentlyAvailable": int(self._available),
                "restoreRate": float(self.per_second),
            }


class Prices:
    """Which kind of field costs what, looked up once for each field of a schema."""

    def __init__(self, schema: GraphQLSchema):
        self.schema = schema
        self._known: dict[tuple[str, str], tuple[str, Any]] = {}

    def of(self, parent: Any, name: str) -> tuple[str, Any]:
        """(``free`` | ``count`` | ``connection`` | ``object``, the field's type)."""
        key = (parent.name, name)
        if key not in self._known:
            self._known[key] = self._look_up(parent, name)
        return self._known[key]

    @staticmethod
    def _look_up(parent: Any, name: str) -> tuple[str, Any]:
        definition = getattr(parent, "fields", {}).get(name)
        type_ = get_named_type(definition.type) if definition else None
        if type_ is None or is_leaf_type(type_):
            return "free", type_
        if type_.name == "Count" and parent.name == "QueryRoot":
            return "count", type_
        if type_.name in FREE or type_.name.endswith("UserError"):
            return "free", type_
        return ("connection" if type_.name.endswith("Connection") else "object"), type_


class Meter:
    """Counts the points of one operation."""

    def __init__(
        self, prices: Prices, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ):
        self.prices = prices
        self.operation = operation
        self.variables = variables
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def points(self, data: Mapping[str, Any] | None = None) -> int:
        """What the operation asks for or, given its answer, what it used."""
        selection = self.operation.selection_set
        if self.operation.operation == OperationType.MUTATION:
            return MUTATION_COST * sum(isinstance(n, FieldNode) for n in selection.selections)
        root = self.prices.schema.query_type
        return max(1, self._selection(selection, root, data, True))

    def _selection(self, node: SelectionSetNode | None, parent: Any, data: Any, root: bool = False) -> int:
        """A selection's points; of fragments on different types the dearest counts."""
        if node is None:
            return 0
        points = dearest = 0
        for child in node.selections:
            if isinstance(child, FieldNode):
                kind, type_ = self.prices.of(parent, child.name.value)
                if kind != "free":
                    points += self._field(child, kind, type_, data, root)
                continue
            if isinstance(child, FragmentSpreadNode):
                child = self.fragments[child.name.value]
            condition = child.type_condition
            type_ = self.prices.schema.type_map[condition.name.value] if condition else parent
            inner = self._selection(child.selection_set, type_, data)
            if isinstance(child, InlineFragmentNode) and type_ is not parent:
                dearest = max(dearest, inner)
            else:
                points += inner
        return points + dearest

    def _field(self, node: FieldNode, kind: str, type_: Any, data: Any, root: bool) -> int:
        value = None
        if isinstance(data, Mapping):
            value = data.get((node.alias or node.name).value)
            if value is None:
                return 1 if root else 0
        if kind == "count":
            return COUNT_COST
        if kind == "connection":
            return self._connection(node, type_, value)
        if root and node.name.value == "nodes":
            asked = [None] * len(self._arguments(node).get("ids") or ())
            rows = asked if value is None else [row for row in value if row is not None]
            return sum(1 + self._selection(node.selection_set, type_, row) for row in rows)
        rows = value if isinstance(value, list) else [value]
        return 1 + max((self._selection(node.selection_set, type_, row) for row in rows), default=0)

    def _connection(self, node: FieldNode, type_: Any, value: Any) -> int:
        selections = self._row_selections(node.selection_set)
        row_type = (
            get_named_type(type_.fields["nodes"].type)
            if "nodes" in type_.fields
            else (get_named_type(get_named_type(type_.fields["edges"].type).fields["node"].type))
        )
        arguments = self._arguments(node)
        size = arguments.get("first") or arguments.get("last") or 0
        examples = [None]
        if isinstance(value, Mapping):
            examples = value.get("nodes") or [e.get("node") for e in value.get("edges") or ()]
            size = len(examples)
            if not size:
                return 2
        row = 1 + max(sum(self._selection(part, row_type, one) for part in selections) for one in examples)
        return 2 + max(1, math.floor(2 * math.log(max(1, size)))) * row

    def _row_selections(self, node: SelectionSetNode | None) -> list[SelectionSetNode]:
        """The selections of ``nodes`` and of ``edges { node }``."""
        found = []
        for child in node.selections if node else ():
            if isinstance(child, FragmentSpreadNode):
                child = self.fragments[child.name.value]
            if not isinstance(child, FieldNode):
                found += self._row_selections(child.selection_set)
            elif child.selection_set and child.name.value in ("nodes", "node"):
                found.append(child.selection_set)
            elif child.selection_set and child.name.value == "edges":
                found += self._row_selections(child.selection_set)
        return found

    def _arguments(self, node: FieldNode) -> dict[str, Any]:
        return {
            argument.name.value: value_from_ast_untyped(argument.value, dict(self.variables))
            for argument in node.arguments
        }
