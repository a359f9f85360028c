"""The dependency map of connector_base: what the picture says."""

from __future__ import annotations

import re
from xml.dom import minidom

from addons.connector_base.lib.flow_map import COLUMNS, Flow, draw

TITLES = ("Systems", "Flows", "In Odoo", "Needed by")
ORDERS = Flow(1, "Orders", (7, "Shop A"), True, documents=("Sales Order", "Contact"), dependents=("Sales", "Warehouse"))
STOCK = Flow(2, "Stock", (7, "Shop A"), False, mood="bad", note="no owner", documents=("Stock",))
OTHER = Flow(3, "Orders", (8, "Shop B"), True, documents=("Sales Order",), dependents=("Sales",))


def picture(*flows):
    svg = draw(flows, TITLES)
    minidom.parseString(svg)  # noqa: S318 - our own text
    return svg


def ends(svg):
    """(start x, end x) of each line."""
    return [
        (float(start), float(end))
        for start, end in re.findall(r'd="M([\d.]+) [\d.]+ C[^"]* ([\d.]+) [\d.]+" fill="none"', svg)
    ]


def test_every_box_once():
    svg = picture(ORDERS, STOCK, OTHER)
    labels = re.findall(r"<title>([^<]*)</title>", svg)
    assert sorted(labels) == sorted(
        [
            "Shop A",
            "Shop B",
            "Orders",
            "Orders",
            "Stock · no owner",
            "Sales Order",
            "Contact",
            "Stock",
            "Sales",
            "Warehouse",
        ]
    )
    for title in TITLES:
        assert title in svg


def test_lines_run_as_the_data_does():
    inbound = ends(picture(Flow(1, "In", (1, "S"), True, documents=("D",))))
    outbound = ends(picture(Flow(1, "Out", (1, "S"), False, documents=("D",))))
    assert inbound and all(start < end for start, end in inbound)
    assert outbound and all(start > end for start, end in outbound)


def test_shared_line_is_drawn_once():
    svg = picture(ORDERS, OTHER)
    assert len(ends(svg)) == len(set(re.findall(r'<path d="M[^"]*" fill="none"', svg)))


def test_boxes_open_what_they_show():
    svg = picture(ORDERS, STOCK)
    assert set(re.findall(r'data-open="([^"]*)"', svg)) == {"flow:1", "flow:2", "backend:7"}


def test_names_are_no_markup():
    svg = picture(Flow(1, '<script>"x"&', (1, "<b>"), True, documents=("<i>",), dependents=("&",)))
    assert "<script>" not in svg and "<b>" not in svg and "<i>" not in svg


def test_long_names_are_cut_and_kept_as_tooltip():
    name = "A very long name of a flow that fits into no box"
    svg = picture(Flow(1, name, (1, "S"), True))
    assert f"<title>{name}</title>" in svg
    shown = re.findall(r'fill="#212529">([^<]*)<', svg)
    assert all(len(text) * 6 < COLUMNS[1][1] for text in shown)
    assert any(text.endswith("…") for text in shown)


def test_nothing_to_show():
    assert "<svg" in picture()
