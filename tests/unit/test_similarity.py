"""Which product a thing of a channel means."""

import pytest

from addons.connector_oms.lib.similarity import Index, Known, loose, words

SHELF = [
    Known(1, "Hex Bolt M8x20 zinc", "BOLT-M8-20", "4006381333931"),
    Known(2, "Hex Bolt M8x25 zinc", "BOLT-M8-25"),
    Known(3, "Garden hose 25 m", "GH25"),
    Known(4, "Crème brûlée torch", "TORCH"),
    Known(5, "Garden hose 25 m (old)", "GH25"),
]


@pytest.fixture(scope="module")
def index():
    return Index(SHELF)


@pytest.mark.parametrize(
    ("title", "sku", "barcode", "product", "by", "score"),
    [
        ("Hex bolt M8x20", "BOLT-M8-20", "", 1, "sku", 100),
        ("Hex bolt", "", "4006381333931", 1, "barcode", 98),
        ("Hex bolt M8x25", "bolt m8 25", "", 2, "sku", 92),
        ("Hex bolt M8 x 25, zinc", "", "", 2, "name", 85),
        ("Creme Brulee Torch", "", "", 4, "name", 85),
        ("Inflatable flamingo", "TORCH", "", 4, "sku", 70),
        ("Garden hose 25m", "GH25", "", 3, "sku", 60),
    ],
)
def test_guesses(index, title, sku, barcode, product, by, score):
    guess = index.guess(title, sku, barcode)
    assert (guess.product, guess.by) == (product, by)
    assert abs(guess.score - score) <= 4, guess


def test_size_in_the_name_decides(index):
    assert index.guess("Bolt M8x20").product == 1
    assert index.guess("Bolt M8x25").product == 2


def test_what_is_nothing_like_it_is_not_proposed(index):
    assert index.guess("Espresso machine").product is None


def test_two_alike_are_both_in_doubt(index):
    guess = index.guess("Hex bolt zinc")
    assert guess.score < 60


def test_codes_and_words():
    assert loose(" ab-0012 ") == "AB0012"
    assert loose("000123") == "123"
    assert words("Größe 2,5 m") == {"groe", "2.5", "m"}


def test_an_empty_shelf_knows_nothing():
    assert Index([]).guess("Bolt", "X").product is None
