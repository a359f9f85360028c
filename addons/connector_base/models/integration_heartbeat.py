from odoo import api, fields, models

from ..lib.alerts import Finding
from .integration_flow import CHANNELS

LANES = (*CHANNELS.values(), "root.connector.reserve")
#: before every other job of the lane: the beat asks whether the lane works, not how full it is
PRIORITY = 0


class IntegrationHeartbeat(models.Model):
    """A job a minute through each lane of the job queue; the cron that asks does not need it.

    A lane whose runner is dead, or whose workers hang, stops to beat.
    """

    _name = "integration.heartbeat"
    _description = "Heartbeat of the job queue"
    _order = "lane"
    _rec_name = "lane"
    _log_access = False

    lane = fields.Char(required=True, readonly=True)
    asked_at = fields.Datetime("Asked on", readonly=True, help="Since when a beat is awaited.")
    beat_at = fields.Datetime("Last beat", readonly=True)
    job_uuid = fields.Char(readonly=True, export_string_translation=False)

    _lane_uniq = models.Constraint("UNIQUE (lane)", "A lane has one heartbeat.")

    @api.model
    def _cron_ask(self):
        """Put a job into each lane that has answered; a silent one keeps the job it has.

        Nothing is asked while no backend runs: there is nothing to be late with.
        """
        if not self.env["integration.backend"].search_count([("state", "=", "running")], limit=1):
            self.search([("asked_at", "!=", False)]).asked_at = False
            return
        for lane in LANES:
            beat = self.search([("lane", "=", lane)]) or self.create({"lane": lane})
            if beat._forget_job():
                beat._ask()

    def _forget_job(self):
        """Clear the job of the last beat away; whether none is on its way any more."""
        self.env.cr.execute("SELECT state FROM queue_job WHERE uuid = %s", (self.job_uuid or "",))
        state = (self.env.cr.fetchone() or ["done"])[0]
        if state == "done":
            # it has told all it could, and one a minute would bury the other jobs' records
            self.env.cr.execute("DELETE FROM queue_job WHERE uuid = %s", (self.job_uuid or "",))
        return state in ("done", "failed", "cancelled")

    def _ask(self):
        delayed = self.with_delay(
            channel=self.lane, priority=PRIORITY, max_retries=1, description=f"heartbeat of {self.lane}"
        )
        job = delayed._job_beat()
        # a lost job is asked for anew, but the lane has been silent since the first
        self.write({"asked_at": self.asked_at or fields.Datetime.now(), "job_uuid": job.uuid})

    def _job_beat(self):
        """The lane works."""
        self.write({"beat_at": fields.Datetime.now(), "asked_at": False})

    @api.model
    def _find_silent(self, minutes):
        """A ``lib.alerts.Finding`` for each lane that is awaited longer than ``minutes``."""
        self.env.cr.execute(
            """SELECT lane, COALESCE(beat_at, asked_at) AS since FROM integration_heartbeat
                WHERE %s > 0 AND asked_at < now() AT TIME ZONE 'UTC' - %s * interval '1 minute'""",
            (minutes, minutes),
        )
        return [
            Finding("heartbeat", lane, params={"lane": lane, "since": fields.Datetime.to_string(since)})
            for lane, since in self.env.cr.fetchall()
        ]
