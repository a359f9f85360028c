"""The GraphQL endpoint: authentication, cost, faults, execution, answer."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLError, execute, get_directive_values
from graphql.execution.values import get_variable_values

from . import auth, idempotency
from .cost import SINGLE_QUERY_LIMIT, Bucket, Meter
from .faults import Fault, FaultPlan
from .resolvers.base import Context
from .schema import Engine, Prepared, root_fields
from .shop import Shop
from .store import now

INPUT_LIMIT = 250
DOCS = "https://shopify.dev/api/usage/rate-limits"
LOGGED_ANSWER = 100_000


@dataclass
class Reply:
    """An HTTP answer.

    :param hang: seconds of silence before the connection is closed unanswered
    :param drop: close the connection without an answer
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0
    drop: bool = False
    raw: bytes | None = None


@dataclass
class Job:
    """One request on its way through the endpoint."""

    version: str
    data: dict[str, Any]
    prepared: Prepared
    operation: Any
    variables: dict[str, Any]
    roots: list[str]
    meter: Meter
    requested: int
    owned: frozenset[str] = frozenset()


class Refusal(Exception):
    """The request ends here with this reply; ``outcome`` is for the log."""

    def __init__(self, reply: Reply, outcome: str):
        super().__init__(outcome)
        self.reply = reply
        self.outcome = outcome


class AdminApi:
    """``POST /admin/api/{version}/graphql.json`` of one shop."""

    def __init__(self, shop: Shop, engine: Engine, faults: FaultPlan):
        self.shop = shop
        self.engine = engine
        self.faults = faults
        cost = shop.settings["cost"]
        self.bucket = Bucket(cost["maximum"], cost["per_second"])

    def served_version(self, asked: str) -> str | None:
        """The version that answers; a retired one falls forward without a word."""
        known = sorted(self.shop.settings["versions"])
        if asked in known or asked == "unstable":
            return asked
        later = [version for version in known if version > asked]
        return later[0] if later else None

    def handle(self, asked: str, headers: dict[str, str], raw: bytes) -> Reply:
        """Answer one request and log it."""
        started = time.perf_counter()
        row = {
            "at": now().isoformat(),
            "version": asked,
            "operation": "",
            "root": "",
            "cost": 0,
            "correlation": headers.get("x-correlation-id", ""),
            "body": raw.decode("utf-8", "replace"),
        }
        version = self.served_version(asked)
        try:
            reply, outcome = self._answer(version, headers, raw, row)
        except Refusal as refusal:
            reply, outcome = refusal.reply, refusal.outcome
        if version:
            reply.headers.setdefault("X-Shopify-API-Version", version)
        answer = "" if reply.body is None else json.dumps(reply.body)[:LOGGED_ANSWER]
        self.shop.store.log_request(
            {
                **row,
                "status": reply.status,
                "outcome": outcome,
                "answer": answer,
                "milliseconds": round((time.perf_counter() - started) * 1000, 2),
            }
        )
        return reply

    def _answer(self, version, headers, raw, row) -> tuple[Reply, str]:
        if version is None:
            raise Refusal(Reply(404, {"errors": "Not Found"}), "no_version")
        with self.shop.store.lock:
            allowed = auth.is_valid(self.shop, headers.get("x-shopify-access-token"))
        if not allowed:
            raise Refusal(
                Reply(401, {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}),
                "unauthorized",
            )
        job = self._read(version, raw, row)
        fault = self.faults.strike({job.data.get("operationName") or row["operation"], *job.roots})
        if fault:
            job = self._before(job, fault)
        if not self.bucket.take(job.requested):
            raise Refusal(self._throttled(job), "throttled")
        body, outcome = self._execute(job)
        used = job.meter.points(body.get("data"))
        self.bucket.give_back(max(0, job.requested - used))
        row["cost"] = used
        body["extensions"] = {"cost": self._cost(job, used)}
        return (self._after(fault, body), f"{outcome}+{fault.kind}") if fault else (Reply(200, body), outcome)

    def _read(self, version: str, raw: bytes, row: dict) -> Job:
        """Parse, validate and price a request."""
        try:
            data = json.loads(raw)
            text, variables = data["query"], data.get("variables") or {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refusal(
                Reply(400, {"errors": {"query": "Required parameter missing or invalid"}}), "bad_request"
            ) from error
        prepared = self.engine.prepare(text)
        if prepared.errors:
            raise Refusal(Reply(200, {"errors": [_formatted(e) for e in prepared.errors]}), "invalid")
        operation = prepared.operation(data.get("operationName"))
        if operation is None:
            raise Refusal(_error("An operation name is required", "BAD_REQUEST"), "invalid")
        roots = root_fields(operation)
        row["operation"] = operation.name.value if operation.name else ""
        row["root"] = " ".join(roots)
        _check_sizes(variables)
        values = get_variable_values(self.engine.schema, operation.variable_definitions or [], variables)
        if isinstance(values, list):
            errors = [{**_formatted(e), "extensions": {"code": "INVALID_VARIABLE"}} for e in values]
            raise Refusal(Reply(200, {"errors": errors}), "invalid")
        meter = Meter(self.engine.prices, prepared.document, operation, values)
        requested = meter.points()
        if requested > SINGLE_QUERY_LIMIT:
            raise Refusal(_too_dear(requested), "too_dear")
        return Job(version, data, prepared, operation, variables, roots, meter, requested)

    def _execute(self, job: Job) -> tuple[dict[str, Any], str]:
        """Run the operation with the state to itself and keep what it did."""
        with self.shop.store.lock:
            context = Context(self.shop, job.version, job.owned)
            result = execute(
                self.engine.schema,
                job.prepared.document,
                context_value=context,
                variable_values=job.variables,
                operation_name=job.data.get("operationName"),
                is_awaitable=_never,
            )
            self.shop.store.commit()
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body = {"errors": [_formatted(error) for error in result.errors], **body}
            return body, "errors"
        payloads = (result.data or {}).values()
        refused = any(isinstance(p, dict) and p.get("userErrors") for p in payloads)
        return body, "user_errors" if refused else "ok"

    def _before(self, job: Job, fault: Fault) -> Job:
        """Faults that strike before anything is done."""
        kind = fault.kind
        if kind == "429":
            raise Refusal(Reply(429, {"errors": "Too Many Requests"}, {"Retry-After": "2.0"}), kind)
        if kind == "500_before":
            raise Refusal(Reply(500, {"errors": "Internal Server Error"}), kind)
        if kind == "close_before":
            raise Refusal(Reply(drop=True), kind)
        if kind == "throttled":
            raise Refusal(self._throttled(job), "throttled")
        if kind == "internal":
            raise Refusal(
                _error("Internal error. Looks like something went wrong on our end.", "INTERNAL_SERVER_ERROR"), kind
            )
        if kind == "latency":
            job.owned = self._reserve(job)
            time.sleep(fault.seconds)
        return job

    def _reserve(self, job: Job) -> frozenset[str]:
        """Take the idempotency keys of a request, as Shopify does while it works."""
        directive = self.engine.schema.get_directive("idempotent")
        keys = set()
        for node in job.operation.selection_set.selections:
            if isinstance(node, FieldNode) and directive:
                values = get_directive_values(directive, node, job.variables)
                if values:
                    keys.add(values["key"])
        with self.shop.store.lock:
            new = {key for key in keys if self.shop.store.get("idempotency", key) is None}
            for key in new:
                idempotency.reserve(self.shop, key)
            self.shop.store.commit()
        return frozenset(new)

    @staticmethod
    def _after(fault: Fault, body: dict[str, Any]) -> Reply:
        """Faults that hide what was done."""
        if fault.kind == "500_after":
            return Reply(500, {"errors": "Internal Server Error"})
        if fault.kind == "hang":
            return Reply(hang=fault.seconds, drop=True)
        if fault.kind == "close":
            return Reply(drop=True)
        if fault.kind == "bad_json":
            return Reply(200, raw=b"<html><body>upstream connect error</body></html>")
        return Reply(200, body)

    def _cost(self, job: Job, used: int | None) -> dict[str, Any]:
        return {"requestedQueryCost": job.requested, "actualQueryCost": used, "throttleStatus": self.bucket.status()}

    def _throttled(self, job: Job) -> Reply:
        return Reply(
            200,
            {
                "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": DOCS}}],
                "extensions": {"cost": self._cost(job, None)},
            },
        )


def _never(_value: Any) -> bool:
    """No resolver here is asynchronous; saves a look at every value."""
    return False


def _check_sizes(value: Any) -> None:
    """Refuse input arrays that are longer than Shopify takes."""
    if isinstance(value, list):
        if len(value) > INPUT_LIMIT:
            raise Refusal(
                _error(
                    f"The input array size of {len(value)} is greater than the maximum allowed of {INPUT_LIMIT}.",
                    "MAX_INPUT_SIZE_EXCEEDED",
                ),
                "too_large",
            )
        for inner in value:
            _check_sizes(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            _check_sizes(inner)


def _formatted(error: GraphQLError) -> dict[str, Any]:
    """An error as the API writes it; what a resolver tripped over is an internal error."""
    row = dict(error.formatted)
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        row["extensions"] = {"code": "INTERNAL_SERVER_ERROR", "exception": repr(error.original_error)}
    return row


def _error(message: str, code: str) -> Reply:
    return Reply(200, {"errors": [{"message": message, "extensions": {"code": code}}]})


def _too_dear(cost: int) -> Reply:
    return Reply(
        200,
        {
            "errors": [
                {
                    "message": f"Query cost is {cost}, which exceeds the single query max cost limit "
                    f"({SINGLE_QUERY_LIMIT}).",
                    "extensions": {
                        "code": "MAX_COST_EXCEEDED",
                        "cost": cost,
                        "maxCost": SINGLE_QUERY_LIMIT,
                        "documentation": DOCS,
                    },
                }
            ]
        },
    )
