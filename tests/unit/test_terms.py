"""What people type when they look for something."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from addons.connector_base.lib.terms import is_correlation, is_email, normal, spellings
from addons.connector_base.lib.vault import Vault


@pytest.mark.parametrize("typed", ["#1001", " 1001 ", "# 1001", "1001"])
def test_a_number_is_found_however_it_is_typed(typed):
    assert normal(typed) == "1001"
    assert {"1001", "#1001"} <= set(spellings(typed))


def test_small_letters_find_what_is_kept_in_capitals():
    assert "S00012" in spellings("s00012")


def test_only_whole_addresses_are_addresses():
    assert is_email(" Ada@Example.com ")
    assert not is_email("ada@")
    assert not is_email("@1001")


def test_correlation_ids_are_told_from_numbers():
    assert is_correlation("019a5b10-0000-7000-8000-000000000000")
    assert not is_correlation("1001")


def test_fingerprint_depends_on_the_key_and_former_keys_still_find():
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    (before,) = Vault([old]).fingerprints("ada@example.com")
    now = Vault([new, old]).fingerprints("ada@example.com")
    assert now[1] == before
    assert now[0] != before
    assert "example" not in before
    assert Vault([]).fingerprints("ada@example.com") == []
