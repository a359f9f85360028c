"""Access tokens: the client credentials grant, and the static token of old custom apps."""

from __future__ import annotations

import hmac
import secrets
import time
from typing import Any

from .shop import Shop


class GrantRefused(Exception):
    """The token endpoint says no; ``code`` as RFC 6749 names it."""

    def __init__(self, code: str, text: str):
        super().__init__(text)
        self.code = code


def grant(shop: Shop, data: dict[str, Any]) -> dict[str, Any]:
    """Exchange client id and secret for a token of limited life.

    :param data: ``client_id``, ``client_secret``, ``grant_type``
    :raises GrantRefused: wrong credentials or another grant type
    """
    settings = shop.settings
    if data.get("grant_type") != "client_credentials":
        raise GrantRefused("unsupported_grant_type", "only client_credentials is supported")
    known = [settings["client_secret"], *settings["previous_secrets"]]
    given = str(data.get("client_secret", ""))
    right = any(hmac.compare_digest(given, secret) for secret in known)
    if data.get("client_id") != settings["client_id"] or not right:
        raise GrantRefused("application_cannot_be_found", "client id or secret is wrong")
    token = f"sandbox-{secrets.token_hex(16)}"
    seconds = settings["token_seconds"]
    shop.store.put("token", token, {"expires": time.time() + seconds})
    return {"access_token": token, "scope": ",".join(settings["scopes"]), "expires_in": seconds}


def is_valid(shop: Shop, token: str | None) -> bool:
    """Whether a token opens the Admin API now."""
    if not token:
        return False
    static = shop.settings["access_token"]
    if static and hmac.compare_digest(token.encode(), static.encode()):
        return True
    entry = shop.store.get("token", token)
    return bool(entry and entry["expires"] > time.time())


def expire_all(shop: Shop) -> int:
    """Make every granted token invalid; how many there were."""
    tokens = list(shop.store.all("token"))
    for token in tokens:
        shop.store.delete("token", token)
    return len(tokens)
