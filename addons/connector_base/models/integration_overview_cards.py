from odoo import fields, models

#: what waits for the hub (not for a person), and since when, by the index that holds nothing
#: else; ids rise with time
WAITING = """
    SELECT f.backend_id, f.tier, sum(w.count)::int, min(m.received_at)
      FROM (SELECT flow_id, count(*) AS count, min(id) AS first_id FROM integration_message
             WHERE state IN ('pending', 'retry', 'ambiguous') AND next_at IS NOT NULL GROUP BY flow_id) w
      JOIN integration_flow f ON f.id = w.flow_id
      JOIN integration_message m ON m.id = w.first_id
     WHERE f.backend_id = ANY(%s)
     GROUP BY f.backend_id, f.tier ORDER BY f.tier"""

#: the last minute (or, longer ago, hour) in which something was done
LAST_DONE = """
    SELECT f.backend_id, max(COALESCE(minute.start, hour.start))
      FROM integration_flow f
      LEFT JOIN LATERAL (SELECT start FROM integration_rollup WHERE flow_id = f.id AND span = 'minute' AND done > 0
                          ORDER BY start DESC LIMIT 1) minute ON TRUE
      LEFT JOIN LATERAL (SELECT start FROM integration_rollup WHERE flow_id = f.id AND span = 'hour' AND done > 0
                          ORDER BY start DESC LIMIT 1) hour ON TRUE
     WHERE f.backend_id = ANY(%s)
     GROUP BY f.backend_id"""

FACTS = """
    SELECT b.id, g.breaker_state,
           (SELECT count(*) FROM integration_exception e WHERE e.backend_id = b.id AND e.state = 'open'),
           (SELECT count(*) FROM integration_alert a WHERE a.backend_id = b.id AND a.state = 'open')
      FROM integration_backend b LEFT JOIN integration_gate g ON g.backend_id = b.id
     WHERE b.id = ANY(%s)"""


class IntegrationOverview(models.AbstractModel):
    """A card per backend."""

    _inherit = "integration.overview"

    def _cards(self, backends, traffic):
        cr, ids = self.env.cr, backends.ids
        cr.execute(WAITING, (ids,))
        waiting = {}
        for backend_id, *row in cr.fetchall():
            waiting.setdefault(backend_id, []).append(row)
        cr.execute(LAST_DONE, (ids,))
        last = dict(cr.fetchall())
        cr.execute(FACTS, (ids,))
        facts = {row[0]: row[1:] for row in cr.fetchall()}
        expiry = self._expiries(backends)
        return [
            self._card(
                backend, facts[backend.id], waiting.get(backend.id, []), last.get(backend.id), expiry.get(backend.id)
            )
            | {"bars": traffic["bars"].get(backend.id, {})}
            for backend in backends
        ]

    def _card(self, backend, facts, waiting, last, expiry):
        breaker, exceptions, alerts = facts
        health, words = self._health(backend, breaker, alerts)
        return {
            "id": backend.id,
            "name": backend.name,
            "kind": dict(backend._fields["kind"]._description_selection(self.env)).get(backend.kind, backend.kind),
            "test": backend.environment == "test",
            "health": health,
            "words": words,
            "why": backend.state == "paused" and backend.pause_note or "",
            "action": {**self._opens("integration.backend", backend.name, [], ("form",)), "res_id": backend.id},
            "numbers": [
                *self._waiting_numbers(backend, waiting),
                self._exceptions(self.env._("Exceptions"), exceptions, [("backend_id", "=", backend.id)], "warn"),
                self._alert_number(backend, alerts),
                self._last_number(backend, last),
                *self._expiry_numbers(backend, expiry),
            ],
        }

    def _health(self, backend, breaker, alerts):
        """(tone, words): how the backend is, the worst first."""
        if backend.is_foreign_copy:
            return "bad", self.env._("Copied database: nothing is sent")
        if backend.state == "draft":
            return "off", self.env._("Not connected")
        if backend.state == "paused":
            return "warn", self.env._("Paused")
        if breaker == "open":
            return "bad", self.env._("Does not answer: calls suspended")
        if breaker == "half_open":
            return "warn", self.env._("Did not answer: being tried again")
        if alerts:
            return "warn", self.env._("Running, with alerts")
        return "good", self.env._("Running")

    def _waiting_numbers(self, backend, waiting):
        """What waits, and the oldest of it, by tier."""
        now = fields.Datetime.now()
        domain = [
            ("backend_id", "=", backend.id),
            ("state", "in", ("pending", "retry", "ambiguous")),
            ("next_at", "!=", False),
        ]
        if not waiting:
            return [
                self._number(
                    self.env._("Waiting"), 0, self._opens("integration.message", self.env._("Waiting"), domain)
                )
            ]
        numbers = []
        for tier, count, oldest in waiting:
            scope = [*domain, ("flow_id.tier", "=", tier)]
            action = self._opens("integration.message", self.env._("Waiting, tier %s", tier), scope)
            seconds = int((now - oldest).total_seconds())
            numbers.append(self._number(self.env._("Waiting, tier %s", tier), count, action))
            numbers.append(self._number(self.env._("Oldest, tier %s", tier), max(0, seconds), action, kind="seconds"))
        return numbers

    def _alert_number(self, backend, alerts):
        domain = [("backend_id", "=", backend.id), ("state", "=", "open")]
        return self._number(
            self.env._("Alerts"), alerts, self._opens("integration.alert", self.env._("Alerts"), domain), "bad"
        )

    def _last_number(self, backend, last):
        label = self.env._("Last success")
        domain = [("backend_id", "=", backend.id), ("state", "=", "done")]
        if last:
            domain.append(("settled_at", ">=", fields.Datetime.to_string(last)))
        action = self._opens("integration.message", label, domain)
        return self._number(label, last and fields.Datetime.to_string(last), last and action, kind="time")

    def _expiry_numbers(self, backend, expiry):
        """When the credentials end, unless they are renewed without a person."""
        if not expiry:
            return []
        days = (expiry - fields.Datetime.now()).days
        tone = "bad" if days < 3 else "warn" if days < 14 else ""
        action = {**self._opens("integration.backend", backend.name, [], ("form",)), "res_id": backend.id}
        label = self.env._("Credentials end")
        return [self._number(label, fields.Datetime.to_string(expiry), action, tone, kind="time")]

    def _expiries(self, backends):
        """{backend id: when the first credential ends that a person must renew}."""
        self.env.cr.execute(
            """SELECT backend_id, name, expires_at FROM integration_secret
                WHERE backend_id = ANY(%s) AND expires_at IS NOT NULL ORDER BY expires_at""",
            (backends.ids,),
        )
        ends = {}
        for backend_id, name, expires_at in self.env.cr.fetchall():
            if name not in backends.browse(backend_id)._renewing_secrets():
                ends.setdefault(backend_id, expires_at)
        return ends
