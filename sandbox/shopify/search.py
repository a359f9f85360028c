"""Shopify's search syntax, as far as clients of this suite use it.

Terms are ``field:value`` with an optional comparison (``updated_at:>='2026-01-01T00:00:00Z'``),
joined by blanks or AND, alternatives by OR, negated by ``-`` or NOT. A word
without a field is looked for in the default fields. ``*`` at the end is a prefix.
https://shopify.dev/docs/api/usage/search-syntax
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

Getter = Callable[[Any], Any]
Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"""\s*(?P<not>-|NOT\s+)?(?:(?P<field>[A-Za-z_]+):)?(?P<op>>=|<=|>|<)?"""
    r"""(?P<value>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s()]+)"""
)


def matcher(query: str | None, fields: Mapping[str, Getter], default: tuple[str, ...]) -> Test:
    """A test for documents out of a search query.

    :param fields: name in the query -> how to read it from a document
    :param default: fields that a bare word is looked for in
    """
    alternatives = [_all_of(part, fields, default) for part in re.split(r"\s+OR\s+", query or "")]
    return lambda document: any(test(document) for test in alternatives)


def _all_of(text: str, fields: Mapping[str, Getter], default: tuple[str, ...]) -> Test:
    tests = []
    for match in _TOKEN.finditer(text.replace("(", " ").replace(")", " ")):
        if match["value"] == "AND" and not match["field"]:
            continue
        value = _unquoted(match["value"])
        names = (match["field"],) if match["field"] else default
        getters = [fields[name] for name in names if name in fields]
        if match["field"] and not getters:
            continue  # Shopify ignores fields it does not know (and warns)
        tests.append(_term(getters, match["op"] or "", value, bool(match["not"])))
    return lambda document: all(test(document) for test in tests)


def _unquoted(text: str) -> str:
    if text[:1] in "'\"":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _term(getters: list[Getter], op: str, value: str, negated: bool) -> Test:
    def test(document: Any) -> bool:
        found = any(_compare(getter(document), op, value) for getter in getters)
        return found != negated

    return test


def _compare(actual: Any, op: str, value: str) -> bool:
    if isinstance(actual, (list, tuple, set)):
        return any(_compare(one, op, value) for one in actual)
    if actual is None:
        return False
    if op:
        left, right = _ordered(actual, value)
        return {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[op]
    left_text, right_text = str(actual).lower(), value.lower()
    if isinstance(actual, bool):
        return left_text == right_text
    if right_text.endswith("*"):
        return left_text.startswith(right_text[:-1])
    moment = _moment(value)
    if moment and _moment(str(actual)):
        return _moment(str(actual)) == moment
    return left_text == right_text


def _ordered(actual: Any, value: str) -> tuple[Any, Any]:
    """Both sides in a form that compares: moments, numbers, else text."""
    left, right = _moment(str(actual)), _moment(value)
    if left and right:
        return left, right
    try:
        return float(actual), float(value)
    except (TypeError, ValueError):
        return str(actual), value


def _moment(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
