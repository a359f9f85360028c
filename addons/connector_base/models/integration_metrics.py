import hashlib
import hmac

from odoo import api, models

from ..lib.latency import BOUNDS, cumulative
from ..lib.prometheus import Family, render

PARAMETER = "integration.metrics_token_digest"
BREAKER = {"closed": 0, "half_open": 1, "open": 2}

#: a week's hours at most: the counters begin anew each Monday, which is what a counter may do
TRAFFIC = f"""
    SELECT c.name AS company, b.name AS backend, f.code AS flow, f.tier, t.*
      FROM (SELECT flow_id, sum(received) AS received, sum(done) AS done, sum(failed) AS failed,
                   sum(retried) AS retried, sum(dead) AS dead, sum(blocked) AS blocked,
                   sum(duplicates) AS duplicates, sum(calls) AS calls, sum(latency_sum) AS latency_sum,
                   ARRAY[{", ".join(f"COALESCE(sum(latency[{n + 1}]), 0)::int" for n in range(len(BOUNDS) + 1))}]
                   AS latency
              FROM integration_rollup
             WHERE span = 'hour' AND start >= date_trunc('week', now() AT TIME ZONE 'UTC')
             GROUP BY flow_id) t
      JOIN integration_flow f ON f.id = t.flow_id
      JOIN integration_backend b ON b.id = f.backend_id
      JOIN res_company c ON c.id = f.company_id
     ORDER BY 1, 2, 3"""

QUEUE = """
    SELECT c.name AS company, b.name AS backend, f.tier, sum(w.count) AS depth,
           greatest(0, extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - min(m.received_at))) AS age
      FROM (SELECT flow_id, count(*) AS count, min(id) AS first_id FROM integration_message
             WHERE state IN ('pending', 'retry', 'ambiguous') AND next_at IS NOT NULL GROUP BY flow_id) w
      JOIN integration_message m ON m.id = w.first_id
      JOIN integration_flow f ON f.id = w.flow_id
      JOIN integration_backend b ON b.id = f.backend_id
      JOIN res_company c ON c.id = f.company_id
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""

TROUBLE = """
    SELECT c.name AS company, b.name AS backend, f.code AS flow, t.state, t.count
      FROM (SELECT flow_id, state, count(*) AS count FROM integration_message
             WHERE state IN ('ambiguous', 'blocked', 'dead') GROUP BY flow_id, state) t
      JOIN integration_flow f ON f.id = t.flow_id
      JOIN integration_backend b ON b.id = f.backend_id
      JOIN res_company c ON c.id = f.company_id
     ORDER BY 1, 2, 3, 4"""

EXCEPTIONS = """
    SELECT c.name AS company, b.name AS backend, e.category, count(*) AS count
      FROM integration_exception e JOIN integration_backend b ON b.id = e.backend_id
      JOIN res_company c ON c.id = b.company_id
     WHERE e.state = 'open' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""

BACKENDS = """
    SELECT c.name AS company, b.name AS backend, b.state, g.breaker_state,
           (SELECT min(extract(epoch FROM s.expires_at - now() AT TIME ZONE 'UTC')) FROM integration_secret s
             WHERE s.backend_id = b.id) AS secret_seconds
      FROM integration_backend b JOIN res_company c ON c.id = b.company_id
      LEFT JOIN integration_gate g ON g.backend_id = b.id
     WHERE b.active ORDER BY 1, 2"""

LOOKS = "SELECT extract(epoch FROM now() AT TIME ZONE 'UTC' - max(looked_at)) AS age FROM integration_rollup_mark"
BEATS = "SELECT lane, extract(epoch FROM now() AT TIME ZONE 'UTC' - beat_at) AS age FROM integration_heartbeat"
ALERTS = "SELECT kind, count(*) AS count FROM integration_alert WHERE state = 'open' GROUP BY kind ORDER BY kind"

COUNTERS = {
    "received": "Messages received or to be sent.",
    "done": "Messages that reached their end.",
    "failed": "Attempts that did not work.",
    "retried": "Attempts to be made again.",
    "dead": "Messages given up.",
    "blocked": "Messages that needed a person.",
    "duplicates": "Deliveries recognised as repeated, and suppressed.",
    "calls": "Calls to partners that change something, and look-ups of them.",
}


class IntegrationMetrics(models.AbstractModel):
    """The hub's numbers for Prometheus: sums of rollups and gauges by SQL, nothing personal."""

    _name = "integration.metrics"
    _description = "Metrics of the connectors"

    @api.model
    def _set_token(self, token):
        """Keep the digest of what a scraper must present; "" switches the metrics off."""
        value = _digest(token) if token else False
        self.env["ir.config_parameter"].sudo().set_param(PARAMETER, value)

    @api.model
    def _is_on(self):
        return bool(self.env["ir.config_parameter"].sudo().get_param(PARAMETER))

    @api.model
    def _may_read(self, token):
        """Whether a token is the one that was set; takes the same time for all of a length."""
        known = self.env["ir.config_parameter"].sudo().get_param(PARAMETER) or ""
        return bool(known) and hmac.compare_digest(known, _digest(token))

    @api.model
    def _exposition(self):
        """Everything, as text."""
        return render(self._families())

    @api.model
    def _families(self):
        """List of ``Family``; business addons add theirs."""
        return [*self._traffic_families(), *self._queue_families(), *self._state_families(), *self._health_families()]

    def _rows(self, query):
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    def _traffic_families(self):
        week = "Counted since Monday 00:00 UTC."
        counters = {
            name: Family(f"integration_{name}_total", "counter", f"{text} {week}") for name, text in COUNTERS.items()
        }
        latency = Family(
            "integration_latency_seconds",
            "histogram",
            f"Time from the arrival of messages until they were done. {week}",
        )
        for row in self._rows(TRAFFIC):
            labels = {name: row[name] for name in ("company", "backend", "flow", "tier")}
            for name, family in counters.items():
                family.add(row[name], **labels)
            latency.add_histogram(BOUNDS, cumulative(row["latency"]), row["latency_sum"], **labels)
        return [*counters.values(), latency]

    def _queue_families(self):
        depth = Family("integration_queue_depth", "gauge", "Messages that wait for the hub.")
        age = Family("integration_queue_oldest_age_seconds", "gauge", "How long the oldest of them waits.")
        for row in self._rows(QUEUE):
            labels = {name: row[name] for name in ("company", "backend", "tier")}
            depth.add(row["depth"], **labels)
            age.add(row["age"], **labels)
        return [depth, age]

    def _state_families(self):
        trouble = Family("integration_messages_in_trouble", "gauge", "Messages that only a person moves on, by state.")
        for row in self._rows(TROUBLE):
            trouble.add(row.pop("count"), **row)
        exceptions = Family("integration_exceptions_open", "gauge", "Open exceptions.")
        for row in self._rows(EXCEPTIONS):
            exceptions.add(row.pop("count"), **row)
        alerts = Family("integration_alerts_open", "gauge", "Open alerts.")
        for row in self._rows(ALERTS):
            alerts.add(row["count"], kind=row["kind"])
        return [trouble, exceptions, alerts]

    def _health_families(self):
        running = Family("integration_backend_running", "gauge", "1 while a backend is neither paused nor unconnected.")
        breaker = Family("integration_breaker_state", "gauge", "0 closed, 1 being tried, 2 open: calls suspended.")
        expiry = Family("integration_credentials_expire_seconds", "gauge", "Until the first credential ends.")
        for row in self._rows(BACKENDS):
            labels = {"company": row["company"], "backend": row["backend"]}
            running.add(int(row["state"] == "running"), **labels)
            breaker.add(BREAKER.get(row["breaker_state"], 0), **labels)
            expiry.add(row["secret_seconds"], **labels)
        beats = Family("integration_heartbeat_age_seconds", "gauge", "Since a lane of the job queue last answered.")
        for row in self._rows(BEATS):
            beats.add(row["age"], lane=row["lane"])
        looks = Family("integration_counted_age_seconds", "gauge", "Since the traffic was last counted.")
        looks.add(self._rows(LOOKS)[0]["age"])
        return [running, breaker, expiry, beats, looks]


def _digest(token):
    """The token is random and long: a plain digest tells nobody what it was."""
    return hashlib.sha256(token.encode()).hexdigest()
