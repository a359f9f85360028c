"""Tokens: given once, or granted for a day and renewed once for all workers."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from addons.connector_base.lib.errors import AuthError, PermanentError, TransientError
from addons.connector_shopify.lib.auth import ClientCredentials, StaticToken

from .fakes import NOW, SHOP, FakeHttp


class Store:
    """Where the Odoo side keeps the token."""

    def __init__(self, value=None):
        self.value = value

    def load(self):
        return self.value

    def save(self, token, ends):
        self.value = (token, ends)


GRANT = {"access_token": "new", "scope": "read_orders", "expires_in": 86399}


def grant(store, answer=GRANT, guard=None, secret="s"):
    http = FakeHttp(lambda url, body, headers: answer)
    options = {"guard": guard} if guard else {}
    provider = ClientCredentials(http, SHOP, "id", secret, store.load, store.save, now=lambda: NOW, **options)
    return provider, http


def test_first_token_is_asked_for_and_stored_with_its_end():
    store = Store()
    provider, http = grant(store)
    assert provider.token() == "new"
    assert store.value == ("new", NOW + timedelta(seconds=86399))
    (request,) = http.requests
    assert request["url"] == f"{SHOP}/admin/oauth/access_token"
    assert parse_qs(request["body"].decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["id"],
        "client_secret": ["s"],
    }


@pytest.mark.parametrize(("minutes", "expected"), [(6, "old"), (4, "new"), (-1, "new")])
def test_a_token_is_renewed_before_it_ends(minutes, expected):
    provider, _http = grant(Store(("old", NOW + timedelta(minutes=minutes))))
    assert provider.token() == expected


def test_a_refused_token_is_renewed_though_it_has_not_ended():
    provider, _http = grant(Store(("old", NOW + timedelta(hours=9))))
    assert provider.token(refused="old") == "new"


def test_a_token_that_another_worker_renewed_meanwhile_is_taken():
    store = Store(("old", NOW))

    @contextmanager
    def guard():
        store.value = ("theirs", NOW + timedelta(hours=24))
        yield

    provider, http = grant(store, guard=guard)
    assert provider.token() == "theirs"
    assert http.requests == []


def test_an_answer_without_a_lifetime_counts_for_a_day():
    store = Store()
    grant(store, {"access_token": "new"})[0].token()
    assert store.value[1] == NOW + timedelta(hours=24)


@pytest.mark.parametrize("answer", [{"error": "x"}, [], PermanentError("HTTP 400")])
def test_no_grant_is_an_auth_error(answer):
    store = Store()
    with pytest.raises(AuthError, match="grants no token"):
        grant(store, answer)[0].token()
    assert store.value is None


@pytest.mark.parametrize("answer", [TransientError("HTTP 502"), b"<html>"])
def test_trouble_on_the_way_is_no_auth_error(answer):
    with pytest.raises(TransientError):
        grant(Store(), answer)[0].token()


def test_nothing_is_asked_without_a_secret():
    provider, http = grant(Store(), secret="")
    with pytest.raises(AuthError, match="not set"):
        provider.token()
    assert http.requests == []


def test_a_static_token_cannot_be_renewed():
    assert StaticToken("a").token() == "a"
    with pytest.raises(AuthError):
        StaticToken("a").token(refused="a")
    with pytest.raises(AuthError):
        StaticToken("").token()
