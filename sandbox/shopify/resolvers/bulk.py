"""Staged uploads and bulk operations."""

from __future__ import annotations

import secrets

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse, validate

from .. import bulk
from ..inventory import error
from ..paging import connection
from .base import field, global_id, shop_of

global_id("BulkOperation")


@field("Mutation", "stagedUploadsCreate")
def _stage(_root, info, input):  # noqa: A002  (Shopify's name)
    shop = shop_of(info)
    targets = []
    for entry in input:
        key = f"tmp/{shop.settings['shop']['myshopifyDomain']}/bulk/{secrets.token_hex(16)}/{entry['filename']}"
        shop.store.put("file", key, "")
        fields = {"key": key, "Content-Type": entry["mimeType"], "policy": "sandbox"}
        parameters = [{"name": name, "value": value} for name, value in fields.items()]
        # the file of a bulk operation is known by its key alone
        source = None if entry["resource"] == "BULK_MUTATION_VARIABLES" else f"{shop.base_url}/_files/{key}"
        targets.append({"url": f"{shop.base_url}/_files/", "resourceUrl": source, "parameters": parameters})
    return {"stagedTargets": targets, "userErrors": []}


@field("Mutation", "bulkOperationRunMutation")
def _run(_root, info, mutation, stagedUploadPath, **_arguments):  # noqa: N803
    shop = shop_of(info)
    if not _is_mutation(info.schema, mutation):
        return _refused(("mutation",), "INVALID_MUTATION", "The mutation is invalid.")
    if not shop.store.get("file", stagedUploadPath):
        return _refused(("stagedUploadPath",), "NO_SUCH_FILE", "The JSONL file could not be found.")
    if bulk.running(shop) >= bulk.AT_ONCE:
        return _refused((), "LIMIT_REACHED", "Bulk operations limit reached. Please try again later.")
    row = bulk.begin(shop, info.schema, info.context, mutation, stagedUploadPath)
    return {"bulkOperation": row, "userErrors": []}


def _is_mutation(schema, text: str) -> bool:
    try:
        document = parse(text)
    except GraphQLError:
        return False
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return len(found) == 1 and found[0].operation == OperationType.MUTATION and not validate(schema, document)


def _refused(path, code, message):
    return {"bulkOperation": None, "userErrors": [error(path, code, message)]}


@field("QueryRoot", "bulkOperations")
def _operations(_root, info, **arguments):
    return connection(list(shop_of(info).store.all("bulk").values()), arguments, key=lambda row: row["id"])


@field("BulkOperation", "url")
def _url(row, info):
    return _file(row, info, "COMPLETED")


@field("BulkOperation", "partialDataUrl")
def _partial(row, info):
    return _file(row, info, "FAILED")


def _file(row, info, status):
    shop = shop_of(info)
    has_any = row["file"] and shop.store.get("file", row["file"])
    return f"{shop.base_url}/_files/{row['file']}" if has_any and row["status"] == status else None
