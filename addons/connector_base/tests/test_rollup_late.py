"""Who commits after the look is counted by the next one."""

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from .common import RaceCase


@tagged("post_install", "-at_install")
class TestLateCommit(RaceCase):
    """One writes a message and takes its time; the rollups look meanwhile."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.marks = env["integration.rollup.mark"].search([], order="id desc", limit=1).id or 0

    def clean(self):
        """Forget the looks as well."""
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM integration_rollup_mark WHERE id > %s", (self.marks,))
        super().clean()

    def look(self):
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["integration.rollup"]._cron_look()

    def received(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT span, sum(received) FROM integration_rollup WHERE flow_id = %s GROUP BY span", (self.flow_id,)
            )
            return dict(cr.fetchall())

    def test_late_commit_is_counted_by_the_next_look(self):
        with self.registry.cursor() as late:
            env = api.Environment(late, SUPERUSER_ID, {})
            env["integration.message"]._emit(env["integration.flow"].browse(self.flow_id), None, "late")
            late.execute("SELECT xact_start AT TIME ZONE 'UTC' FROM pg_stat_activity WHERE pid = pg_backend_pid()")
            begun = late.fetchone()[0]
            self.look()
            self.assertFalse(self.received())
            with self.registry.cursor() as cr:
                cr.execute("SELECT again_from, looked_at FROM integration_rollup_mark ORDER BY id DESC LIMIT 1")
                again_from, looked_at = cr.fetchone()
            self.assertLess(begun, looked_at)
            # however long it takes: the next look goes back to where this one began
            self.assertLessEqual(again_from, begun)
        self.look()
        self.assertEqual(self.received(), {"minute": 1, "hour": 1})
        self.look()
        self.assertEqual(self.received(), {"minute": 1, "hour": 1})
