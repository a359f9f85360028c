"""What a partner system looks like to the hub.

An adapter turns partner bytes into canonical documents and canonical documents
into partner calls. It knows no Odoo record, so it is tested with files in and
documents out. Everything durable (keys, intents, retries) is the hub's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Incoming:
    """One thing a partner told us, exactly as received.

    :param topic: the hub's flow code, for example ``order.in``
    :param key: identity within (backend, topic); a second one is a duplicate
    :param raw: the bytes as received
    :param business_key: the object it speaks of; its messages stay in order
    :param occurred_at: aware UTC time at which the partner says it happened
    :param source_topic: the partner's own name of the event
    :param event_id: the partner's id of the event behind a delivery, if it differs
    :param subject: what people call the object, where the notification says it: a message
        that never gets as far as being read is found by it
    """

    topic: str
    key: str
    raw: bytes
    business_key: str
    occurred_at: datetime | None = None
    source_topic: str = ""
    event_id: str = ""
    subject: str = ""


@dataclass(frozen=True)
class PollPage:
    """One page of a poll.

    :param messages: what the page holds
    :param cursor: the partner's cursor of the next page, None on the last one
    """

    messages: tuple[Incoming, ...]
    cursor: str | None = None


@dataclass(frozen=True)
class Call:
    """One call that changes something at the partner, ready to be sent.

    :param key: idempotency key, stable over retries; UNIQUE per backend
    :param operation: the partner's name of the operation
    :param body: the exact bytes; a retry sends the same ones
    :param meta: JSON-able facts that ``lookup`` needs to find the effect again
    """

    key: str
    operation: str
    body: bytes
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CallResult:
    """What the partner answered to a call (or what a look-up found).

    :param external_id: id of the thing created or changed at the partner
    :param data: JSON-able answer that the settling code needs
    """

    external_id: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One line of a connection test: what was checked, whether it holds, detail."""

    name: str
    ok: bool
    detail: str = ""


class Adapter:
    """Base of every adapter. Subclasses override what their partner offers."""

    #: canonical documents of these flows are complete states: the newest wins
    full_state_topics: frozenset[str] = frozenset()

    def check(self) -> list[Check]:
        """Try the connection without changing anything; one ``Check`` a fact."""
        raise NotImplementedError

    def receive(self, headers: Mapping[str, str], raw: bytes) -> Incoming | None:
        """Authenticate a webhook on its raw bytes and name what it is.

        :param headers: lower-case header names
        :return: None for a genuine delivery of a topic the hub has no use for
        :raises AuthError: the signature is wrong or missing
        :raises DataError: signed, but not a delivery of this partner's format
        """
        raise NotImplementedError

    def fetch(self, topic: str, raws: Mapping[int, bytes]) -> Mapping[int, bytes | None]:
        """Complete notifications into full states, many in one partner call.

        :param raws: message id -> bytes as received
        :return: message id -> bytes to decode; None where the partner says that
            the object does not exist (any more). The default gives back what came.
        """
        return raws

    def decode(self, topic: str, raw: bytes) -> list[Any]:
        """Turn bytes into canonical documents. Pure.

        :raises DataError: the bytes cannot be read as ``topic``
        """
        raise NotImplementedError

    def aliases(self, external_id: str) -> tuple[str, ...]:
        """Other forms in which people know one of this partner's ids. Pure."""
        return ()

    def poll(self, topic: str, since: datetime, until: datetime, cursor: str | None = None) -> PollPage:
        """One page of what changed in the window, oldest first."""
        raise NotImplementedError

    def prepare(self, topic: str, document: Any) -> list[Call]:
        """Build the calls that carry a canonical document to the partner.

        May read from the partner, must change nothing there. An empty list means
        that there is nothing (left) to do.
        """
        raise NotImplementedError

    def send(self, call: Call) -> CallResult:
        """Make one call.

        :raises ConnectorError: see ``lib.errors``; AmbiguousError when the call
            may have worked
        """
        raise NotImplementedError

    def lookup(self, call: Call) -> CallResult | None:
        """Find the effect of a call whose answer was lost.

        :return: the result, or None when the partner says that it is not there
        :raises AmbiguousError: this partner cannot tell
        """
        raise NotImplementedError
