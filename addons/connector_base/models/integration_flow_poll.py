from datetime import timedelta, timezone

from odoo import SUPERUSER_ID, api, fields, models

from ..failpoints import reach
from ..lib.errors import ConnectorError, RateLimitedError

UTC = timezone.utc
#: what a first look-up reaches back
FIRST_WINDOW = timedelta(days=1)


class IntegrationFlow(models.Model):
    """Catching up: asking the partner what changed, in overlapping windows."""

    _inherit = "integration.flow"

    @api.model
    def _cron_poll(self):
        """Start the look-ups that are due."""
        now = fields.Datetime.now()
        for flow in self.sudo().search([("poll_minutes", ">", 0), ("direction", "=", "in")]):
            due = not flow.polled_at or flow.polled_at <= now - timedelta(minutes=flow.poll_minutes)
            if due and flow._runs():
                flow._request_poll()

    def _request_poll(self, eta=None):
        """See that a look-up of each of these flows runs.

        :param eta: naive UTC time; None for as soon as possible
        """
        identity = f"poll-at-{eta:%m%d%H%M%S}" if eta else "poll"
        self._request_job("_job_poll", identity=identity, channel="root.connector.tier2", eta=eta)

    def action_poll(self):
        """Button “Look now”."""
        self.check_access("write")
        self.env["integration.audit"]._record(self, "flow.poll")
        self._request_poll()

    def _job_poll(self):
        """Look once through the window since the last look-up, a page at a time.

        The window ends when the look-up began and the next one reaches back into it,
        so that what the partner shows late is still found; duplicates cost a counter.
        A look-up that fails leaves the window where it was.

        :return: what was found, for the job's record
        """
        self.ensure_one()
        flow = self.sudo()
        backend = flow.backend_id
        if not backend._may_send() or not flow._runs():
            return "paused or not connected"
        started = fields.Datetime.now()
        since = (flow.polled_until or started - FIRST_WINDOW) - timedelta(minutes=flow.poll_overlap_minutes)
        try:
            found, new = flow._poll_window(since, started)
        except RateLimitedError as error:
            eta = started + timedelta(seconds=max(1.0, error.retry_after))
            flow._request_poll(eta)
            return f"asked to wait: {error}"
        except ConnectorError as error:
            backend._pause_for(error)
            return f"failed: {error}"
        reach("poll.over", [flow.code])
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["integration.flow"].browse(flow.id).write({"polled_until": started, "polled_at": started})
        if new:
            flow._request_drain()
        return f"{found} found, {new} new"

    def _poll_window(self, since, until):
        """Receive everything of a window: (found, new)."""
        adapter = self.backend_id._get_adapter()
        messages = self.env["integration.message"]
        cursor, found, new = None, 0, 0
        while True:
            page = adapter.poll(self.code, since.replace(tzinfo=UTC), until.replace(tzinfo=UTC), cursor)
            found += len(page.messages)
            for incoming in self._untold(page.messages):
                new += 1 if messages._receive(self, incoming) else 0
            reach("poll.received", [self.code])
            cursor = page.cursor
            if not cursor:
                return found, new

    def _untold(self, incomings):
        """Those of a page that were not told by other means and applied (hook).

        :param incomings: ``lib.adapter.Incoming`` of one page
        """
        return incomings
