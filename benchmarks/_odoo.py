"""A database opened with Odoo's own code, without a server: what `odoo shell` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def open_registry(conf: str, database: str) -> Any:
    """The registry of ``database``."""
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    config.parse_config(["-c", conf, "-d", database, "--no-http", "--log-level=warn"], setup_logging=True)
    load_server_wide_modules()
    return Registry(database)


@contextmanager
def environment(registry: Any, **context: Any) -> Iterator[Any]:
    """An environment of the system user in a transaction of its own, committed at the end."""
    from odoo import SUPERUSER_ID, api

    with registry.cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, context)


def hear() -> Any:
    """The next line of JSON on standard input; None at its end."""
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def say(value: Any) -> None:
    """Answer with one line of JSON."""
    print(json.dumps(value), flush=True)
