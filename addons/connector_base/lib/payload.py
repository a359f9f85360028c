"""Payloads as people read and correct them: laid out, personal data masked."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from .redact import MASK, is_personal, mask_personal

CHANGED = f"{MASK} (changed)"
#: characters of a payload that a screen shows
SHOWN = 200_000
_NUMBER = "\x00"
_KEPT_NUMBER = re.compile(r'"\\u0000([-+0-9.eE]+)"')
_MISSING = object()


class CannotRestoreError(ValueError):
    """A masked value stands where the original has none to put back."""


def loads(raw: bytes | str) -> Any:
    """JSON with fractions kept as they are written: 10.00 stays 10.00.

    :raises ValueError: no JSON
    """
    try:
        return json.loads(raw, parse_float=lambda text: _NUMBER + text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def dumps(value: Any) -> str:
    """What ``loads`` read, laid out."""
    return _KEPT_NUMBER.sub(r"\1", json.dumps(value, indent=2, ensure_ascii=False))


def show(raw: bytes, masked: bool = True) -> str:
    """A payload laid out for reading.

    JSON and XML are masked by name; of anything else only the length is told where
    personal data must be masked, since no rule could promise that none is left in it.
    """
    try:
        value = loads(raw)
    except ValueError:
        return _show_xml(raw, masked)
    return dumps(mask_personal(value) if masked else value)


def cut(text: str, limit: int = SHOWN) -> tuple[str, int]:
    """(the beginning of a text, how many characters are left out)."""
    return text[:limit], max(0, len(text) - limit)


def _show_xml(raw: bytes, masked: bool) -> str:
    tree = _parse_xml(raw)
    if tree is None:
        return f"({len(raw)} bytes, hidden)" if masked else raw.decode("utf-8", "replace")
    if masked:
        _mask_xml(tree, "")
    etree.indent(tree)
    return etree.tostring(tree, encoding="unicode")


def _parse_xml(raw: bytes):
    """The tree, without fetching or expanding anything; None for what is no plain XML."""
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"<!DOCTYPE" in raw[:4096]:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    try:
        return etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        return None


def _mask_xml(node, parent: str) -> None:
    if not isinstance(node.tag, str):  # a comment may say anything
        node.text = MASK
        return
    name = etree.QName(node).localname
    for key in node.attrib:
        if is_personal(etree.QName(key).localname, f"{parent} {name}"):
            node.attrib[key] = MASK
    if node.text and node.text.strip() and is_personal(name, parent):
        node.text = MASK
    for child in node:
        _mask_xml(child, f"{parent} {name}")


def unmask(edited: Any, original: Any, place: str = "") -> Any:
    """What somebody made of a masked value, with the masked parts put back.

    :raises CannotRestoreError: a masked part has no counterpart in the original
    """
    if isinstance(edited, str) and edited in (MASK, CHANGED):
        if original is _MISSING or isinstance(original, (Mapping, list)):
            raise CannotRestoreError(place)
        return original
    if isinstance(edited, Mapping):
        known = original if isinstance(original, Mapping) else {}
        return {key: unmask(item, known.get(key, _MISSING), f"{place}/{key}") for key, item in edited.items()}
    if isinstance(edited, list):
        partners = _partners(edited, original if isinstance(original, list) else [])
        return [unmask(item, partners[n], f"{place}/{n + 1}") for n, item in enumerate(edited)]
    return edited


def _partners(edited: list, original: list) -> list:
    """The original of each item: by its place, or, when some came or went, by its looks."""
    if len(edited) == len(original):
        return original
    left = [(mask_personal(item), item) for item in original]
    found = []
    for item in edited:
        partner = next((pair for pair in left if pair[0] == item), None)
        if partner:
            left.remove(partner)
        found.append(partner[1] if partner else _MISSING)
    return found


def masked_change(edited: Any, original: Any) -> Any:
    """``edited`` masked, with a word where masked data differs from the original."""
    return _mark(mask_personal(edited), edited, original)


def _mark(masked: Any, edited: Any, original: Any) -> Any:
    if masked == MASK:
        return MASK if edited == original else CHANGED
    if isinstance(masked, Mapping):
        known = original if isinstance(original, Mapping) else {}
        return {key: _mark(item, edited[key], known.get(key, _MISSING)) for key, item in masked.items()}
    if isinstance(masked, list):
        partners = original if isinstance(original, list) and len(original) == len(edited) else edited
        return [_mark(item, edited[n], partners[n]) for n, item in enumerate(masked)]
    return masked


def difference(original: bytes, edited: bytes) -> str:
    """The lines that differ, masked, each with a few lines around it; "" for none."""
    before, after = loads(original), loads(edited)
    lines = difflib.unified_diff(
        dumps(mask_personal(before)).splitlines(), dumps(masked_change(after, before)).splitlines(), lineterm="", n=3
    )
    return "\n".join(list(lines)[2:])
