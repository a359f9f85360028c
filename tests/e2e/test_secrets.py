"""Secrets stand in no log, no record, no export and no exception, whatever went wrong before."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from sandbox.scenario.client import OdooError
from tests.e2e.hub import CANARY, Hub

#: a second secret, entered by mistake and refused by the shop
WRONG = "Wombat3harbour8Galah5saltbush1Numbat"
TABLES = """
SELECT c.table_name, c.column_name, c.data_type
  FROM information_schema.columns c
  JOIN information_schema.tables t USING (table_schema, table_name)
 WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
   AND c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea')"""


def test_secrets_stand_in_no_log_export_or_exception(hub: Hub):
    provoke(hub)
    token = hub.shop.get("settings")["access_token"]
    granted = granted_tokens(hub)
    assert granted, "no token was granted: the test would prove nothing"
    secrets = [CANARY, WRONG, token, *granted]
    # what is no secret is found by the same search, so that an empty result means something
    address = hub.webhook_url().rpartition("/")[2]
    assert search_log(hub, [address])
    assert "integration_backend.webhook_token: 1 rows" in search_database(hub, [address])
    assert search_screens(hub, [hub.shop.get("settings")["client_id"]])
    assert search_log(hub, secrets) == []
    assert search_database(hub, secrets) == []
    assert search_screens(hub, secrets) == []


def provoke(hub: Hub) -> None:
    """Let go wrong what may put a secret into an error's text."""
    backend = hub.world.backend_id
    hub.shop.post("tokens/expire")
    hub.set_backend(shopify_client_secret=WRONG)
    shown = hub.odoo.press("integration.backend", "action_test", [backend])
    assert shown["params"]["type"] == "danger"
    refused = hub.place()
    hub.until(lambda: hub.messages(refused[0]) or hub.shop.pending() == 0, "delivered")
    with pytest.raises(OdooError) as error:
        hub.odoo.press("integration.backend", "action_connect", [backend])
    assert WRONG not in str(error.value)
    hub.set_backend(shopify_client_secret=CANARY)
    hub.shop.post("faults", {"kind": "bad_json", "operation": "nodes", "count": 2})
    state = hub.odoo.read("integration.backend", [backend], ["state"])[0]["state"]
    hub.odoo.press("integration.backend", "action_connect" if state == "draft" else "action_resume", [backend])
    hub.look_now()
    hub.quiet()
    assert len(hub.sales(refused)) == 1


def granted_tokens(hub: Hub) -> list[str]:
    """The access tokens that the shop has granted and that are still good."""
    with closing(sqlite3.connect(f"file:{hub.partner.state}?mode=ro", uri=True)) as state:
        return [row[0] for row in state.execute("SELECT id FROM document WHERE kind = 'token'")]


def search_log(hub: Hub, secrets: list[str]) -> list[str]:
    """Lines of Odoo's log that hold a secret."""
    text = hub.server.log.read_text(encoding="utf-8", errors="replace")
    return [line[:200] for line in text.splitlines() if any(secret in line for secret in secrets)]


def search_database(hub: Hub, secrets: list[str]) -> list[str]:
    """Columns of any table that hold a secret in clear, with how many rows."""
    found = []
    for table, column, kind in hub.server.query(TABLES):
        name = f'"{column}"' if kind == "bytea" else f"convert_to(\"{column}\"::text, 'UTF8')"
        places = [f"position(%s::bytea IN {name}) > 0" for __ in secrets]
        statement = f'SELECT count(*) FROM "{table}" WHERE {" OR ".join(places)}'
        count = hub.server.query(statement, [secret.encode() for secret in secrets])[0][0]
        found += [f"{table}.{column}: {count} rows"] if count else []
    return found


def search_screens(hub: Hub, secrets: list[str]) -> list[str]:
    """Fields of the suite's records that show or export a secret, even to an administrator."""
    odoo, found = hub.odoo, []
    for row in odoo.rows("ir.model", [("model", "=like", "integration.%")], ["model", "transient"]):
        model = row["model"]
        try:
            records = odoo.rows(model, [], [])
        except OdooError:
            continue  # nobody may read it
        text = str(records)
        names = list(odoo.call(model, "fields_get", [], ["type"]))
        exported = odoo.call(model, "export_data", [r["id"] for r in records], names)
        text += str(exported)
        found += [f"{model} shows {secret[:6]}..." for secret in secrets if secret in text]
    return found
