"""Prune Shopify's published Admin schema to what the suite and its sandbox use.

The npm package ``@shopify/dev-mcp`` carries the introspection result of every
Admin API version. What is kept: every type, field and argument that one of the
documents needs, without descriptions. The result is checked in, so that running
the sandbox needs neither Node nor the package.

    npm pack @shopify/dev-mcp@1.16.0 && tar xzf shopify-dev-mcp-1.16.0.tgz
    python -m sandbox.shopify.prune_schema package/dist/data/admin_2026-07.json.gz
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLSchema,
    InlineFragmentNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_named_type,
    is_input_object_type,
    parse,
    print_schema,
    visit,
)

HERE = Path(__file__).parent
SUBSET = HERE / "schema.graphql"
#: documents the subset has to carry: the connector's and the sandbox's own
DOCUMENTS = (
    HERE.parent.parent / "addons" / "connector_shopify" / "lib" / "queries",
    HERE / "operations",
)
DIRECTIVES = {"idempotent", "include", "skip", "deprecated", "specifiedBy"}
ROOTS = ("QueryRoot", "Mutation")


def documents(places: Iterable[Path] = DOCUMENTS) -> list[tuple[str, str]]:
    """Name and text of every document of ``places``, sorted by name."""
    files = [path for place in places if place.is_dir() for path in place.glob("*.graphql")]
    return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(files)]


def read_introspection(path: Path) -> dict[str, Any]:
    """The introspection result of a ``.json.gz`` of the package."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        content = json.load(file)
    return content.get("data", content)


class _Usage(Visitor):
    """Collects which fields of which types a document touches."""

    def __init__(self, info: TypeInfo, fields: dict[str, set[str]]):
        super().__init__()
        self.info = info
        self.fields = fields

    def enter_field(self, node, *_):
        parent = self.info.get_parent_type()
        definition = self.info.get_field_def()
        if parent is not None and definition is not None and node.name.value[:2] != "__":
            self.fields[parent.name].add(node.name.value)
            _keep_type(definition.type, self.fields)
            for argument in definition.args.values():
                _keep_type(argument.type, self.fields)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_):
        if node.type_condition:
            self.fields[node.type_condition.name.value]  # noqa: B018  (makes the entry)

    def enter_variable_definition(self, node, *_):
        if self.info.get_input_type() is not None:
            _keep_type(self.info.get_input_type(), self.fields)


def _keep_type(type_: Any, fields: dict[str, set[str]]) -> None:
    """Keep a named type, and an input type with all that it consists of."""
    named = get_named_type(type_)
    known = named.name in fields
    fields[named.name]  # noqa: B018  (makes the entry)
    if is_input_object_type(named) and not known:
        for name, field in named.fields.items():
            fields[named.name].add(name)
            _keep_type(field.type, fields)


def used_fields(schema: GraphQLSchema, texts: Iterable[str]) -> dict[str, set[str]]:
    """Type name -> names of its fields that ``texts`` use."""
    fields: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        info = TypeInfo(schema)
        visit(parse(text), TypeInfoVisitor(info, _Usage(info, fields)))
    return fields


def prune(introspection: dict[str, Any], texts: Iterable[str]) -> str:
    """The SDL of the part of a schema that ``texts`` need.

    :raises TypeError: the introspection result is not one
    """
    full = build_client_schema(introspection, assume_valid=True)
    fields = used_fields(full, texts)
    by_name = {type_["name"]: type_ for type_ in introspection["__schema"]["types"]}
    _add_interface_fields(by_name, fields)
    kept = [_pruned(type_, fields) for name, type_ in sorted(by_name.items()) if name in fields]
    root = introspection["__schema"]
    small = {
        "__schema": {
            "queryType": root["queryType"],
            "mutationType": root["mutationType"],
            "subscriptionType": None,
            "types": kept,
            "directives": [
                {**directive, "description": None}
                for directive in root["directives"]
                if directive["name"] in DIRECTIVES
            ],
        }
    }
    return print_schema(build_client_schema(small, assume_valid=True)) + "\n"


def _add_interface_fields(by_name: dict[str, Any], fields: dict[str, set[str]]) -> None:
    """An object has what its interfaces have; no type may stay without a field."""
    fields["String"], fields["Boolean"]  # noqa: B018  (introspection needs both)
    for name in list(fields):
        type_ = by_name[name]
        for interface in type_.get("interfaces") or ():
            if fields.get(interface["name"]):
                fields[name] |= fields[interface["name"]]
        if type_["kind"] == "OBJECT" and not fields[name]:
            fields[name].add("id" if any(f["name"] == "id" for f in type_["fields"]) else type_["fields"][0]["name"])


def _pruned(type_: dict[str, Any], fields: dict[str, set[str]]) -> dict[str, Any]:
    """One type of an introspection result with only what is kept of it."""
    wanted = fields[type_["name"]]
    small = {**type_, "description": None}
    for key in ("fields", "inputFields"):
        if type_.get(key):
            small[key] = [_plain(field) for field in type_[key] if field["name"] in wanted]
    if type_.get("enumValues"):
        small["enumValues"] = [_plain(value) for value in type_["enumValues"]]
    for key in ("interfaces", "possibleTypes"):
        if type_.get(key) is not None:
            small[key] = [
                other
                for other in type_[key]
                if other["name"] in fields and (key != "interfaces" or fields[other["name"]])
            ]
    return small


def _plain(member: dict[str, Any]) -> dict[str, Any]:
    """A field, argument or value without prose."""
    small = {**member, "description": None}
    if member.get("deprecationReason"):
        small["deprecationReason"] = "deprecated"
    if member.get("args"):
        small["args"] = [_plain(argument) for argument in member["args"]]
    return small


def main() -> None:
    """Write the subset, or with ``--check`` say whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("introspection", type=Path, help="admin_2026-07.json.gz of the package")
    parser.add_argument("--check", action="store_true", help="write nothing, fail if out of date")
    options = parser.parse_args()
    text = prune(read_introspection(options.introspection), [t for _name, t in documents()])
    if options.check:
        raise SystemExit(0 if SUBSET.read_text(encoding="utf-8") == text else "out of date")
    SUBSET.write_text(text, encoding="utf-8")
    print(f"{SUBSET}: {len(text)} characters")


if __name__ == "__main__":
    main()
