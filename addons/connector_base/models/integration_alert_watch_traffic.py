from datetime import timedelta

from odoo import api, fields, models

from ..lib.alerts import Finding, expected_traffic, is_silent, is_step

#: what a step is looked for in, and what it is held against
STEP_MINUTES = 15
USUAL_HOURS = 24
#: hours of the week are held against so many weeks before
WEEKS = 6


class IntegrationAlert(models.Model):
    """Traffic against what is usual: read from the rollups, never from the ledger."""

    _inherit = "integration.alert"

    @api.model
    def _watchers(self):
        return [
            *super()._watchers(),
            (("silence",), self._find_silence),
            (("exceptions",), self._find_steps),
        ]

    @api.model
    def _find_silence(self):
        """Flows for which nothing came in an hour in which much usually does."""
        least = self._limit("silence_least")
        now = fields.Datetime.now()
        silent = self._rows(
            """SELECT f.id, f.backend_id, f.company_id, f.tier, f.create_date AS known_since
                 FROM integration_flow f
                 JOIN integration_backend b ON b.id = f.backend_id AND b.state = 'running'
                WHERE f.active AND f.paused_at IS NULL AND f.direction = 'in' AND %s > 0
                  AND NOT EXISTS (SELECT 1 FROM integration_rollup
                                   WHERE flow_id = f.id AND span = 'minute' AND start >= %s AND received > 0)""",
            least,
            now - timedelta(minutes=61),
        )
        found = []
        for row, expected in zip(silent, self._usual(silent, now), strict=True):
            if is_silent(0, expected, least=least):
                params = {"since": self._last_received(row["id"], now), "expected": round(expected)}
                place = (f"flow:{row['id']}", row["company_id"], row["backend_id"], row["id"], row["tier"])
                found.append(Finding("silence", *place, params=params))
        return found

    def _last_received(self, flow_id, now):
        """When the last message of a silent flow came; an hour ago where that is long gone."""
        self.env.cr.execute(
            """SELECT max(start) FROM integration_rollup
                WHERE flow_id = %s AND span = 'minute' AND start > %s AND received > 0""",
            (flow_id, now - timedelta(days=2)),
        )
        return fields.Datetime.to_string(self.env.cr.fetchone()[0] or now - timedelta(hours=1))

    def _usual(self, flows, now):
        """What the last sixty minutes usually bring each of some flows, by the hours of the week.

        :param flows: dicts with ``id`` and ``known_since``
        """
        this = now.replace(minute=0, second=0, microsecond=0)
        share = (now - this) / timedelta(hours=1)
        hours = {this: share, this - timedelta(hours=1): 1 - share}
        starts = {hour: [hour - timedelta(weeks=week) for week in range(1, WEEKS + 1)] for hour in hours}
        counts = self._received([row["id"] for row in flows], [start for some in starts.values() for start in some])
        for row in flows:
            yield sum(
                part
                * expected_traffic(
                    counts.get((row["id"], start), 0) for start in starts[hour] if start >= row["known_since"]
                )
                for hour, part in hours.items()
            )

    def _received(self, flow_ids, starts):
        """{(flow, hour): messages received} of some flows and hours."""
        self.env.cr.execute(
            """SELECT flow_id, start, sum(received) FROM integration_rollup
                WHERE span = 'hour' AND start = ANY(%s) AND flow_id = ANY(%s)
                GROUP BY flow_id, start""",
            (starts, flow_ids),
        )
        return {(flow_id, start): count for flow_id, start, count in self.env.cr.fetchall()}

    @api.model
    def _find_steps(self):
        """Flows with far more messages that got stuck than usual."""
        rows = self._rows(
            """SELECT f.id, f.backend_id, f.company_id, f.tier, recent.count,
                      COALESCE(usual.count, 0) / %(slots)s::float8 AS usual
                 FROM (SELECT flow_id, sum(blocked + dead) AS count FROM integration_rollup
                        WHERE span = 'minute' AND start >= %(recently)s GROUP BY flow_id) recent
                 JOIN integration_flow f ON f.id = recent.flow_id
                 LEFT JOIN (SELECT flow_id, sum(blocked + dead) AS count FROM integration_rollup
                             WHERE span = 'minute' AND start >= %(before)s AND start < %(recently)s
                             GROUP BY flow_id) usual ON usual.flow_id = f.id
                WHERE recent.count > 0""",
            **self._step_times(),
        )
        least, factor = self._limit("step_least"), self._limit("step_factor")
        return [
            Finding(
                "exceptions",
                f"flow:{row['id']}",
                row["company_id"],
                row["backend_id"],
                row["id"],
                row["tier"],
                {
                    "count": int(row["count"]),
                    "minutes": STEP_MINUTES,
                    "usual": f"{row['usual']:.1f}".removesuffix(".0"),
                },
            )
            for row in rows
            if is_step(int(row["count"]), row["usual"], least=least, factor=factor)
        ]

    def _step_times(self):
        now = fields.Datetime.now().replace(second=0, microsecond=0)
        recently = now - timedelta(minutes=STEP_MINUTES)
        return {
            "recently": recently,
            "before": recently - timedelta(hours=USUAL_HOURS),
            "slots": USUAL_HOURS * 60 / STEP_MINUTES,
        }
