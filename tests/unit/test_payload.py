"""Payloads as people read and correct them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.connector_base.lib import payload
from addons.connector_base.lib.redact import MASK, mask_personal

ORDER = {
    "email": "ada@example.com",
    "total": "10.00",
    "shipping_address": {"name": "Ada", "city": "Paris", "zip": "75001"},
    "lines": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 2}],
}


def test_xml_is_laid_out_and_masked():
    person = b'<customer vat="X1"><name>Ada</name><city>Paris</city></customer>'
    raw = b"<o><id>7</id>" + person + b"<item><name>Lamp</name></item></o>"
    shown = payload.show(raw)
    assert "Ada" not in shown and "X1" not in shown
    assert "Paris" in shown and "Lamp" in shown and "\n" in shown
    assert "Ada" in payload.show(raw, masked=False)


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE a [<!ENTITY b "boom">]><a>&b;</a>',
        b"UNA:+.? 'NAD+BY+Ada'",
        b"<a><b></a>",
        b"<!-- Ada --><a/>x",
    ],
)
def test_what_cannot_be_masked_is_hidden_whole(raw):
    shown = payload.show(raw)
    assert "hidden" in shown and "Ada" not in shown and "boom" not in shown


def test_amounts_stay_as_they_are_written():
    assert '"price": 10.00' in payload.show(b'{"price": 10.00}')


def test_long_ones_are_cut_with_the_rest_counted():
    text, left_out = payload.cut("x" * 30, 10)
    assert (len(text), left_out) == (10, 20)


def test_masked_parts_are_put_back_and_corrections_stay():
    edited = mask_personal(ORDER)
    edited["lines"][0]["sku"] = "A-2"
    edited["shipping_address"]["zip"] = "75002"
    restored = payload.unmask(edited, ORDER)
    assert restored["email"] == "ada@example.com"
    assert restored["shipping_address"] == {"name": "Ada", "city": "Paris", "zip": "75002"}
    assert restored["lines"][0]["sku"] == "A-2"


def test_a_mask_without_an_original_is_refused():
    edited = mask_personal(ORDER) | {"phone": MASK}
    with pytest.raises(payload.CannotRestoreError, match="/phone"):
        payload.unmask(edited, ORDER)


def test_masks_in_a_shortened_list_find_their_own_original():
    people = [{"customer": {"name": "Ada", "n": 1}}, {"customer": {"name": "Bob", "n": 2}}]
    edited = mask_personal(people)[1:]
    assert payload.unmask(edited, people) == people[1:]


def test_difference_shows_what_changed_but_no_personal_data():
    edited = json.loads(json.dumps(ORDER))
    edited["lines"][1]["quantity"] = 5
    edited["email"] = "eve@example.com"
    shown = payload.difference(json.dumps(ORDER).encode(), json.dumps(edited).encode())
    assert '-      "quantity": 2' in shown and '+      "quantity": 5' in shown
    assert f'+  "email": "{payload.CHANGED}"' in shown
    assert "example.com" not in shown
    assert payload.difference(b'{"a": 1}', b'{ "a":1 }') == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["email", "name", "customer", "sku", "zip"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_an_untouched_masked_payload_is_the_original(value):
    assert payload.unmask(mask_personal(value), value) == value


@given(JSON, JSON)
def test_a_difference_is_empty_only_for_equal_values(one, other):
    shown = payload.difference(json.dumps(one).encode(), json.dumps(other).encode())
    if one == other and json.dumps(one) == json.dumps(other):
        assert shown == ""
