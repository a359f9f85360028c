"""Odoo as a person reaches it: a browser session over HTTP, public methods only."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import requests

#: seconds one request may take: validating a big delivery is slow on a small machine
PATIENCE = 300


class OdooError(Exception):
    """What Odoo answered instead of doing it."""


class Odoo:
    """One user's session.

    :param url: the server, without a slash at the end
    :param database: its database
    """

    def __init__(self, url: str, database: str, login: str, password: str):
        self.url = url.rstrip("/")
        self.database = database
        self._numbers = itertools.count(1)
        self._session = requests.Session()
        # a proxy of the environment must not be asked for a server of this machine
        self._session.trust_env = False
        # logging in as an administrator also tells Odoo its own address (web.base.url),
        # which partners are given for their webhooks
        found = self._post(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )
        self.user_id = found.get("uid")
        if not self.user_id:
            raise OdooError(f"{login} cannot log in to {database}")

    def call(self, model: str, method: str, *args: Any, **options: Any) -> Any:
        """Call a public method of a model, as the web client does.

        :param options: keyword arguments of the method, ``context`` among them
        :raises OdooError: Odoo's own text
        """
        path = f"/web/dataset/call_kw/{model}/{method}"
        values = {"model": model, "method": method, "args": list(args), "kwargs": options}
        return self._post(path, values)

    def rows(self, model: str, domain: Sequence[Any], fields: Sequence[str], **options: Any) -> list[dict[str, Any]]:
        """``search_read``, archived records included."""
        context = {"active_test": False, **options.pop("context", {})}
        return self.call(model, "search_read", list(domain), list(fields), context=context, **options)

    def count(self, model: str, domain: Sequence[Any]) -> int:
        """``search_count``."""
        return self.call(model, "search_count", list(domain))

    def read(self, model: str, ids: Iterable[int], fields: Sequence[str]) -> list[dict[str, Any]]:
        """``read``."""
        return self.call(model, "read", list(ids), list(fields))

    def create(self, model: str, values: Any, **options: Any) -> Any:
        """``create``: an id for one dict of values, ids for a list of them."""
        made = self.call(model, "create", values if isinstance(values, list) else [values], **options)
        return made if isinstance(values, list) else made[0]

    def write(self, model: str, ids: Iterable[int], values: dict[str, Any]) -> None:
        """``write``."""
        self.call(model, "write", list(ids), values)

    def press(self, model: str, button: str, ids: Iterable[int], **context: Any) -> Any:
        """Press a button of a form or list; what it answers (an action, or True)."""
        return self.call(model, button, list(ids), context=context)

    def run_cron(self, external_id: str) -> None:
        """Press "Run Manually" on a scheduled action.

        :param external_id: ``module.name``
        """
        module, __, name = external_id.partition(".")
        found = self.rows("ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"])
        if not found:
            raise OdooError(f"there is no scheduled action {external_id}")
        self.press("ir.cron", "method_direct_trigger", [found[0]["res_id"]])

    def _post(self, path: str, values: dict[str, Any]) -> Any:
        body = {"jsonrpc": "2.0", "method": "call", "id": next(self._numbers), "params": values}
        answer = self._session.post(f"{self.url}{path}", json=body, timeout=PATIENCE)
        answer.raise_for_status()
        content = answer.json()
        if "error" in content:
            data = content["error"].get("data") or {}
            text = data.get("message") or content["error"].get("message")
            raise OdooError(f"{path}: {text}")
        return content.get("result")
