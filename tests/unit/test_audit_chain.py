"""The audit chain of connector_base: what it notices, and what it hides."""

from __future__ import annotations

from datetime import datetime

import pytest

from addons.connector_base.lib.audit_chain import (
    GENESIS,
    Head,
    Link,
    canonical,
    check,
    redact,
    redact_line,
    seal,
)
from addons.connector_base.lib.redact import MASK


def chain(count=5):
    """Links of ``count`` entries."""
    head, links = Head(), []
    for number in range(1, count + 1):
        entry = {"id": number * 10, "at": datetime(2026, 1, 1, 0, 0, number, 7), "action": "message.replay"}
        following = seal(head, entry)
        links.append(Link(following.sequence, head.hash, following.hash, entry["id"], entry))
        head = following
    return links


def kinds(links, known=()):
    return [(found.kind, found.sequence) for found in check(links, known)]


def test_sound_chain():
    links = chain()
    assert links[0].previous == GENESIS
    assert kinds(links, [Head(3, links[2].hash)]) == []
    assert kinds([]) == []


def test_changed_entry_is_found_alone():
    links = chain()
    links[2] = links[2]._replace(entry={**links[2].entry, "action": "message.cancel"})
    assert kinds(links) == [("changed", 3)]


def test_entry_taken_out():
    links = chain()
    links[1] = links[1]._replace(entry=None)
    assert kinds(links) == [("missing", 2)]
    del links[1]
    assert ("order", 3) in kinds(links)


def test_moved_links():
    links = chain()
    links[1], links[2] = links[2], links[1]
    assert ("order", 3) in kinds(links)


def test_rehashed_from_the_middle_is_found_by_a_kept_head():
    honest = chain()
    head, forged = Head(), []
    for link in honest:
        entry = {**link.entry, "action": "forged"} if link.sequence >= 3 else link.entry
        following = seal(head, entry)
        forged.append(Link(following.sequence, head.hash, following.hash, link.entry_id, entry))
        head = following
    assert kinds(forged) == []
    assert kinds(forged, [Head(4, honest[3].hash)]) == [("cut", 4)]


def test_end_cut_off_is_found_by_a_kept_head():
    links = chain()
    assert kinds(links[:3], [Head(5, links[4].hash)]) == [("cut", 5)]


def test_head_is_read_back():
    head = Head(7, "a" * 64)
    assert Head.parse(str(head)) == head
    for text in ("", "7", "x " + "a" * 64, "7 abc"):
        with pytest.raises(ValueError):
            Head.parse(text)


def test_canonical_does_not_depend_on_order():
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"\\u00e9","b":1}'


def test_redact():
    value = {"api_token": "abc", "customer": {"name": "Ada"}, "text": "write ada@example.com", "n": [1, None]}
    assert redact(value, ("hunter22",)) == {
        "api_token": MASK,
        "customer": {"name": MASK},
        "text": f"write {MASK}",
        "n": [1, None],
    }
    assert redact_line("it was hunter22\x00", ("hunter22",)) == f"it was {MASK}"
