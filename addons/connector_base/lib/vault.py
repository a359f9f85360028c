"""Secrets at rest: MultiFernet with keys from outside the database."""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .errors import ConfigurationError

#: opened secrets that are kept at hand
REMEMBERED = 64


class Vault:
    """Encrypts and reads secrets.

    :param keys: url-safe base64 Fernet keys; the first encrypts, all decrypt
    :raises ConfigurationError: a key is malformed
    """

    def __init__(self, keys: Sequence[str]):
        self._keys = tuple(keys)
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None
        except ValueError as error:
            raise ConfigurationError(
                "secret_keys in odoo.conf holds a malformed key; make one with"
                " `python -c 'from cryptography.fernet import Fernet;"
                " print(Fernet.generate_key().decode())'`"
            ) from error
        # a burst of webhooks opens the same secret again and again; it stays where the keys are, in this process
        self._read = functools.lru_cache(maxsize=REMEMBERED)(self._read_token)

    @property
    def ready(self) -> bool:
        """Whether there is a key at all."""
        return self._fernet is not None

    def _require(self) -> MultiFernet:
        if self._fernet is None:
            raise ConfigurationError(
                "no secret_keys in the [integration] section of odoo.conf"
                " (nor INTEGRATION_SECRET_KEYS): secrets cannot be kept"
            )
        return self._fernet

    def encrypt(self, value: str) -> str:
        """The token to store for ``value``.

        :raises ConfigurationError: there is no key
        """
        return self._require().encrypt(value.encode()).decode()

    def decrypt(self, token: str) -> str:
        """The secret behind a stored token.

        :raises ConfigurationError: there is no key, or none of them fits
        """
        try:
            return self._read(token)
        except InvalidToken as error:
            raise ConfigurationError(
                "none of the secret_keys reads this secret: add the key it was stored with"
                " to odoo.conf, or enter the secret again"
            ) from error

    def _read_token(self, token: str) -> str:
        return self._require().decrypt(token.encode()).decode()

    def rotate(self, token: str) -> str:
        """The same secret under the first key.

        :raises ConfigurationError: as for ``decrypt``
        """
        try:
            return self._require().rotate(token.encode()).decode()
        except InvalidToken as error:
            raise ConfigurationError("none of the secret_keys reads this secret") from error

    def fingerprints(self, value: str) -> list[str]:
        """Keyed digests of ``value``, one a key, the present key's first; none without keys.

        They find a value again that must not be kept in clear; without the keys nobody
        can try out which values they may stand for.
        """
        own_keys = [hashlib.sha256(b"fingerprint:" + key.encode()).digest() for key in self._keys]
        return [hmac.new(key, value.encode(), hashlib.sha256).hexdigest() for key in own_keys]
