"""Whose value counts, and what follows when Odoo and a channel differ."""

from decimal import Decimal
from itertools import product

import pytest

from addons.connector_oms.lib import listing
from addons.connector_oms.lib.documents import Product
from addons.connector_oms.lib.listing import (
    AGAIN,
    ASK,
    BOTH,
    CHANNEL,
    COMPARE,
    DIFFERS,
    JUMP,
    LEFT,
    NOTHING,
    ODOO,
    SAME,
    SEND,
    TAKE,
    Past,
    Verdict,
    decide,
)

FIRST = Past()


@pytest.mark.parametrize("owner", (ODOO, CHANNEL, COMPARE))
def test_equal_values_need_nothing(owner):
    assert decide(owner, "5.00", "5.00", Past("4.00", True)).state == SAME


@pytest.mark.parametrize(("owner", "state"), ((ODOO, SEND), (CHANNEL, TAKE), (COMPARE, DIFFERS)))
def test_the_owner_counts_at_the_first_comparison(owner, state):
    assert decide(owner, "5.00", "6.00", FIRST) == Verdict(state)


@pytest.mark.parametrize(("owner", "ours", "theirs"), ((ODOO, "", "6"), (ODOO, None, "6"), (CHANNEL, "5", "")))
def test_what_there_is_none_of_replaces_nothing(owner, ours, theirs):
    assert decide(owner, ours, theirs, Past("5")).state == NOTHING


def test_an_empty_place_is_filled():
    assert decide(ODOO, "5", "", FIRST).state == SEND
    assert decide(CHANNEL, "", "5", FIRST).state == TAKE


@pytest.mark.parametrize(("owner", "state"), ((ODOO, SEND), (CHANNEL, TAKE)))
def test_the_other_side_is_put_right_once(owner, state):
    right, meddled = "5", "6"
    sides = (right, meddled) if owner == ODOO else (meddled, right)
    assert decide(owner, *sides, Past(right)) == Verdict(state, corrects=True)
    assert decide(owner, *sides, Past(right, corrected=True)) == Verdict(ASK, AGAIN)


@pytest.mark.parametrize("owner", (ODOO, CHANNEL))
def test_changed_on_both_sides_is_a_persons_matter(owner):
    assert decide(owner, "5", "6", Past("4")) == Verdict(ASK, BOTH)


def test_the_owners_own_change_is_no_correction():
    assert decide(ODOO, "5", "4", Past("4", corrected=True)) == Verdict(SEND)


def test_left_different_while_neither_changes():
    past = Past("4", left=("5", "6"))
    assert decide(ODOO, "5", "6", past).state == LEFT
    assert decide(ODOO, "5", "7", past).state == ASK


@pytest.mark.parametrize(("ours", "state"), (("15.00", SEND), ("5.00", SEND), ("15.01", ASK), ("4.99", ASK)))
def test_a_price_may_change_by_half(ours, state):
    verdict = decide(ODOO, ours, "10.00", FIRST, limit=50)
    assert (verdict.state, verdict.reason) == (state, JUMP if state == ASK else "")


def test_no_limit_from_nothing():
    assert decide(ODOO, "5.00", "", FIRST, limit=50).state == SEND


@pytest.mark.parametrize("owner", (ODOO, CHANNEL))
def test_no_ping_pong_whatever_happens(owner):
    """However the other side meddles, it is put right at most once between two changes of the owner."""
    for seen in product("456", repeat=4):
        past, put_right = Past("4"), 0
        for meddled in seen:
            sides = ("4", meddled) if owner == ODOO else (meddled, "4")
            verdict = decide(owner, *sides, past)
            if verdict.state in (SEND, TAKE):
                assert verdict.corrects
                put_right += 1
                past = Past("4", True)
        assert put_right == (1 if set(seen) - {"4"} else 0)


@pytest.mark.parametrize(
    ("amount", "digits", "text"),
    ((12.5, 2, "12.50"), (12.345, 2, "12.35"), (0, 2, ""), (None, 2, ""), (1999.5, 0, "2000")),
)
def test_prices_in_one_form(amount, digits, text):
    assert listing.price_text(amount, digits) == text


def test_weights_to_the_gram():
    assert listing.weight_text(Decimal("0.45359237")) == listing.weight_text(0.4536) == "0.454"
    assert listing.weight_text(0) == ""


def test_all_texts_of_a_product():
    document = Product(external_id="v", title=" A  shirt ", price=Decimal(5), barcode=" 12 ", weight_kg=Decimal("0.25"))
    assert listing.texts_of(document, 2) == {"price": "5.00", "barcode": "12", "weight": "0.250", "title": "A shirt"}
    described = document.model_copy(update={"description": "<div>Soft</div>"})
    assert listing.texts_of(described, 2)["description"] == "<p>Soft</p>"


def test_a_payload_names_values_and_nothing_else():
    assert listing.load_values(listing.dump_values([3, 4])) == [3, 4]
    with pytest.raises(ValueError, match="by number"):
        listing.load_values(b'{"values": ["3"]}')
