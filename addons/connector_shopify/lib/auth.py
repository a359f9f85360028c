"""Where the access token comes from: given once, or granted for a day at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta, timezone
from typing import Protocol
from urllib.parse import urlencode

from ...connector_base.lib.errors import AuthError, DataError, PermanentError, TransientError
from ...connector_base.lib.http import HttpClient

#: a token is renewed this long before it ends, so that no call starts with a dying one
MARGIN = timedelta(minutes=5)
#: what the grant lasts where the answer does not say (Admin API, client credentials)
DEFAULT_LIFETIME = timedelta(hours=24)

LoadToken = Callable[[], "tuple[str, datetime] | None"]
SaveToken = Callable[[str, datetime], None]


class TokenProvider(Protocol):
    """Gives the token for the next call."""

    def token(self, refused: str = "") -> str:
        """The token to use.

        :param refused: a token that Shopify has just refused, "" for none
        :raises AuthError: there is none (any more)
        """


class StaticToken:
    """The token of a legacy custom app, which never ends."""

    def __init__(self, token: str):
        self._token = token

    def token(self, refused: str = "") -> str:
        """The token; a refused one cannot be replaced."""
        if not self._token:
            raise AuthError("no access token is set")
        if refused:
            raise AuthError("Shopify does not accept the access token")
        return self._token


class ClientCredentials:
    """A token by OAuth's client-credentials grant (app and shop in one organisation).

    Shopify, "Use the client credentials grant": POST /admin/oauth/access_token, valid
    for 24 hours.

    :param load_token: the stored token with its end (aware UTC), None for none
    :param save_token: stores a new one, durably and encrypted
    :param guard: entered around a renewal; a lock shared by all workers makes it
        happen once. The stored token is read again inside it.
    :param now: aware UTC now
    """

    def __init__(
        self,
        http: HttpClient,
        base_url: str,
        client_id: str,
        client_secret: str,
        load_token: LoadToken,
        save_token: SaveToken,
        guard: Callable[[], AbstractContextManager] = nullcontext,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ):
        self._http = http
        self._url = f"{base_url.rstrip('/')}/admin/oauth/access_token"
        self._client_id = client_id
        self._client_secret = client_secret
        self._load = load_token
        self._save = save_token
        self._guard = guard
        self._now = now

    def token(self, refused: str = "") -> str:
        """The stored token while it is good, else a new one."""
        stored = self._good(refused)
        if stored:
            return stored
        with self._guard():
            stored = self._good(refused)  # another worker may have been faster
            return stored or self._renew()

    def _good(self, refused: str) -> str:
        stored = self._load()
        if not stored:
            return ""
        token, ends = stored
        return token if token != refused and ends - self._now() > MARGIN else ""

    def _renew(self) -> str:
        if not self._client_id or not self._client_secret:
            raise AuthError("client id and client secret are not set")
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        try:
            response = self._http.request(
                "POST",
                self._url,
                body=urlencode(form).encode(),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                },
                safe=True,
            )
            answer = response.json()
        except PermanentError as error:
            # 400: the app is not installed in this shop, or the secret is wrong
            raise AuthError(f"Shopify grants no token: {error}") from error
        except DataError as error:
            raise TransientError(str(error)) from error
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not token:
            raise AuthError("Shopify grants no token: the answer holds none")
        self._save(token, self._now() + _lifetime(answer.get("expires_in")))
        return token


def _lifetime(seconds: object) -> timedelta:
    """How long a token lasts; ``expires_in`` is in seconds."""
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds > 0:
        return timedelta(seconds=seconds)
    return DEFAULT_LIFETIME
