import logging
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models

from ..lib.alerts import Finding

_logger = logging.getLogger(__name__)
UTC = timezone.utc
#: waiting messages are counted up to here: nobody acts differently on more
COUNT_UP_TO = 1000
#: look-ups that may fail in a row before data counts as out of date
POLLS_MISSED = 3

#: the oldest message of each flow that waits for the hub: not for a person, and not in a
#: backlog that is let go in stages. A range and not an equality of flows: the planner would
#: walk the primary key through the whole ledger for a flow in which nothing waits.
OLDEST = """
    SELECT f.id AS flow_id, f.backend_id, f.company_id, f.tier, f.freshness_minutes, oldest.received_at
      FROM integration_flow f
      JOIN integration_backend b ON b.id = f.backend_id AND b.state = 'running'
      LEFT JOIN integration_release r ON r.id = f.release_id
      JOIN LATERAL (
           SELECT m.received_at FROM integration_message m
            WHERE m.flow_id >= f.id AND m.flow_id <= f.id AND m.state IN ('pending', 'retry', 'ambiguous')
              AND m.next_at IS NOT NULL AND m.id > COALESCE(r.until_id, 0)
              AND NOT EXISTS (SELECT 1 FROM integration_message e
                               WHERE e.flow_id = m.flow_id AND e.business_key = m.business_key
                                 AND e.business_key <> '' AND e.id < m.id AND e.state = 'blocked')
            ORDER BY m.flow_id, m.id LIMIT 1) oldest ON TRUE
     WHERE f.active AND f.paused_at IS NULL
"""


class IntegrationAlert(models.Model):
    """The conditions: a few set-based statements, whatever the ledger holds."""

    _inherit = "integration.alert"

    @api.model
    def _watchers(self):
        """[(kinds, method)]: each method returns the findings of its kinds (addons add)."""
        return [
            (("waiting", "freshness"), self._find_late),
            (("freshness",), self._find_missed_polls),
            (("breaker",), self._find_open_breakers),
            (("heartbeat",), self._find_dead_lanes),
            (("paused",), self._find_paused),
            (("expiry",), self._find_expiring),
        ]

    @api.model
    def _look(self):
        """(findings, kinds that could be looked at).

        What fails is logged and leaves its alerts as they are; the others go on.
        """
        findings, kinds, failed = [], set(), set()
        for watched, method in self._watchers():
            try:
                with self.env.cr.savepoint():
                    findings += method()
                kinds.update(watched)
            except Exception:  # noqa: BLE001 - one broken look must not blind the others
                _logger.exception("looking for %s failed", ", ".join(watched))
                failed.update(watched)
        return [finding for finding in findings if finding.kind not in failed], kinds - failed

    def _rows(self, query, *params, **values):
        self.env.cr.execute(query, values or params)
        return self.env.cr.dictfetchall()

    @api.model
    def _find_late(self):
        """Tiers whose oldest message waits too long, and flows beyond their own limit."""
        now, tiers, findings = fields.Datetime.now(), {}, []
        for row in self._rows(OLDEST):
            limit = self._limit(f"tier{row['tier']}_minutes")
            if limit and row["received_at"] < now - timedelta(minutes=limit):
                tiers.setdefault((row["backend_id"], row["tier"]), []).append({**row, "limit": limit})
            limit = row["freshness_minutes"]
            if limit and row["received_at"] < now - timedelta(minutes=limit):
                findings.append(self._late_flow(row, limit))
        return [self._late_tier(rows) for rows in tiers.values()] + findings

    def _late_tier(self, rows):
        first = min(rows, key=lambda row: row["received_at"])
        return Finding(
            "waiting",
            f"{first['backend_id']}:tier{first['tier']}",
            first["company_id"],
            first["backend_id"],
            tier=first["tier"],
            params={
                "count": self._waiting([row["flow_id"] for row in rows]),
                "since": fields.Datetime.to_string(first["received_at"]),
                "limit": first["limit"],
            },
        )

    def _late_flow(self, row, limit):
        return Finding(
            "freshness",
            f"flow:{row['flow_id']}",
            row["company_id"],
            row["backend_id"],
            row["flow_id"],
            row["tier"],
            {
                "count": self._waiting([row["flow_id"]]),
                "since": fields.Datetime.to_string(row["received_at"]),
                "limit": limit,
            },
        )

    def _waiting(self, flow_ids):
        """How many messages of flows wait, as text; counted up to ``COUNT_UP_TO``."""
        self.env.cr.execute(
            """SELECT count(*) FROM (
                  SELECT 1 FROM integration_message
                   WHERE flow_id = ANY(%s) AND state IN ('pending', 'retry', 'ambiguous')
                     AND next_at IS NOT NULL LIMIT %s) waiting""",
            (list(flow_ids), COUNT_UP_TO),
        )
        count = self.env.cr.fetchone()[0]
        return f"{count}+" if count == COUNT_UP_TO else str(count)

    @api.model
    def _find_missed_polls(self):
        """Flows whose look-ups at the partner did not work for a while."""
        rows = self._rows(
            """SELECT f.id, f.backend_id, f.company_id, f.tier, f.polled_at
                 FROM integration_flow f
                 JOIN integration_backend b ON b.id = f.backend_id AND b.state = 'running'
                WHERE f.active AND f.paused_at IS NULL AND f.direction = 'in'
                  AND f.poll_minutes > 0 AND f.freshness_minutes > 0
                  AND f.polled_at < now() AT TIME ZONE 'UTC'
                      - greatest(f.freshness_minutes, %s * f.poll_minutes) * interval '1 minute'""",
            POLLS_MISSED,
        )
        return [
            Finding(
                "freshness",
                f"poll:{row['id']}",
                row["company_id"],
                row["backend_id"],
                row["id"],
                row["tier"],
                {"about": "poll", "since": fields.Datetime.to_string(row["polled_at"])},
            )
            for row in rows
        ]

    @api.model
    def _find_open_breakers(self):
        """Partners that have not answered for longer than allowed."""
        minutes = self._limit("breaker_minutes")
        rows = self._rows(
            """SELECT g.backend_id, b.company_id, g.down_since
                 FROM integration_gate g
                 JOIN integration_backend b ON b.id = g.backend_id AND b.state = 'running' AND b.active
                WHERE g.breaker_state <> 'closed' AND g.down_since > 0 AND %s > 0
                  AND g.down_since < extract(epoch FROM clock_timestamp()) - %s * 60""",
            minutes,
            minutes,
        )
        return [
            Finding(
                "breaker",
                f"backend:{row['backend_id']}",
                row["company_id"],
                row["backend_id"],
                params={"since": _text(datetime.fromtimestamp(float(row["down_since"]), UTC))},
            )
            for row in rows
        ]

    @api.model
    def _find_dead_lanes(self):
        """Lanes of the job queue that do not answer."""
        return self.env["integration.heartbeat"]._find_silent(self._limit("heartbeat_minutes"))

    @api.model
    def _find_paused(self):
        """What paused itself, and what somebody paused and perhaps forgot."""
        rows = self._rows(
            """SELECT p.*, u.id IS NOT NULL AS by_hand, n.name AS who
                 FROM (SELECT 'backend:' || id AS place, company_id, id AS backend_id, NULL::int AS flow_id,
                              paused_at, paused_by_id, pause_reason
                         FROM integration_backend WHERE state = 'paused' AND active AND paused_at IS NOT NULL
                        UNION ALL
                       SELECT 'flow:' || f.id, f.company_id, f.backend_id, f.id,
                              f.paused_at, f.paused_by_id, f.pause_reason
                         FROM integration_flow f
                        WHERE f.active AND f.paused_at IS NOT NULL
                        UNION ALL
                       SELECT 'release:' || r.id, f.company_id, f.backend_id, f.id,
                              r.held_at, r.held_by_id, NULL
                         FROM integration_release r JOIN integration_flow f ON f.id = r.flow_id
                        WHERE r.state = 'held') p
                 LEFT JOIN res_users u ON u.id = p.paused_by_id
                 LEFT JOIN res_partner n ON n.id = u.partner_id"""
        )
        hours, now = self._limit("paused_hours"), fields.Datetime.now()
        return [
            Finding(
                "paused",
                row["place"],
                row["company_id"],
                row["backend_id"],
                row["flow_id"],
                params={
                    "since": fields.Datetime.to_string(row["paused_at"]),
                    "who": row["who"] or "",
                    "reason": row["pause_reason"] or "",
                },
            )
            for row in rows
            if not row["by_hand"] or hours and row["paused_at"] < now - timedelta(hours=hours)
        ]

    @api.model
    def _find_expiring(self):
        """Credentials that end soon or have ended, unless they are renewed without a person."""
        days = self._limit("expiry_days")
        rows = self._rows(
            """SELECT s.backend_id, b.company_id, s.name, s.expires_at
                 FROM integration_secret s
                 JOIN integration_backend b ON b.id = s.backend_id AND b.active
                WHERE %s > 0 AND s.expires_at < now() AT TIME ZONE 'UTC' + %s * interval '1 day'""",
            days,
            days,
        )
        backends, now = self.env["integration.backend"], fields.Datetime.now()
        return [
            Finding(
                "expiry",
                f"{row['backend_id']}:{row['name']}",
                row["company_id"],
                row["backend_id"],
                params={
                    "name": backends._secret_label(row["name"]),
                    "until": fields.Datetime.to_string(row["expires_at"]),
                    "over": row["expires_at"] <= now,
                },
            )
            for row in rows
            if row["name"] not in backends.browse(row["backend_id"])._renewing_secrets()
        ]


def _text(moment):
    """An aware time as Odoo writes it: naive UTC."""
    return fields.Datetime.to_string(moment.astimezone(UTC).replace(tzinfo=None))
