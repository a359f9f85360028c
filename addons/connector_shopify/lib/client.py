"""GraphQL over HTTP: cost, throttling, errors and the version that answered.

Knows no business. Rules from Shopify's Admin API: "Rate limits", "Versioning",
"GraphQL Admin API reference: status and error codes".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from urllib3 import encode_multipart_formdata

from ...connector_base.lib.errors import (
    AmbiguousError,
    AuthError,
    ConnectorError,
    DataError,
    PermanentError,
    RateLimitedError,
    TransientError,
)
from ...connector_base.lib.http import HttpClient, HttpResponse
from ...connector_base.lib.redact import redact_text
from .auth import TokenProvider
from .const import API_VERSION, FILE_SECONDS, TOP_LEVEL_CODES, USER_ERROR_CODES
from .operations import Operation, operation

#: seconds to wait when Shopify throttles and does not say how full the bucket is
DEFAULT_WAIT = 1.0
TEXT_LIMIT = 300


class TooCostlyError(PermanentError):
    """One query asks for more points than Shopify allows: ask for less at once."""


@dataclass(frozen=True)
class GraphqlError:
    """One entry of the answer's ``errors``.

    :param code: ``extensions.code``, "" for none
    :param path: where in the data it happened, () for the whole
    """

    message: str
    code: str = ""
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What came back.

    :param data: the answer's ``data``, {} for none
    :param errors: only with ``partial``: what is missing from the data, and why
    :param cost: ``extensions.cost``
    """

    data: Mapping[str, Any]
    errors: tuple[GraphqlError, ...] = ()
    cost: Mapping[str, Any] = field(default_factory=dict)


class ShopifyClient:
    """Sends documents of ``queries/`` to one shop.

    :param http: client of the backend, with its limiter (points a second) and breaker
    :param base_url: https://<shop>.myshopify.com
    :param on_version: called once with the version that answered when it is not the
        one asked for (a retired version falls forward in silence)
    """

    def __init__(
        self,
        http: HttpClient,
        base_url: str,
        tokens: TokenProvider,
        *,
        version: str = API_VERSION,
        on_version: Callable[[str], None] | None = None,
    ):
        self.http = http
        self.version = version
        self.served_version = ""
        self._url = f"{base_url.rstrip('/')}/admin/api/{version}/graphql.json"
        self._tokens = tokens
        self._on_version = on_version
        #: operation -> what Shopify charged for each point of our estimate
        self._factors: dict[str, float] = {}

    def query(self, name: str, variables: Mapping[str, Any] | None = None, *, partial: bool = False) -> Answer:
        """Read something.

        :param name: document of ``queries/``
        :param partial: data with some errors in it is given back with them; without,
            any error raises
        :raises TooCostlyError: see there; other ConnectorErrors by class
        """
        chosen, values = operation(name), variables or {}
        return self._run(chosen, chosen.body(values), chosen.cost(values), True, partial)

    def mutate(self, name: str, body: bytes, *, safe: bool) -> Answer:
        """Change something.

        :param body: exact bytes, from ``operation(name).body(variables)``
        :param safe: an idempotency key in it makes a second sending harmless
        :raises AmbiguousError: it may have worked (never with ``safe``)
        """
        chosen = operation(name)
        return self._run(chosen, body, chosen.cost({}), safe, False)

    def upload(self, url: str, fields: Sequence[tuple[str, str]], name: str, content: bytes, content_type: str) -> None:
        """Put a file where Shopify said; another one with the same fields replaces it.

        No token of ours goes there: the fields are the permission.

        :param url: of a staged upload
        :param fields: its parameters
        """
        body, multipart = encode_multipart_formdata([*fields, ("file", (name, content, content_type))])
        headers = {"Content-Type": multipart}
        self.http.request("POST", url, body=body, headers=headers, safe=True, cost=0.0, deadline=FILE_SECONDS)

    def download(self, url: str) -> bytes:
        """A file that Shopify has left for us."""
        return self.http.request("GET", url, safe=True, cost=0.0, deadline=FILE_SECONDS).body

    def _run(self, chosen: Operation, body: bytes, cost: float, safe: bool, partial: bool) -> Answer:
        estimate = cost * self._factors.get(chosen.name, 1.0)
        response = self._post(body, estimate, safe)
        self._note_version(response)
        answer, errors = self._read(response, safe)
        costs = _mapping(_mapping(answer.get("extensions")).get("cost"))
        self._note_cost(chosen.name, cost, estimate, costs)
        data = _mapping(answer.get("data"))
        if errors and not (partial and data and all(_is_partial(error) for error in errors)):
            raise top_level_error(errors, costs, safe=safe or not chosen.is_mutation)
        return Answer(data, tuple(errors), costs)

    def _post(self, body: bytes, cost: float, safe: bool) -> HttpResponse:
        """Post, once more with a new token when the first one was refused.

        A refused token means that nothing was done, so a second sending is safe.
        """
        token = self._tokens.token()
        try:
            return self._post_with(token, body, cost, safe)
        except AuthError as error:
            try:
                renewed = self._tokens.token(refused=token)
            except AuthError:
                raise error from None
            return self._post_with(renewed, body, cost, safe)

    def _post_with(self, token: str, body: bytes, cost: float, safe: bool) -> HttpResponse:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Shopify-Access-Token": token,
        }
        return self.http.request("POST", self._url, body=body, headers=headers, safe=safe, cost=cost)

    def _note_version(self, response: HttpResponse) -> None:
        served = response.headers.get("x-shopify-api-version", "")
        if served and served != self.served_version:
            self.served_version = served
            if served != self.version and self._on_version:
                self._on_version(served)

    def _note_cost(self, name: str, estimate: float, paid: float, cost: Mapping[str, Any]) -> None:
        """Tell the limiter what is left, and learn what the document really costs.

        Shopify takes the cost of the largest possible answer before it begins, and gives back
        what the answer did not need (GraphQL Admin API rate limits, "Cost calculation").

        :param estimate: ours, of the document
        :param paid: what the limiter took for the call
        """
        requested, actual = (_number(cost.get(key)) for key in ("requestedQueryCost", "actualQueryCost"))
        if requested and estimate:
            self._factors[name] = requested / estimate
        status = _mapping(cost.get("throttleStatus"))
        available = _number(status.get("currentlyAvailable"))
        maximum = _number(status.get("maximumAvailable"))
        rate = _number(status.get("restoreRate"))
        if available is not None and maximum and rate:
            refund = 0.0 if actual is None else max(0.0, paid - actual)
            self.http.gate.observe(available, maximum, rate, refund)

    def _read(self, response: HttpResponse, safe: bool) -> tuple[Mapping[str, Any], list[GraphqlError]]:
        """The answer's JSON and its errors; an unreadable one may hide work that was done.

        Something between Shopify and us wrote it, so the next try may go better.
        """
        try:
            answer = response.json()
            if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
                raise DataError("the answer is no GraphQL answer", category="technical")
        except DataError as error:
            if safe:
                raise TransientError(str(error)) from error
            raise AmbiguousError(f"the call may have worked: {error}") from error
        return answer, parse_errors(answer.get("errors"))


def parse_errors(errors: Any) -> list[GraphqlError]:
    """The answer's ``errors``: a list, or (for a refused token) a plain text."""
    if not errors:
        return []
    if not isinstance(errors, list):
        return [GraphqlError(_short(errors))]
    found = []
    for entry in errors:
        entry = entry if isinstance(entry, dict) else {"message": entry}
        extensions = _mapping(entry.get("extensions"))
        path = entry.get("path")
        found.append(
            GraphqlError(
                _short(entry.get("message")),
                str(extensions.get("code") or ""),
                tuple(path) if isinstance(path, list) else (),
            )
        )
    return found


def top_level_error(errors: Sequence[GraphqlError], cost: Mapping[str, Any], *, safe: bool) -> ConnectorError:
    """The error that the answer's ``errors`` stand for; a known code goes before others.

    :param safe: a read, or a write whose key makes a repetition harmless
    """
    if any(error.code == "MAX_COST_EXCEEDED" for error in errors):
        return TooCostlyError(f"Shopify refuses the query as too costly: {errors[0].message}")
    known = next((error for error in errors if error.code in TOP_LEVEL_CODES), None)
    if known is None:
        return PermanentError(
            f"Shopify refuses the query: {errors[0].message}",
            category="technical",
            params={"code": errors[0].code},
        )
    for_read, for_write, cause = TOP_LEVEL_CODES[known.code]
    cls = for_read if safe else for_write
    text = f"{cause} ({known.code}: {known.message})"
    if issubclass(cls, RateLimitedError):
        return cls(text, retry_after=wait_seconds(cost))
    return cls(text, params={"code": known.code})


def wait_seconds(cost: Mapping[str, Any]) -> float:
    """Seconds until the bucket holds what the refused query asks for.

    :param cost: ``extensions.cost`` of the refusal
    """
    status = _mapping(cost.get("throttleStatus"))
    requested = _number(cost.get("requestedQueryCost"))
    available = _number(status.get("currentlyAvailable"))
    rate = _number(status.get("restoreRate"))
    if requested is None or available is None or not rate:
        return DEFAULT_WAIT
    # never less than a tenth: the bucket may have been read before others emptied it
    return max(0.1, (requested - available) / rate)


def user_error(
    errors: Sequence[Mapping[str, Any]],
    *,
    default: type[ConnectorError] = PermanentError,
    category: str = "",
    params: Mapping[str, Any] | None = None,
) -> ConnectorError | None:
    """The error that a mutation's ``userErrors`` stand for, None without any.

    :param default: class for codes that const.USER_ERROR_CODES does not name
    """
    if not errors:
        return None
    code = next((str(e.get("code")) for e in errors if e.get("code") in USER_ERROR_CODES), "")
    cls = USER_ERROR_CODES.get(code, default)
    texts = "; ".join(_short(error.get("message")) for error in errors[:5])
    details = {"code": code or str(errors[0].get("code") or ""), "messages": texts}
    return cls(f"Shopify refuses: {texts}", category=category, params={**details, **(params or {})})


def _is_partial(error: GraphqlError) -> bool:
    """Whether an error spoils one object of the answer only (``nodes[3]``)."""
    return len(error.path) > 1 and error.code not in ("THROTTLED", "ACCESS_DENIED")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value)


def _short(value: Any) -> str:
    return redact_text(str(value))[:TEXT_LIMIT]
