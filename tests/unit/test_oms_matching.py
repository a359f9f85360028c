"""How names, addresses and e-mails are compared."""

import pytest

from addons.connector_oms.lib import matching
from addons.connector_oms.lib.documents import Address


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Müller  Straße 5", "muller strasse 5"),
        ("12, Rue de l'Église", "12 rue de l eglise"),
        ("ＡＣＭＥ", "acme"),
        ("  São Paulo ", "Sao Paulo"),
    ],
)
def test_spellings_of_one_name_meet(left, right):
    assert matching.fold(left) == matching.fold(right)


@pytest.mark.parametrize(("left", "right"), [("山田", "田中"), ("Main St 1", "Main St 11"), ("Ivanov", "Иванов")])
def test_different_names_stay_apart(left, right):
    assert matching.fold(left) != matching.fold(right)


@pytest.mark.parametrize(
    ("given", "email"),
    [
        (" Jane@Example.COM ", "jane@example.com"),
        ("Jane <jane@example.com>", ""),
        ("a@b.example, c@d.example", ""),
        ("not an address", ""),
        (None, ""),
    ],
)
def test_only_one_plain_address_counts_as_email(given, email):
    assert matching.normal_email(given) == email


def test_address_ignores_case_punctuation_and_how_the_street_is_split():
    left = matching.address_key("Jane Doe", "1 Main St.", "Apt 4", "Berlin", "10 115", "", "DE")
    right = matching.address_key("JANE DOE", "1 main st", "apt. 4", "berlin", "10115", None, "de")
    joined = matching.address_key("Jane Doe", "1 Main St Apt 4", "", "Berlin", "10115", "", "DE")
    assert left == right == joined


@pytest.mark.parametrize("other", [("Bob", "1 Main St"), ("Jane Doe", "2 Main St")])
def test_other_recipient_or_street_is_another_address(other):
    key = matching.address_key("Jane Doe", "1 Main St", "", "Berlin", "10115", "", "DE")
    assert matching.address_key(*other, "", "Berlin", "10115", "", "DE") != key


def test_company_stands_before_the_person_unless_it_is_shown_anyway():
    assert matching.recipient("Jane", "Acme") == "Acme, Jane"
    assert matching.recipient("Jane", "ACME inc", ["Acme Inc."]) == "Jane"
    assert matching.recipient("", "Acme") == "Acme"
    assert matching.recipient("Acme", "Acme") == "Acme"


def test_blank_address():
    assert matching.is_blank(None)
    assert matching.is_blank(Address(name="Jane", phone="1"))
    assert not matching.is_blank(Address(country_code="DE"))


def test_description_of_a_line():
    text = matching.line_description("Shirt", "Summer set", {"Size": "M", "_id": "7", "Note": ""})
    assert text == "Summer set: Shirt\nSize: M"
    assert matching.line_description("Set", "Set") == "Set"


def test_tax_id_without_what_people_write_between():
    assert matching.normal_vat("de 123.456-789") == "DE123456789"
