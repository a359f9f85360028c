"""The invariants about people: who sees what, and what is on record of their acts."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.scenario.client import Odoo, OdooError
from tests.chaos.invariants import invariant, rows_as_text
from tests.chaos.scene import Scene
from tests.chaos.stage import STRANGER
from tests.e2e.test_secrets import granted_tokens, search_database, search_log

#: how every buyer's e-mail address ends
PERSONAL = "@buyers.example"
#: where people read what went wrong, and what may be sent on
SHOWN = (
    "integration_exception",
    "integration_attempt",
    "integration_call",
    "integration_alert",
    "integration_alert_delivery",
    "integration_audit",
    "queue_job",
)


@invariant("14 no secret anywhere")
def no_secret(scene: Scene) -> Iterator[str]:
    """Neither in Odoo's log nor in any column of any table."""
    hub, secrets = scene.hub, [scene.world.shop.get("settings")["client_secret"], *granted_tokens(scene.hub)]
    yield from (f"in the log: {line}" for line in search_log(hub, secrets))
    yield from (f"in the database: {place}" for place in search_database(hub, secrets))


@invariant("14 no personal data in logs and reports")
def no_personal_data(scene: Scene) -> Iterator[str]:
    """Buyers' addresses stand where orders and payloads are kept, and in no text about trouble."""
    yield from (f"in the log: {line}" for line in search_log(scene.hub, [PERSONAL]))
    columns = scene.sql(
        """SELECT table_name, column_name FROM information_schema.columns
            WHERE table_name = ANY(%s) AND data_type IN ('text', 'character varying', 'jsonb', 'json')""",
        list(SHOWN),
    )
    for table, column in columns:
        statement = f'SELECT count(*) FROM "{table}" WHERE position(%s IN "{column}"::text) > 0'
        ((count,),) = scene.sql(statement, PERSONAL)
        if count:
            yield f"{table}.{column}: {count} rows"


@invariant("14 another company sees nothing")
def strangers_see_nothing(scene: Scene) -> Iterator[str]:
    """An administrator of the connectors in another company counts no row of ours in any table."""
    server = scene.stage.odoo
    odoo = Odoo(server.url, server.database, STRANGER, STRANGER)
    models = scene.sql(
        """SELECT m.model, f.name = 'company_id' FROM ir_model m
             JOIN ir_model_fields f ON f.model_id = m.id AND f.name IN ('company_id', 'backend_id')
            WHERE m.model LIKE 'integration.%%' AND NOT m.transient AND NOT m.abstract ORDER BY 2 DESC"""
    )
    for model, has_company in dict(models[::-1]).items():
        way = "company_id" if has_company else "backend_id"
        try:
            count = odoo.count(model, [(way, "!=", False)])
        except OdooError as error:
            if "access" not in str(error):
                yield f"{model}: {error}"
            continue
        if count:
            yield f"{model}: {count} rows"


@invariant("15 every manual act is on record")
def acts_are_recorded(scene: Scene) -> Iterator[str]:
    """What was replayed by hand has its entry, each entry its user, each change its before and after."""
    rows = scene.sql("SELECT res_id FROM integration_audit WHERE action = 'message.replay' AND user_id IS NOT NULL")
    recorded = {row[0] for row in rows}
    yield from (
        f"the replay of message {number} is not on record" for number in sorted(scene.replayed.keys() - recorded)
    )
    yield from rows_as_text(
        scene,
        "{} of {} {} does not say who did it, or what changed",
        """SELECT action, res_model, res_id FROM integration_audit
            WHERE user_id IS NULL OR action LIKE '%%.change' AND (before IS NULL OR after IS NULL)
               OR action = 'message.replay' AND before IS NULL""",
    )
    yield from audit_breaks(scene)


def audit_breaks(scene: Scene) -> Iterator[str]:
    """Button "Check" of the audit."""
    odoo = scene.hub.odoo
    wizard = odoo.create("integration.audit.check", {})
    odoo.press("integration.audit.check", "action_check", [wizard])
    (shown,) = odoo.read("integration.audit.check", [wizard], ["sound", "result"])
    if not shown["sound"]:
        yield f"the audit's chain: {shown['result']}"
