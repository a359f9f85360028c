"""The chain of the audit log: canonical form of an entry, its hash, and the check of all.

Each link hashes the one before it together with everything an entry says, so that an
entry that is changed, taken out, put in or moved leaves a chain that does not add up.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from .redact import MASK, mask_personal, redact_text

#: what the first link follows
GENESIS = "0" * 64
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


class Head(NamedTuple):
    """The end of a chain: whoever keeps it elsewhere can tell if the chain was cut."""

    sequence: int = 0
    hash: str = GENESIS

    @classmethod
    def parse(cls, text: str) -> Head:
        """The head written as ``<sequence> <hash>``.

        :raises ValueError: it is not one
        """
        sequence, __, value = (text or "").strip().partition(" ")
        if not re.fullmatch(r"[0-9a-f]{64}", value.strip()):
            raise ValueError("not the head of a chain")
        return cls(int(sequence), value.strip())

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash}"


class Link(NamedTuple):
    """One stored link and the entry it stands for (None: the entry is gone)."""

    sequence: int
    previous: str
    hash: str
    entry_id: int
    entry: Mapping[str, Any] | None


class Break(NamedTuple):
    """One place where the chain does not hold.

    :param kind: ``changed``, ``missing``, ``order``, ``cut`` or ``unsealed``
    """

    kind: str
    sequence: int
    entry_id: int


def canonical(value: Any) -> str:
    """The one way in which a value is written, whatever made it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)


def seal(head: Head, entry: Mapping[str, Any]) -> Head:
    """The head of the chain after one more entry."""
    sequence = head.sequence + 1
    text = canonical([head.hash, sequence, dict(entry)])
    return Head(sequence, hashlib.sha256(text.encode()).hexdigest())


def check(links: Iterable[Link], known: Iterable[Head] = ()) -> Iterator[Break]:
    """Every place where a chain does not hold; nothing when it is sound.

    :param links: all links, by sequence
    :param known: former heads that must still be in it
    """
    expected = {head.sequence: head.hash for head in known if head.sequence}
    last = Head()
    for link in links:
        if link.sequence != last.sequence + 1 or link.previous != last.hash:
            yield Break("order", link.sequence, link.entry_id)
        if link.entry is None:
            yield Break("missing", link.sequence, link.entry_id)
        elif seal(Head(link.sequence - 1, link.previous), link.entry).hash != link.hash:
            yield Break("changed", link.sequence, link.entry_id)
        if expected.pop(link.sequence, link.hash) != link.hash:
            yield Break("cut", link.sequence, link.entry_id)
        last = Head(link.sequence, link.hash)
    for sequence in sorted(expected):
        yield Break("cut", sequence, 0)


def redact(value: Any, secrets: tuple[str, ...] = ()) -> Any:
    """A JSON-like value without secrets and personal data.

    :param secrets: values known to be secret
    """
    return _scrub(mask_personal(value), secrets)


def _scrub(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _scrub(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_scrub(item, secrets) for item in value]
    return redact_line(value, secrets) if isinstance(value, str) else value


def redact_line(text: str, secrets: tuple[str, ...] = ()) -> str:
    """Free text without secrets and e-mail addresses."""
    return _EMAIL.sub(MASK, redact_text(text, secrets)).replace("\x00", "")
