"""The desk's screens, asked for as the web client asks, by a user that logs in."""

from __future__ import annotations

import time
from statistics import median, quantiles
from typing import Any

import requests

from benchmarks.common import session

EXCEPTION_FIELDS = ("cause", "suggestion", "res_name", "category", "state", "last_seen", "occurrences", "amount")
MESSAGE_FIELDS = ("subject", "state", "received_at", "settled_at", "business_key", "last_error", "duplicate_count")


class Client:
    """One user's browser, as far as the server sees it.

    :param url: the server
    """

    def __init__(self, url: str, database: str, login: str):
        self.url = url
        self.session = session()
        self._post("/web/session/authenticate", {"db": database, "login": login, "password": login})

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public method.

        :raises requests.HTTPError: the server refused
        """
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def has(self, model: str) -> bool:
        """Whether the suite has a model."""
        try:
            self.call(model, "fields_get", [])
        except requests.HTTPError:
            return False
        return True

    def _post(self, path: str, params: dict[str, Any]) -> Any:
        answer = self.session.post(f"{self.url}{path}", json={"jsonrpc": "2.0", "params": params}, timeout=300)
        answer.raise_for_status()
        body = answer.json()
        if "error" in body:
            raise requests.HTTPError(f"{path}: {body['error']['data'].get('message')}")
        return body["result"]


class Screens:
    """What an operator opens, each as the calls its screen makes.

    :param facts: {correlation, number} of something in the ledger
    """

    def __init__(self, client: Client, facts: dict[str, Any]):
        self.client = client
        self.facts = facts

    def all(self) -> dict[str, Any]:
        """{name: what to call}."""
        screens = {
            **{f"overview, {period}": self.overview(period) for period in ("1h", "24h", "7d")},
            "exceptions, kanban by category": lambda: self.kanban("category"),
            "exceptions, kanban by cause": lambda: self.kanban("group_key"),
            "exceptions, mine (list)": self.mine,
            "messages, list": lambda: self.messages([]),
            "messages, given up": lambda: self.messages([["state", "=", "dead"]]),
            "search by order number": lambda: self.find(self.facts["number"]),
            "search by correlation id": lambda: self.find(self.facts["correlation"]),
            "timeline": self.timeline,
        }
        return {**screens, **self.behind_numbers()}

    def overview(self, period: str) -> Any:
        """The first screen's one call."""
        return lambda: self.client.call("integration.overview", "action_load", period)

    def kanban(self, group: str) -> None:
        """Groups with their first cards, as a kanban that is opened asks for them."""
        domain = [["state", "=", "open"]]
        specification = {name: {} for name in EXCEPTION_FIELDS}
        groups = self.client.call(
            "integration.exception",
            "web_read_group",
            domain,
            [group],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=specification,
            unfold_read_default_limit=40,
            limit=80,
        )
        assert groups["groups"], "the kanban is empty"

    def mine(self) -> None:
        """The operator's own, as the list asks."""
        user = self.client.call("res.users", "search", [["login", "=", "bench_operator"]])
        self._list("integration.exception", EXCEPTION_FIELDS, [["state", "=", "open"], ["user_id", "in", user]])

    def messages(self, domain: list[Any]) -> None:
        """The list of messages."""
        self._list("integration.message", MESSAGE_FIELDS, domain)

    def _list(self, model: str, names: tuple[str, ...], domain: list[Any]) -> None:
        found = self.client.call(
            model,
            "web_search_read",
            domain,
            {name: {} for name in names},
            limit=80,
            count_limit=10001,
        )
        assert found["records"], f"the list of {model} {domain} is empty"

    def find(self, text: str) -> None:
        """Whatever a caller has in hand."""
        if self.client.has("integration.find"):
            assert self.client.call("integration.find", "action_find", text)["chains"]
            return
        self.messages(["|", ["subject", "=", text], ["correlation_id", "=", text]])

    def timeline(self) -> None:
        """The story of one order."""
        if self.client.has("integration.timeline"):
            assert self.client.call("integration.timeline", "action_read", self.facts["correlation"])["entries"]
            return
        self.messages([["correlation_id", "=", self.facts["correlation"]]])

    def behind_numbers(self) -> dict[str, Any]:
        """The lists behind the numbers of the overview's busiest flow, over a week."""
        data = self.client.call("integration.overview", "action_load", "7d")
        rows = data["traffic"]["flows"]
        row = max(rows, key=lambda row: row["numbers"][0]["value"] or 0)
        screens = {}
        for number in [*data["traffic"]["totals"], *row["numbers"]]:
            scope = "all" if number in data["traffic"]["totals"] else "a flow"
            screens[f"behind “{number['label']}”, {scope}"] = self.opener(number["action"])
        return screens

    def opener(self, action: dict[str, Any]) -> Any:
        """What opens an action's list."""
        names = MESSAGE_FIELDS if action["res_model"] == "integration.message" else ("started_at", "outcome")

        def open_list() -> None:
            self.client.call(
                action["res_model"],
                "web_search_read",
                action["domain"],
                {name: {} for name in names},
                limit=80,
                count_limit=10001,
            )

        return open_list


def timed(call: Any, times: int) -> tuple[float, float]:
    """(p50, p95) of a call in milliseconds; the first one warms up."""
    found = []
    for number in range(times + 1):
        begun = time.perf_counter()
        call()
        if number:
            found.append((time.perf_counter() - begun) * 1000)
    return median(found), quantiles(found, n=20, method="inclusive")[-1]
