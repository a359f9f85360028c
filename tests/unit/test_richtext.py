"""Descriptions: what two editors write differently and mean alike is the same text."""

import random

import pytest

from addons.connector_oms.lib.richtext import canonical, excerpt


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("abc", "<p>abc</p>"),
        ("a & b < c", "<p>a &amp; b &lt; c</p>"),
        ("<div>one</div><div>two <b>bold</b> x</div>", "<p>one</p><p>two <strong>bold</strong> x</p>"),
        ("<div><div class='x'>t<span style='color:red'> r </span></div>loose</div>", "<p>t r</p><p>loose</p>"),
        ("a<p>b</p>c <i>d</i> e", "<p>a</p><p>b</p><p>c <em>d</em> e</p>"),
        (
            "<ul><li> x </li>\n<li>y<ul><li>z</li></ul></li></ul>",
            "<ul><li>x</li><li>y<ul><li>z</li></ul></li></ul>",
        ),
        ("<p>a&nbsp;b</p>", "<p>a b</p>"),
        ("line one<br/>\n line two", "<p>line one<br>line two</p>"),
        ("<p>a<!-- x -->b</p><script>alert(1)</script>", "<p>ab</p>"),
        ("<a href='javascript:x()'>k</a> <a href='https://x.test/'>l</a>", '<p>k <a href="https://x.test/">l</a></p>'),
        (
            "<p><img src='/web/image/1'>b<img alt='z' src='https://x/y.png'></p>",
            '<p>b<img src="https://x/y.png" alt="z"></p>',
        ),
        ("<table class=a><tr><td style=x>2</td></tr></table>", "<table><tr><td>2</td></tr></table>"),
        ("<pre>a\n  b</pre>", "<pre>a\n  b</pre>"),
        ("<em><p>x</p></em>", "<p>x</p>"),
        ("<html><body><p>x\x00y</p></body></html>", "<p>xy</p>"),
    ],
)
def test_keeps_what_is_said(given, expected):
    assert canonical(given) == expected


@pytest.mark.parametrize("given", [None, "", "  ", "&nbsp;", "<p><br></p>", "<div><p></p></div>", "<ul><li></li></ul>"])
def test_what_says_nothing_is_none(given):
    assert canonical(given) == ""


def test_is_stable_whatever_it_is_given():
    tags = ["p", "div", "b", "em", "ul", "li", "h2", "a href='https://x.test'", "table", "tr", "td", "span", "pre", "u"]
    pieces = ["x", " ", "\n", "y z", "&amp;", "<br>", "<img src='https://x.test/a.png'>", "&nbsp;", "<!-- c -->"]
    pieces += [f"<{tag}>" for tag in tags] + [f"</{tag.split()[0]}>" for tag in tags]
    rng = random.Random(4)
    for _round in range(3000):
        given = "".join(rng.choices(pieces, k=rng.randrange(1, 25)))
        once = canonical(given)
        assert canonical(once) == once, given


def test_an_excerpt_is_one_line_of_words():
    assert excerpt("<p>One</p><ul><li>two</li></ul>") == "One two"
    assert excerpt("<p>" + "word " * 50 + "</p>", 12) == "word word w…"
    assert excerpt("") == excerpt(None) == ""
