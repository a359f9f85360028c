"""Runbooks: the little Markdown they are written in, as HTML for the screen.

Headings, paragraphs, numbered and plain lists, bold, emphasis, code. Everything else is
shown as it stands; nothing in a page becomes markup of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
)
_LINES = (("ol", re.compile(r"\d+\. +(.*)")), ("ul", re.compile(r"[-*] +(.*)")))


def to_html(text: str) -> str:
    """A page as HTML; its title is left to the screen."""
    return "".join(_blocks(text))


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.strip().splitlines()
        first = lines[0]
        if first.startswith("# "):
            continue
        if first.startswith("## "):
            yield f"<h4>{_inline(first[3:])}</h4>"
            continue
        for tag, item in _LINES:
            if all(item.match(line) for line in lines):
                items = "".join(f"<li>{_inline(item.match(line).group(1))}</li>" for line in lines)
                yield f"<{tag}>{items}</{tag}>"
                break
        else:
            yield f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    text = escape(text)
    for pattern, markup in _INLINE:
        text = pattern.sub(markup, text)
    return text
