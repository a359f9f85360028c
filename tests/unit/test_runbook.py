"""Runbooks: how they are shown, and that the list of them is complete."""

from __future__ import annotations

from pathlib import Path

from addons.connector_base.lib.runbook import to_html

REPO = Path(__file__).resolve().parents[2]


def test_page_as_html():
    text = "# Title\n\n## What *to* do\n\nOne line\nand another.\n\n1. First **step**\n2. Say `this`\n\n- a\n- b\n"
    assert to_html(text) == (
        "<h4>What <em>to</em> do</h4><p>One line and another.</p>"
        "<ol><li>First <strong>step</strong></li><li>Say <code>this</code></li></ol>"
        "<ul><li>a</li><li>b</li></ul>"
    )


def test_page_brings_no_markup_of_its_own():
    assert to_html("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


def test_every_page_is_listed_once():
    listed = (REPO / "docs" / "runbooks" / "README.md").read_text()
    pages = sorted((REPO / "addons").glob("*/static/runbooks/*.md"))
    assert pages
    for page in pages:
        assert listed.count(f"({Path('../..') / page.relative_to(REPO)})") == 1, page
    assert listed.count(".md)") == len(pages)
