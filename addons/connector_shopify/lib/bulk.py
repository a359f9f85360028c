"""Bulk operations: what thousands of calls of one kind would do, as one file that Shopify works off.

Admin API, "Bulk import data": the variables of each call are a line of a file that is uploaded;
Shopify runs the mutation for each line and leaves a file of the answers. There is no rate
limit to wait for. At most five run at a time. Its reference cannot be searched for, so the
mutation's name carries ours: an operation whose answer was lost is found among the newest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ...connector_base.lib.adapter import Call, CallResult
from ...connector_base.lib.errors import PendingError, RateLimitedError, TransientError
from ...connector_base.lib.ids import digest
from . import const, listings, uploads
from .client import ShopifyClient, user_error
from .operations import operation
from .values import nodes, text

BULK = "bulk_operation_run_mutation"
FILE, MIME = "lines.jsonl", "text/jsonl"
#: operation -> field of its answer
ROOTS = {listings.VARIANTS: "productVariantsBulkUpdate", listings.PRODUCT: "productUpdate"}
#: operation -> what is left of a call without what was refused of it
WITHOUT = {listings.VARIANTS: listings.without, listings.PRODUCT: listings.without_shared}
RUNNING = ("CREATED", "RUNNING", "CANCELING")

Json = Mapping[str, Any]


def together(key: str, calls: Sequence[Call]) -> list[Call]:
    """These calls of one operation as one, where they are many.

    :param key: of the one
    """
    if len(calls) < const.BULK_FROM:
        return list(calls)
    lines = [json.loads(call.body)["variables"] for call in calls]
    meta = {
        "operation": calls[0].operation,
        "groups": [call.meta["group_id"] for call in calls],
        "counts": [len(call.meta["values"]) for call in calls],
        "values": [value for call in calls for value in call.meta["values"]],
    }
    body = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    return [Call(key=key, operation=BULK, body=body.encode(), meta=meta)]


def _parts(call: Call) -> Iterator[Call]:
    """The calls that a bulk call stands for, without their bytes."""
    values = iter(call.meta["values"])
    for group_id, count in zip(call.meta["groups"], call.meta["counts"], strict=True):
        own = [next(values) for __ in range(count)]
        yield Call(call.key, call.meta["operation"], b"", {"group_id": group_id, "values": own})


def _mutation(call: Call) -> str:
    """The mutation to run, under a name of this call alone."""
    return re.sub(r"^mutation (\w+)", rf"mutation \1_{_mark(call)}", operation(call.meta["operation"]).text)


def _mark(call: Call) -> str:
    return digest(call.key.encode())[:20]


def send(client: ShopifyClient, call: Call) -> CallResult:
    """Upload the file and have Shopify begin.

    :raises PendingError: it has begun; ``find`` tells when it is done
    :raises RateLimitedError: as many run as may
    :raises AmbiguousError: it may have begun
    """
    place = uploads.upload(client, "BULK_MUTATION_VARIABLES", FILE, MIME, call.body)
    given = {"mutation": _mutation(call), "path": place.key, "reference": call.key}
    answer = client.mutate(BULK, operation(BULK).body(given), safe=False)
    errors = (answer.data.get("bulkOperationRunMutation") or {}).get("userErrors") or []
    codes = {error.get("code") for error in errors}
    if codes & {"LIMIT_REACHED", "OPERATION_IN_PROGRESS"}:
        raise RateLimitedError("Shopify runs as many bulk operations as it may", retry_after=const.BULK_WAIT)
    if codes & {"INTERNAL_FILE_SERVER_ERROR", "NO_SUCH_FILE"}:
        raise TransientError(f"Shopify could not read the file: {errors[0].get('message')}")
    error = user_error(errors, category="catalogue")
    if error:
        raise error
    raise PendingError(f"Shopify has taken {len(call.meta['groups'])} products over", retry_after=const.BULK_POLL)


def find(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """What became of a bulk call; None when Shopify does not know of it: send it (again).

    What Shopify did not come to, because it stopped, counts as refused: a person decides
    whether to send it again. Values that were left out with a faulty one of the same variant
    are named in ``unsent``.

    :return: data ``refused``: see ``listings.refusals``, and ``unsent``: [{external_id, field}]
    :raises PendingError: it is not done
    """
    node = _operation(client, call)
    if node is None or node["status"] == "EXPIRED":
        return None
    if node["status"] in RUNNING:
        done, all_of_them = int(node.get("objectCount") or 0), len(call.meta["groups"])
        raise PendingError(f"Shopify has done {done} of {all_of_them}", retry_after=const.BULK_POLL)
    url = node.get("url") or node.get("partialDataUrl")
    answers = _answers(client.download(url)) if url else {}
    reason = text(node.get("errorCode") or node["status"])
    refused: list[dict[str, str]] = []
    unsent: list[dict[str, str]] = []
    for number, part in enumerate(_parts(call)):
        found = _refusals(part, answers.get(number), reason)
        refused += found
        rest = WITHOUT[part.operation](part, found) if found else None
        for value in rest.meta["values"] if rest else ():
            unsent.append({"external_id": value["external_id"], "field": value["field"]})
    return CallResult(external_id=node["id"], data={"refused": refused, "unsent": unsent})


def _operation(client: ShopifyClient, call: Call) -> Json | None:
    answer = client.query("bulk_operations", {"first": const.BULK_LISTED})
    mark = _mark(call)
    return next((node for node in nodes(answer.data.get("bulkOperations")) if mark in text(node.get("query"))), None)


def _answers(raw: bytes) -> dict[int, Json]:
    """{line number: what was answered to it}"""
    rows = (json.loads(line) for line in raw.splitlines() if line.strip())
    return {int(row["__lineNumber"]): row for row in rows}


def _refusals(part: Call, row: Json | None, reason: str) -> list[dict[str, str]]:
    """What of a line was refused; all of it where Shopify stopped before it, or could not run it."""
    if row is None:
        return listings.refusals(part, [{"message": f"Shopify stopped before it came to this ({reason})"}])
    payload = (row.get("data") or {}).get(ROOTS[part.operation])
    if payload is None:
        errors = row.get("errors") or [{"message": "Shopify gave no answer"}]
        return listings.refusals(part, [{"message": text(error.get("message"))} for error in errors[:1]])
    return listings.refusals(part, payload.get("userErrors") or ())
