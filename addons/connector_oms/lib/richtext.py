"""Descriptions of products: the HTML that shops and Odoo both understand, in one canonical form.

Pure. A shop's editor and Odoo's write the same text differently: other wrappers, classes,
blanks, empty paragraphs. What a description *says* are its paragraphs, headings, lists,
tables, emphasis, links and pictures; nothing else is kept, so that two texts that say the
same are equal, and a text that has been through either editor is still the same.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import html
from lxml_html_clean import Cleaner

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
TABLE = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th"})
#: what stands on lines of its own
BLOCKS = HEADINGS | TABLE | {"p", "ul", "ol", "li", "blockquote", "pre", "hr"}
#: what has running text in it; without any it is not there
TEXTS = HEADINGS | {"p", "li", "blockquote", "strong", "em", "u", "s", "sub", "sup", "a"}
INLINE = frozenset({"strong", "em", "u", "s", "sub", "sup", "a", "br", "img"})
#: parts of a page that only hold others
WRAPPERS = frozenset({"div", "section", "article", "header", "footer", "main", "figure", "figcaption"})
SYNONYMS = {"b": "strong", "i": "em", "strike": "s", "del": "s"}
#: of one text until it stays as it is; one that is well formed takes two
MOST_READINGS = 10
ATTRIBUTES = ("href", "src", "alt", "colspan", "rowspan")

_CLEANER = Cleaner(
    page_structure=False,
    allow_tags=[*BLOCKS, *INLINE, *WRAPPERS, *SYNONYMS],
    remove_unknown_tags=False,
    safe_attrs_only=True,
    safe_attrs=frozenset(ATTRIBUTES),
    style=True,
    inline_style=True,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@lru_cache(maxsize=512)  # variants share the text of their product
def canonical(text: str | None) -> str:
    """A description in the form that all are compared in; "" for none, or one that says nothing.

    :param text: HTML, or plain text
    """
    found = _CONTROL.sub("", text or "")
    # broken markup is mended bit by bit: each reading of what the last one wrote settles more
    for _reading in range(MOST_READINGS):
        before, found = found, _read(found)
        if before == found:
            break
    return found


def _read(text: str) -> str:
    if not text.strip():
        return ""
    root = html.fragment_fromstring(text, create_parent="div")
    _CLEANER(root)
    for element in list(root.iterdescendants()):
        _simplify(element)
    _wrap_runs(root)
    _tidy_blanks(root)
    _drop_empty(root)
    return "".join(_written(child) for child in root)


def excerpt(text: str | None, size: int = 80) -> str:
    """The words of a description, cut to a line.

    :param size: characters at most
    """
    if not text:
        return ""
    words = " ".join(" ".join(html.fragment_fromstring(text, create_parent="div").itertext()).split())
    return words if len(words) <= size else words[: size - 1].rstrip() + "…"


def _simplify(element: html.HtmlElement) -> None:
    element.tag = SYNONYMS.get(element.tag, element.tag)
    if element.tag in WRAPPERS:
        if _holds_blocks(element):
            # what runs directly in it stays a paragraph of its own
            _wrap_runs(element)
            element.drop_tag()
        else:
            element.tag = "p"
    elif element.tag == "img" and not element.get("src", "").startswith(("https://", "http://")):
        element.drop_tree()
    elif element.tag in INLINE and element.tag not in ("br", "img"):
        leads_nowhere = element.tag == "a" and not element.get("href")
        if leads_nowhere or _holds_blocks(element):
            element.drop_tag()


def _holds_blocks(element: html.HtmlElement) -> bool:
    return any(inner.tag in BLOCKS or inner.tag in WRAPPERS for inner in element.iterdescendants())


def _wrap_runs(parent: html.HtmlElement) -> None:
    """Make paragraphs of the running text that stands between the blocks of an element."""
    run: html.HtmlElement | None = None
    loose, parent.text = parent.text, None
    if (loose or "").strip():
        run = _paragraph(parent, 0, loose)
    for child in list(parent):
        if child is run:
            continue
        if child.tag not in BLOCKS and child.tag not in WRAPPERS:
            if run is None:
                run = _paragraph(parent, parent.index(child))
            run.append(child)
            continue
        run, tail, child.tail = None, child.tail, None
        if (tail or "").strip():
            run = _paragraph(parent, parent.index(child) + 1, tail)


def _paragraph(parent: html.HtmlElement, place: int, text: str | None = None) -> html.HtmlElement:
    """Put a paragraph into an element, before its child number ``place``."""
    made = parent.makeelement("p")
    made.text = text
    parent.insert(place, made)
    return made


def _tidy_blanks(root: html.HtmlElement) -> None:
    """One blank where a browser shows one, none at the edges of blocks and around line breaks."""
    for element in root.iter():
        if any(above.tag == "pre" for above in (element, *element.iterancestors())):
            continue
        element.text = _single(element.text)
        element.tail = _single(element.tail)
    for element in root.iter():
        if element.tag in BLOCKS or element is root:
            _strip_edges(element)
        if element.tag in BLOCKS or element.tag == "br":
            element.tail = (element.tail or "").lstrip() or None
            before = element.getprevious()
            if before is not None:
                before.tail = (before.tail or "").rstrip() or None
            elif element.getparent() is not None:
                element.getparent().text = (element.getparent().text or "").rstrip() or None


def _single(text: str | None) -> str | None:
    return re.sub(r"\s+", " ", text) if text else None


def _strip_edges(block: html.HtmlElement) -> None:
    block.text = (block.text or "").lstrip() or None
    if len(block):
        block[-1].tail = (block[-1].tail or "").rstrip() or None
    else:
        block.text = (block.text or "").rstrip() or None


def _drop_empty(root: html.HtmlElement) -> None:
    """Leave out, from the inside, what has neither words nor pictures."""
    for element in reversed(list(root.iterdescendants())):
        if element.tag in TEXTS | {"ul", "ol", "table"} and not _says_anything(element):
            element.drop_tree()


def _says_anything(element: html.HtmlElement) -> bool:
    return bool("".join(element.itertext()).strip()) or next(element.iter("img"), None) is not None


def _written(element: html.HtmlElement) -> str:
    for one in element.iter():
        kept = {name: one.get(name) for name in ATTRIBUTES if one.get(name)}
        one.attrib.clear()
        one.attrib.update(kept)
    return html.tostring(element, encoding="unicode", with_tail=False)
