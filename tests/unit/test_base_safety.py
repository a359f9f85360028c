"""Secrets, redaction, addresses and identifiers of connector_base."""

from __future__ import annotations

import json

import pytest
from cryptography.fernet import Fernet

from addons.connector_base.lib.errors import (
    AmbiguousError,
    AuthError,
    ConfigurationError,
    ConflictError,
    PermanentError,
    RateLimitedError,
    TransientError,
    error_from_status,
)
from addons.connector_base.lib.http import parse_retry_after
from addons.connector_base.lib.ids import digest, new_correlation_id, new_token
from addons.connector_base.lib.net import check_url, is_public
from addons.connector_base.lib.payload import show
from addons.connector_base.lib.redact import (
    MASK,
    redact_headers,
    redact_text,
)
from addons.connector_base.lib.vault import Vault


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_private_addresses_are_known_in_every_dress(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["23.227.38.65", "2620:127:f00f::", "64:ff9b::17e3:2641"])
def test_public_addresses_are_known(address):
    assert is_public(address)


def test_only_the_backends_own_addresses_are_called():
    allowed = ["shop.example.com:443", "files.example.com:8443"]
    check_url("https://shop.example.com/x", allowed, allow_private=False)
    check_url("https://files.example.com:8443/x", allowed, allow_private=False)
    for url in (
        "http://shop.example.com/x",
        "https://shop.example.com:8443/x",
        "https://shop.example.com.evil.example/x",
        "https://user:pw@shop.example.com/",
        "ftp://shop.example.com/",
        "https://other.example.com/",
    ):
        with pytest.raises(ConfigurationError):
            check_url(url, allowed, allow_private=False)


def test_secrets_are_taken_out_of_texts():
    text = "POST https://me:pw123456@shop/x?access_token=abc123456 Authorization: Bearer ey.x-y"
    cleaned = redact_text(text + " shpat_0a1b2c3d KNOWN-one", ("KNOWN-one",))
    for secret in ("pw123456", "abc123456", "ey.x-y", "shpat_0a1b2c3d", "KNOWN-one"):
        assert secret not in cleaned
    assert "shop" in cleaned


def test_secret_headers_are_masked():
    headers = redact_headers({"X-Shopify-Access-Token": "t", "Accept": "json", "Cookie": "c"})
    assert headers == {"X-Shopify-Access-Token": MASK, "Accept": "json", "Cookie": MASK}


def test_personal_data_is_masked_and_the_goods_stay_readable():
    payload = {
        "name": "#1001",
        "email": "ada@example.com",
        "shipping_address": {"name": "Ada L", "city": "Paris", "zip": "75001"},
        "customer": {"first_name": "Ada", "tags": ["vip"]},
        "line_items": [{"name": "Lamp", "sku": "L-1"}],
    }
    shown = show(json.dumps(payload).encode())
    for personal in ("ada@example.com", "Ada", "75001"):
        assert personal not in shown
    for fact in ("#1001", "Lamp", "L-1", "Paris"):
        assert fact in shown


def test_what_is_not_json_is_hidden_whole():
    assert "Ada" not in show(b"UNA:+.? 'NAD+BY+Ada'")


def test_vault_rotates_and_says_what_to_do():
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    token = Vault([old]).encrypt("s3cret")
    moved = Vault([new, old]).rotate(token)
    assert Vault([new]).decrypt(moved) == "s3cret"
    with pytest.raises(ConfigurationError, match="odoo.conf"):
        Vault([new]).decrypt(token)
    with pytest.raises(ConfigurationError, match="secret_keys"):
        Vault([]).encrypt("x")
    with pytest.raises(ConfigurationError, match="malformed"):
        Vault(["not a key"])


@pytest.mark.parametrize(
    ("status", "safe", "expected"),
    [
        (200, False, None),
        (401, True, AuthError),
        (403, True, AuthError),
        (404, True, PermanentError),
        (409, True, ConflictError),
        (422, False, PermanentError),
        (429, False, RateLimitedError),
        (500, True, TransientError),
        (500, False, AmbiguousError),
        (503, False, AmbiguousError),
        (302, True, ConfigurationError),
    ],
)
def test_one_table_says_what_a_status_means(status, safe, expected):
    error = error_from_status(status, safe=safe)
    assert type(error) is expected if expected else error is None


def test_retry_after_in_seconds_and_as_a_date():
    assert parse_retry_after("2.5") == 2.5
    assert parse_retry_after("Thu, 01 Jan 1970 00:02:00 GMT", now=60) == 60
    assert parse_retry_after("Thu, 01 Jan 1970 00:00:00 GMT", now=60) == 0
    assert parse_retry_after("soon") is None
    assert parse_retry_after(None) is None


def test_ids():
    first, second = new_correlation_id(), new_correlation_id()
    assert first != second and len(first) == 36 and first[14] == "7"
    assert len(new_token()) >= 43
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
