"""Shopify's published schema, and the cost model that its calls are charged by."""

from __future__ import annotations

import gzip
import json
import math
import os
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path

import pytest

graphql = pytest.importorskip("graphql", reason="graphql-core is not installed")

PACKAGE = "@shopify/dev-mcp@1.16.0"
ARCHIVE = "shopify-dev-mcp-1.16.0.tgz"
REPO = Path(__file__).resolve().parents[3]
SUBSET = REPO / "sandbox" / "shopify" / "schema.graphql"
#: objects that Shopify charges nothing for
FREE = {"MoneyBag", "MoneyV2", "MailingAddress", "LocationAddress", "PageInfo"}


def cache_folder() -> Path:
    """Where the set-up keeps what it fetched."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if os.path.isabs(base) else Path.home() / ".cache"
    return root / "integration-hub" / "shopify"


def archive() -> Path:
    """The npm package, fetched once; skips the test with a word where it cannot be."""
    path = cache_folder() / ARCHIVE
    if path.exists():
        return path
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"npm is not installed, so {PACKAGE} with the real schema is not here")
    path.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [npm, "pack", PACKAGE, "--silent"],
        cwd=path.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode or not path.exists():
        pytest.skip(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[:200]}")
    return path


@cache
def real_schema(version: str):
    """The Admin API's whole schema of a version."""
    with tarfile.open(archive()) as package:
        name = f"package/dist/data/admin_{version}.json.gz"
        content = json.loads(gzip.decompress(package.extractfile(name).read()))
    return graphql.build_client_schema(content.get("data", content), assume_valid=True)


@cache
def subset_schema():
    """The part of the schema that is kept in the repository."""
    if not SUBSET.exists():
        pytest.skip("the sandbox's schema is not there")
    return graphql.build_schema(SUBSET.read_text(encoding="utf-8"), assume_valid=True)


class CostModel:
    """What Shopify reserves for a document.

    An object 1, money and addresses 0, a connection 2 + max(1, floor(2 ln n)) x its
    node, ``nodes(ids:)`` its node for each id, a mutation 10 more. The same field in
    two fragments counts once.
    """

    def __init__(self, schema, document, variables):
        self.schema, self.variables = schema, variables
        definitions = document.definitions
        self.fragments = {
            node.name.value: node for node in definitions if isinstance(node, graphql.FragmentDefinitionNode)
        }
        self.operation = next(node for node in definitions if isinstance(node, graphql.OperationDefinitionNode))

    def cost(self) -> int:
        """Points."""
        is_mutation = self.operation.operation == graphql.OperationType.MUTATION
        root = self.schema.mutation_type if is_mutation else self.schema.query_type
        return 10 * is_mutation + self._fields(self.operation.selection_set, root)

    def _walk(self, selections, parent):
        for node in selections.selections:
            if isinstance(node, graphql.FieldNode):
                yield parent, node
            elif isinstance(node, graphql.FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                name = fragment.type_condition.name.value
                yield from self._walk(fragment.selection_set, self.schema.type_map[name])
            else:
                name = node.type_condition.name.value
                yield from self._walk(node.selection_set, self.schema.type_map[name])

    def _fields(self, selections, parent) -> int:
        costs: dict[str, int] = {}
        for owner, node in self._walk(selections, parent):
            if node.selection_set:
                cost = self._field(owner, node)
                costs[node.name.value] = max(cost, costs.get(node.name.value, 0))
        return sum(costs.values())

    def _field(self, owner, node) -> int:
        kind = graphql.get_named_type(owner.fields[node.name.value].type)
        if kind.name.endswith("Connection"):
            size = int(self._argument(node, "first"))
            return 2 + max(1, math.floor(2 * math.log(size))) * self._node(node, kind)
        times = len(self.variables["ids"]) if node.name.value == "nodes" else 1
        return times * self._object(node, kind)

    def _node(self, node, connection) -> int:
        cost = 0
        for owner, inner in self._walk(node.selection_set, connection):
            kind = graphql.get_named_type(owner.fields[inner.name.value].type)
            if inner.name.value == "nodes":
                cost += self._object(inner, kind)
            elif inner.name.value == "edges":
                for edge, leaf in self._walk(inner.selection_set, kind):
                    if leaf.name.value == "node":
                        target = graphql.get_named_type(edge.fields["node"].type)
                        cost += self._object(leaf, target)
        return cost

    def _object(self, node, kind) -> int:
        return (kind.name not in FREE) + self._fields(node.selection_set, kind)

    def _argument(self, node, name):
        value = next(arg.value for arg in node.arguments if arg.name.value == name)
        if isinstance(value, graphql.VariableNode):
            return self.variables[value.name.value]
        return value.value
