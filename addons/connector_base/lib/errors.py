"""The taxonomy of everything that can go wrong with a partner.

Adapters raise these and nothing else; the hub decides by class what becomes of
the message. One table maps HTTP status codes to classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ConnectorError(Exception):
    """Base of all errors of the hub.

    :param message: plain English for the log and the attempt
    :param category: what kind of exception a person sees (``integration.exception``)
    :param params: values the exception's translated text is filled with
    """

    #: ``retry``: try again later; ``block``: a person must act; ``lookup``: find
    #: out first; ``pause``: stop the backend until a person acts
    action = "retry"
    error_class = "unknown"
    default_category = "technical"

    def __init__(self, message: str, *, category: str = "", params: Mapping[str, Any] | None = None):
        super().__init__(message)
        self.category = category or self.default_category
        self.params = dict(params or {})


class TransientError(ConnectorError):
    """Network trouble, a partner's 5xx, a lock: the same call may work later."""

    error_class = "transient"


class RateLimitedError(TransientError):
    """The partner (or our own limiter) asks to wait.

    :param retry_after: seconds to wait before the next call
    """

    error_class = "rate_limited"

    def __init__(self, message: str, *, retry_after: float = 1.0, **kwargs):
        super().__init__(message, **kwargs)
        self.retry_after = max(0.0, retry_after)


class CircuitOpenError(RateLimitedError):
    """The breaker is open: no call was made."""

    error_class = "circuit_open"


class PendingError(RateLimitedError):
    """The partner has taken the call over and is still at work on it: ask again later, as often as it takes.

    Unlike with the others nothing is sent again: the call is looked up.
    """

    error_class = "pending"


class AuthError(ConnectorError):
    """Credentials are wrong, expired or lack a scope: a person must mend them."""

    action = "pause"
    error_class = "auth"
    default_category = "credentials"


class ConfigurationError(ConnectorError):
    """Something is not set up (location not mapped, host not allowed)."""

    action = "block"
    error_class = "configuration"
    default_category = "configuration"


class DataError(ConnectorError):
    """The message itself is wrong or incomplete, and stays so until a person acts."""

    action = "block"
    error_class = "data"
    default_category = "data"


class ConflictError(ConnectorError):
    """The partner's state is no longer what we assumed (compare-and-set failed)."""

    action = "retry"
    error_class = "conflict"
    default_category = "conflict"


class AmbiguousError(ConnectorError):
    """The call may have worked: never repeat it before finding out."""

    action = "lookup"
    error_class = "ambiguous"
    default_category = "ambiguous"


class PermanentError(ConnectorError):
    """The partner refused, and will refuse the same bytes again."""

    action = "block"
    error_class = "permanent"
    default_category = "refused"


#: HTTP status -> (error class, plain cause). Statuses not listed go by hundreds.
STATUS_TABLE: dict[int, tuple[type[ConnectorError], str]] = {
    401: (AuthError, "the partner does not accept the credentials"),
    402: (AuthError, "the partner's account is frozen or unpaid"),
    403: (AuthError, "the credentials lack a permission"),
    404: (PermanentError, "the partner does not know this address or object"),
    408: (TransientError, "the partner gave up waiting"),
    409: (ConflictError, "the partner's state has changed meanwhile"),
    423: (TransientError, "the object is locked at the partner"),
    425: (TransientError, "the partner asks to try again later"),
    429: (RateLimitedError, "the partner asks to slow down"),
    430: (RateLimitedError, "the partner asks to slow down"),
}


def error_from_status(
    status: int, *, safe: bool, retry_after: float | None = None, detail: str = ""
) -> ConnectorError | None:
    """The error an HTTP status stands for, None for success.

    :param safe: the call changes nothing or carries a key that makes it safe to
        repeat; otherwise a 5xx may have been answered after the work was done
    :param retry_after: seconds from the Retry-After header
    :param detail: redacted excerpt for the log
    """
    if 200 <= status < 300:
        return None
    if status in STATUS_TABLE:
        cls, cause = STATUS_TABLE[status]
    elif status >= 500:
        cls, cause = TransientError, "the partner has trouble"
    elif 300 <= status < 400:
        cls, cause = ConfigurationError, "the partner answers from another address"
    else:
        cls, cause = PermanentError, "the partner refused the request"
    if status >= 500 and not safe:
        cls, cause = AmbiguousError, "the partner failed and may have done the work"
    text = f"HTTP {status}: {cause}" + (f" ({detail})" if detail else "")
    if issubclass(cls, RateLimitedError):
        return cls(text, retry_after=1.0 if retry_after is None else retry_after)
    if status == 503 and safe and retry_after is not None:
        return RateLimitedError(text, retry_after=retry_after)
    return cls(text)
