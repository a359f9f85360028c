"""Small parts of the local Shopify by themselves: search, payload fields, schema, process."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
import requests
from connector_shopify.schemas import real_schema
from graphql import introspection_from_schema
from sandbox_client import REPO

from sandbox.shopify.prune_schema import SUBSET, documents, prune
from sandbox.shopify.search import matcher
from sandbox.shopify.subscriptions import included

ROW = {
    "name": "#1001",
    "tags": ["vip", "Blue Sky"],
    "updated_at": "2026-03-01T10:00:00Z",
    "total": 12.5,
    "test": False,
    "email": None,
}
FIELDS = {name: (lambda row, _name=name: row[_name]) for name in ROW}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (None, True),
        ("", True),
        ("updated_at:>='2026-03-01T10:00:00Z'", True),
        ("updated_at:>'2026-03-01T10:00:00Z'", False),
        ("updated_at:>=2026-03-01T11:00:00+01:00 AND updated_at:<'2026-03-02'", True),
        ("updated_at:<2026-03-01", False),
        ("updated_at:'2026-03-01T10:00:00+00:00'", True),
        ("total:>=12.5 total:<13", True),
        ("total:>13", False),
        ("name:#1001", True),
        ("#1001", True),
        ("1002", False),
        ("tags:'blue sky'", True),
        ("-tags:vip", False),
        ("NOT tags:gold", True),
        ("tags:gold OR name:#10*", True),
        ("test:false", True),
        ("email:a@x.example", False),
        ("nonsense:1", True),
    ],
)
def test_search_syntax(query, expected):
    assert matcher(query, FIELDS, ("name",))(ROW) is expected


def test_included_fields_reach_into_lists():
    payload = {"id": 1, "note": None, "line_items": [{"id": 2, "sku": "A"}, {"id": 3, "sku": "B"}], "x": {"y": 1}}
    assert included(payload, []) == payload
    assert included(payload, ["id", "line_items.sku", "x.y", "note", "gone"]) == {
        "id": 1,
        "note": None,
        "line_items": [{"sku": "A"}, {"sku": "B"}],
        "x": {"y": 1},
    }


def test_subset_is_what_the_documents_need():
    """Skipped where the package with Shopify's schema cannot be fetched."""
    whole = introspection_from_schema(real_schema("2026-07"), input_value_deprecation=True)
    assert prune(whole, [text for _name, text in documents()]) == SUBSET.read_text(encoding="utf-8")


def _run(state):
    command = [sys.executable, "-m", "sandbox.shopify", "--port", "0", "--state", str(state), "--plan", "standard"]
    process = subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, text=True)
    word, url = process.stdout.readline().split()
    assert word == "ready"
    return process, url


def test_process_keeps_its_state_over_a_kill(tmp_path):
    state = tmp_path / "state.sqlite"
    process, url = _run(state)
    try:
        placed = requests.post(f"{url}/_oracle/orders?shape=plain&count=3", timeout=10).json()["orders"]
    finally:
        process.kill()
        process.wait(timeout=10)
    process, url = _run(state)
    try:
        kept = requests.get(f"{url}/_oracle/orders", timeout=10).json()["orders"]
        assert [order["id"] for order in kept] == [order["id"] for order in placed]
        throttle = requests.get(f"{url}/_oracle/counters", timeout=10).json()["throttle"]
        assert (throttle["maximumAvailable"], throttle["restoreRate"]) == (2000, 100)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        process.stdout.close()
