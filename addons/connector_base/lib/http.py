"""The one way to make an HTTP call.

Deadline always, size cap, Retry-After, host allow-list, no redirect, no private
address in production (checked on the connected socket, so that DNS rebinding
does not help), limiter and breaker around each call.
"""

from __future__ import annotations

import email.utils
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from .errors import (
    AmbiguousError,
    ConfigurationError,
    ConnectorError,
    DataError,
    TransientError,
    error_from_status,
)
from .net import check_url, is_public
from .redact import redact_text

CONNECT_SECONDS = 5.0
CHUNK = 64 * 1024
#: longest wait a partner can ask for, in seconds
MAX_RETRY_AFTER = 24 * 3600.0


class Gate(Protocol):
    """Limiter and breaker of a backend, shared by all workers."""

    def acquire(self, cost: float) -> None:
        """Wait for, or refuse, one call.

        :raises RateLimitedError: not now; CircuitOpenError: not at all for now
        """

    def report(self, error: ConnectorError | None) -> None:
        """Tell the breaker how the call went."""

    def observe(self, available: float, maximum: float, per_second: float, refund: float = 0.0) -> None:
        """Tell the limiter what the partner says is left.

        :param refund: points of this call's ``cost`` that it did not cost
        """


class OpenGate:
    """No limiter and no breaker: for tests and tools outside the hub."""

    def acquire(self, cost: float) -> None:
        """Let every call through."""

    def report(self, error: ConnectorError | None) -> None:
        """Forget it."""

    def observe(self, available: float, maximum: float, per_second: float, refund: float = 0.0) -> None:
        """Forget it."""


@dataclass(frozen=True)
class HttpResponse:
    """An answer with a success status.

    :param headers: lower-case names
    :param seconds: from before the call to the last byte
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0

    def json(self) -> Any:
        """The body read as JSON.

        :raises DataError: it is not JSON
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise DataError("the partner's answer is not JSON", category="technical") from error


class _GuardedConnection(HTTPConnection):
    """Refuses a private peer after connecting and before sending a byte."""

    def _new_conn(self):
        return _refuse_private(super()._new_conn())


class _GuardedHTTPSConnection(HTTPSConnection):
    """The same for https; the check comes before the TLS handshake."""

    def _new_conn(self):
        return _refuse_private(super()._new_conn())


def _refuse_private(sock):
    peer = sock.getpeername()[0]
    if not is_public(peer):
        sock.close()
        raise ConfigurationError(f"{peer} is a private address: not called in production")
    return sock


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedConnection


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        result = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _GuardedHTTPPool,
            "https": _GuardedHTTPSPool,
        }
        return result


@dataclass
class HttpClient:
    """HTTP for one backend.

    :param allowed_hosts: names (``host`` or ``host:port``) that may be called
    :param allow_private: http and private addresses are fine (development only)
    :param deadline: seconds for a whole call, connection and body included
    :param max_bytes: largest answer that is read
    :param headers: sent with every call (the correlation id goes here)
    :param gate: limiter and breaker
    :param clock: monotonic seconds
    """

    allowed_hosts: Iterable[str]
    allow_private: bool = False
    deadline: float = 30.0
    max_bytes: int = 32 * 1024 * 1024
    headers: Mapping[str, str] = field(default_factory=dict)
    gate: Gate = field(default_factory=OpenGate)
    clock: Callable[[], float] = time.monotonic
    _session: requests.Session | None = field(default=None, repr=False)

    @property
    def session(self) -> requests.Session:
        """One session a client: connections are kept alive between calls."""
        if self._session is None:
            session = requests.Session()
            session.trust_env = False  # no .netrc, no proxy that nobody configured
            if not self.allow_private:
                session.mount("http://", _GuardedAdapter())
                session.mount("https://", _GuardedAdapter())
            self._session = session
        return self._session

    def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        safe: bool,
        cost: float = 1.0,
        deadline: float | None = None,
    ) -> HttpResponse:
        """Make one call.

        :param safe: repeating it changes nothing more (a read, or a key in the
            call makes it so); decides whether a lost answer is ambiguous
        :param cost: what the limiter takes for it
        :param deadline: seconds, instead of the client's
        :raises ConnectorError: any class of ``lib.errors``
        """
        check_url(url, self.allowed_hosts, allow_private=self.allow_private)
        self.gate.acquire(cost)
        try:
            response = self._exchange(method, url, body, headers, safe, deadline or self.deadline)
        except ConnectorError as error:
            self.gate.report(error)
            raise
        self.gate.report(None)
        return response

    def _exchange(self, method, url, body, headers, safe, deadline) -> HttpResponse:
        started = self.clock()
        try:
            answer = self.session.request(
                method,
                url,
                data=body,
                headers={**self.headers, **(headers or {})},
                timeout=(min(CONNECT_SECONDS, deadline), deadline),
                allow_redirects=False,
                stream=True,
            )
            with answer:
                content = self._read(answer, started + deadline)
        except requests.RequestException as error:
            raise _transport_error(error, safe) from error
        lower = {name.lower(): value for name, value in answer.headers.items()}
        error = error_from_status(
            answer.status_code,
            safe=safe,
            retry_after=parse_retry_after(lower.get("retry-after")),
            detail=redact_text(content[:300].decode("utf-8", "replace")),
        )
        if error:
            raise error
        return HttpResponse(answer.status_code, lower, content, self.clock() - started)

    def _read(self, answer: requests.Response, until: float) -> bytes:
        chunks, size = [], 0
        for chunk in answer.iter_content(CHUNK):
            size += len(chunk)
            if size > self.max_bytes:
                raise DataError("the partner's answer is too large", category="technical")
            if self.clock() > until:
                raise requests.ReadTimeout("deadline reached while reading")
            chunks.append(chunk)
        return b"".join(chunks)


def _transport_error(error: requests.RequestException, safe: bool) -> ConnectorError:
    """Class of a failure below HTTP: did the bytes possibly leave?"""
    reason = error.args[0] if error.args else None
    not_sent = isinstance(
        error, (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.InvalidURL)
    ) or isinstance(getattr(reason, "reason", None), NewConnectionError)
    text = f"{type(error).__name__}: {redact_text(str(error))[:300]}"
    if isinstance(error, requests.exceptions.SSLError):
        return ConfigurationError(f"the partner's certificate is not trusted ({text})")
    if not_sent or safe:
        return TransientError(text)
    return AmbiguousError(text)


def parse_retry_after(value: str | None, now: float | None = None) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as an HTTP date.

    RFC 9110, section 10.2.3. Unreadable values count as absent; nobody is obeyed for
    longer than ``MAX_RETRY_AFTER``.

    :param now: UNIX time to reckon a date from
    """
    if not value:
        return None
    with suppress(ValueError):
        seconds = float(value)
        return None if math.isnan(seconds) else min(max(0.0, seconds), MAX_RETRY_AFTER)
    try:
        moment = email.utils.parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(0.0, moment - (time.time() if now is None else now)), MAX_RETRY_AFTER)
