"""Options of the suite: the ``[integration]`` section of odoo.conf, or the environment.

They are kept out of the database on purpose: a key stored beside what it locks
protects nothing, and a copied database must not take them along.
"""

import configparser
import functools
import os

from odoo.tools import config

from .lib.vault import Vault

SECTION = "integration"
DEFAULT_MAX_BODY_BYTES = 5 * 1024 * 1024


def option(name, default=None):
    """The value of an option; ``INTEGRATION_<NAME>`` in the environment wins.

    :param name: lower-case option name
    :return: the text, or ``default``
    """
    value = os.environ.get(f"INTEGRATION_{name.upper()}")
    if value is None:
        value = _section(config["config"]).get(name)
    return default if value is None else value


@functools.lru_cache(maxsize=4)
def _section(path):
    """The section's options. Odoo itself only keeps the [options] section."""
    parser = configparser.ConfigParser(interpolation=None)
    if path:
        parser.read(path)
    return dict(parser[SECTION]) if parser.has_section(SECTION) else {}


def flag(name):
    """Whether an option is switched on."""
    return str(option(name, "")).strip().lower() in ("1", "true", "yes", "on")


def vault():
    """The vault with the keys configured now; the first key encrypts."""
    return _vault(str(option("secret_keys", "")))


@functools.lru_cache(maxsize=4)
def _vault(text):
    return Vault([key.strip() for key in text.split(",") if key.strip()])


def allow_private_hosts():
    """Whether backends may be called on private addresses and over plain http."""
    return flag("allow_private_hosts")


def max_body_bytes():
    """Largest webhook body that is read, in bytes."""
    return int(option("max_body_bytes", DEFAULT_MAX_BODY_BYTES))
