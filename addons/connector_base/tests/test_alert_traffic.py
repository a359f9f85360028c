from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import HubCase


@tagged("post_install", "-at_install")
class TestAlertTraffic(HubCase):
    """Silence and steps, told from the rollups."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in", freshness_minutes=0)
        cls.now = fields.Datetime.now()
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE integration_backend SET state = 'paused' WHERE id <> %s", (cls.backend.id,))
        cls.env.cr.execute("UPDATE integration_flow SET create_date = create_date - interval '1 year'")
        cls.env.invalidate_all()

    def rollup(self, span, start, **counts):
        self.env.cr.execute(
            """INSERT INTO integration_rollup (span, start, flow_id, backend_id, company_id, tier, place,
                                               received, blocked, dead)
               VALUES (%s, %s, %s, %s, %s, '1', 0, %s, %s, %s)
               ON CONFLICT (span, start, flow_id, place) DO UPDATE SET received = EXCLUDED.received""",
            (
                span,
                start.replace(minute=0 if span == "hour" else start.minute, second=0, microsecond=0),
                self.flow.id,
                self.backend.id,
                self.backend.company_id.id,
                counts.get("received", 0),
                counts.get("blocked", 0),
                counts.get("dead", 0),
            ),
        )

    def history(self, counts, hours=(0, 1)):
        """What earlier weeks brought in this hour and the one before, the latest week first."""
        for week, count in enumerate(counts, 1):
            for hour in hours:
                self.rollup("hour", self.now - timedelta(weeks=week, hours=hour), received=count)

    def alerts(self, kind):
        self.env.flush_all()
        self.env["integration.alert"]._cron_watch()
        return self.env["integration.alert"].search([("kind", "=", kind), ("state", "=", "open")])

    def test_nothing_for_an_hour_that_is_usually_busy(self):
        self.history([40, 0, 60, 50, 45, 45])
        alert = self.alerts("silence")
        self.assertEqual(alert.flow_id, self.flow)
        self.assertIn("about 45 are usual", alert.cause)
        self.rollup("minute", self.now - timedelta(minutes=2), received=1)
        self.assertFalse(self.alerts("silence"))

    def test_silence_lasts_an_hour_before_it_is_one(self):
        self.history([40, 40, 40])
        self.rollup("minute", self.now - timedelta(minutes=50), received=1)
        self.assertFalse(self.alerts("silence"))
        self.rollup("minute", self.now - timedelta(minutes=50), received=0)
        self.rollup("minute", self.now - timedelta(minutes=70), received=1)
        self.assertTrue(self.alerts("silence"))

    def test_another_hour_of_the_week_says_nothing(self):
        self.history([40, 40, 40], hours=(5, 6))
        self.assertFalse(self.alerts("silence"))

    def test_short_history_says_nothing(self):
        self.history([40, 40, 40])
        self.env.cr.execute("UPDATE integration_flow SET create_date = now() AT TIME ZONE 'UTC' - interval '15 days'")
        self.assertFalse(self.alerts("silence"))

    def test_paused_flow_is_silent_on_purpose(self):
        self.history([40, 40, 40])
        self.flow.action_pause_with("Stocktaking")
        self.assertFalse(self.alerts("silence"))

    def test_step_in_what_gets_stuck(self):
        for minute in (3, 5):
            self.rollup("minute", self.now - timedelta(minutes=minute), blocked=4, dead=2)
        alert = self.alerts("exceptions")
        self.assertIn("12 messages of “test.in”", alert.cause)

    def test_what_is_usual_is_no_step(self):
        for minute in range(0, 20 * 60, 5):
            self.rollup("minute", self.now - timedelta(minutes=minute + 20), blocked=4)
        for minute in (3, 5):
            self.rollup("minute", self.now - timedelta(minutes=minute), blocked=6)
        self.assertFalse(self.alerts("exceptions"))

    def test_traffic_is_never_counted_in_the_ledger(self):
        queries = []
        cr, execute = self.env.cr, type(self.env.cr).execute

        def spy(cursor, query, *args, **kwargs):
            queries.append(str(query))
            return execute(cursor, query, *args, **kwargs)

        self.patch(type(cr), "execute", spy)
        self.env["integration.alert"]._find_silence()
        self.env["integration.alert"]._find_steps()
        self.assertTrue(queries)
        self.assertFalse([query for query in queries if "integration_message" in query])
