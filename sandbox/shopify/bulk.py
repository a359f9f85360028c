"""Bulk operations: uploaded files, each line of which a mutation is run for, beside everything else."""

from __future__ import annotations

import email
import email.policy
import json
import threading
import time
from typing import Any

from graphql import GraphQLSchema, execute, get_variable_values, parse

from .shop import Shop
from .store import now, stamp

#: operations of a shop that run at a time (Admin API from 2026-01)
AT_ONCE = 5
#: lines worked off before others get their turn
SLICE = 50
RUNNING = ("CREATED", "RUNNING")


def keep_file(shop: Shop, headers: dict[str, str], raw: bytes) -> bool:
    """Take an upload (multipart/form-data) of a place that was given out; False for any other."""
    head = f"content-type: {headers.get('content-type', '')}\r\n\r\n".encode()
    parts = email.message_from_bytes(head + raw, policy=email.policy.HTTP).iter_parts()
    found = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in parts}
    key = (found.get("key") or b"").decode()
    with shop.store.lock:
        if shop.store.get("file", key) is None or "file" not in found:
            return False
        shop.store.put("file", key, _text(found["file"]))
        shop.store.commit()
    return True


def _text(content: bytes) -> str:
    """Lines as they are; a picture only by its size: nobody looks at it."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"{len(content)} bytes"


def read_file(shop: Shop, key: str) -> bytes | None:
    """A file of answers."""
    with shop.store.lock:
        text = shop.store.get("file", key)
    return None if text is None else text.encode()


def begin(shop: Shop, schema: GraphQLSchema, context: Any, mutation: str, path: str) -> dict[str, Any]:
    """Begin an operation; the caller holds the store's lock.

    :param context: of the resolvers
    """
    key = shop.ids("BulkOperation")
    row = {
        "id": key,
        "status": "CREATED",
        "errorCode": None,
        "objectCount": 0,
        "query": mutation,
        "path": path,
        "createdAt": stamp(),
        "file": None,
    }
    shop.store.put("bulk", key, row)
    threading.Thread(target=_work, args=(shop, schema, context, key), daemon=True).start()
    return row


def running(shop: Shop) -> int:
    """How many are at work."""
    return sum(row["status"] in RUNNING for row in shop.store.all("bulk").values())


def stop_all(shop: Shop) -> None:
    """Those that a killed sandbox has left behind have failed; the caller holds the store's lock."""
    for row in list(shop.store.all("bulk").values()):
        if row["status"] in RUNNING:
            _finish(shop, row, [], "FAILED", "INTERNAL_SERVER_ERROR")


def _work(shop: Shop, schema: GraphQLSchema, context: Any, key: int) -> None:
    with shop.store.lock:
        row = shop.store.get("bulk", key)
        lines = [line for line in (shop.store.get("file", row["path"]) or "").splitlines() if line.strip()]
        document = parse(row["query"])
        settings = shop.settings["bulk"]
    limit = settings["fail_after"] or len(lines)
    answers: list[str] = []
    while len(answers) < min(limit, len(lines)):
        time.sleep(settings["line_seconds"] * SLICE)
        with shop.store.lock:
            for line in lines[len(answers) : min(len(answers) + SLICE, limit)]:
                answers.append(_run(schema, document, context, line, len(answers)))
            shop.store.put("bulk", key, {**row, "status": "RUNNING", "objectCount": len(answers)})
            shop.store.commit()
    failed = len(answers) < len(lines)
    with shop.store.lock:
        row = shop.store.get("bulk", key)
        _finish(shop, row, answers, "FAILED" if failed else "COMPLETED", "TIMEOUT" if failed else None)
        shop.store.commit()


def _run(schema: GraphQLSchema, document: Any, context: Any, line: str, number: int) -> str:
    definition = document.definitions[0]
    try:
        variables = json.loads(line)
        values = get_variable_values(schema, definition.variable_definitions or [], variables)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        return json.dumps({"errors": [{"message": "The variables are invalid."}], "__lineNumber": number})
    result = execute(schema, document, context_value=context, variable_values=variables)
    answer: dict[str, Any] = {"data": result.data, "__lineNumber": number}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    return json.dumps(answer)


def _finish(shop: Shop, row: dict, answers: list[str], status: str, code: str | None) -> None:
    name = f"bulk-{row['id']}.jsonl"
    shop.store.put("file", name, "\n".join(answers))
    ended = {"status": status, "errorCode": code, "objectCount": len(answers), "file": name}
    shop.store.put("bulk", row["id"], {**row, **ended, "completedAt": now().isoformat()})
