"""Boxes, lines and tracking numbers."""

from decimal import Decimal

from addons.connector_oms.lib.parcels import (
    Box,
    add_up,
    packages,
    shipment_lines,
    split_numbers,
)

ONE, TWO = Decimal(1), Decimal(2)


def numbers_of(result):
    return [package.tracking.number if package.tracking else "" for package in result]


def test_numbers_come_apart_at_any_separator_and_once():
    assert split_numbers(" A1, B2;B2\nC3 ") == ["A1", "B2", "C3"]
    assert split_numbers(False) == []


def test_lines_add_up_over_boxes():
    boxes = [Box("1", lines={"x": ONE}), Box("2", lines={"x": TWO, "y": ONE})]
    total = add_up(boxes)
    assert total == {"x": Decimal(3), "y": ONE}
    assert [line.line_id for line in shipment_lines({**total, "z": Decimal(0)})] == ["x", "y"]


def test_one_number_stands_for_the_whole_consignment():
    result = packages([Box("1"), Box("2")], ["A"], "DHL", {"A": "https://dhl/A"})
    assert numbers_of(result) == ["A", "A"]
    assert result[0].tracking.url == "https://dhl/A"
    assert result[0].tracking.carrier == "DHL"


def test_numbers_are_given_box_by_box():
    assert numbers_of(packages([Box("1"), Box("2")], ["A", "B"])) == ["A", "B"]


def test_a_box_keeps_its_own_number():
    assert numbers_of(packages([Box("1", number="B"), Box("2")], ["A", "B"])) == ["B", "A"]


def test_no_number_is_lost_and_none_is_invented():
    assert numbers_of(packages([Box("1")], ["A", "B", "C"])) == ["A", "B", "C"]
    assert numbers_of(packages([Box("1"), Box("2"), Box("3")], ["A", "B"])) == ["A", "B", ""]
    assert numbers_of(packages([Box("1")], [])) == [""]
