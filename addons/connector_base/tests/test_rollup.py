"""The rollups say what the ledger says, whenever it was committed, however often they look."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import HubCase


@tagged("post_install", "-at_install")
class TestRollup(HubCase):
    """One look after the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in", tier="2")
        cls.handle_as_wished("test.in")

    def look(self):
        self.env.flush_all()
        self.env["integration.rollup"]._cron_look()

    def total(self, name, span="minute", flow=None):
        rows = self.env["integration.rollup"].search([("flow_id", "=", (flow or self.flow).id), ("span", "=", span)])
        return sum(rows.mapped(name))

    def latencies(self, span="minute"):
        self.env.cr.execute(
            "SELECT sum(c) FROM integration_rollup, unnest(latency) c WHERE flow_id = %s AND span = %s",
            (self.flow.id, span),
        )
        return self.env.cr.fetchone()[0]

    def test_counts_what_happened(self):
        self.receive(self.flow, {"object": 1}, key="good")
        self.receive(self.flow, {"wish": "block"}, key="bad")
        self.receive(self.flow, {"wish": "fail"}, key="down")
        self.drain(self.flow)
        self.look()
        figures = {
            name: self.total(name)
            for name in ("received", "done", "failed", "retried", "blocked", "dead", "duplicates")
        }
        self.assertEqual(
            figures,
            {"received": 3, "done": 1, "failed": 2, "retried": 1, "blocked": 1, "dead": 0, "duplicates": 0},
        )
        self.assertEqual(self.latencies(), 1)
        row = self.env["integration.rollup"].search([("flow_id", "=", self.flow.id)], limit=1)
        self.assertEqual((row.tier, row.backend_id, row.company_id), ("2", self.backend, self.backend.company_id))

    def test_looking_again_changes_nothing(self):
        self.receive(self.flow, {"object": 1})
        self.receive(self.flow, {"wish": "block"})
        self.drain(self.flow)
        self.look()
        before = [self.total(name) for name in ("received", "done", "failed", "blocked")]
        self.look()
        self.look()
        self.assertEqual([self.total(name) for name in ("received", "done", "failed", "blocked")], before)

    def test_hours_are_the_sum_of_their_minutes(self):
        self.receive(self.flow, {"object": 1})
        self.drain(self.flow)
        self.look()
        self.receive(self.flow, {"object": 2})
        self.drain(self.flow)
        self.look()
        for name in ("received", "done"):
            self.assertEqual(self.total(name, "hour"), 2)
        self.assertEqual(self.latencies("hour"), 2)

    def test_deferring_is_no_failure(self):
        self.receive(self.flow, {"wish": "defer"})
        self.drain(self.flow, batches=1)
        self.look()
        self.assertEqual((self.total("received"), self.total("failed"), self.total("retried")), (1, 0, 0))

    def test_every_duplicate_is_counted_once(self):
        for __ in range(3):
            self.receive(self.flow, {"object": 1}, key="same")
        self.look()
        self.assertEqual(self.total("duplicates"), 2)
        self.receive(self.flow, {"object": 1}, key="same")
        self.look()
        self.look()
        self.assertEqual(self.total("duplicates"), 3)
        self.assertEqual(self.total("duplicates", "hour"), 3)

    def test_poison_is_counted_as_given_up(self):
        message = self.receive(self.flow, {"object": 1})
        for __ in range(3):
            self.env["integration.attempt"]._start([message.id])
        self.drain(self.flow)
        self.assertEqual(message.state, "dead")
        self.look()
        self.assertEqual(self.total("dead"), 1)

    def test_an_attempt_under_way_is_counted_when_it_ends(self):
        message = self.receive(self.flow, {"object": 1})
        attempt = self.env["integration.attempt"]._start([message.id])[message.id]
        self.env.cr.execute(
            "UPDATE integration_attempt SET started_at = started_at - interval '20 minutes' WHERE id = %s", (attempt,)
        )
        self.look()
        self.assertEqual(self.total("failed"), 0)
        self.env["integration.attempt"]._finish({attempt: ("retry", "transient", "slow")})
        self.look()
        self.assertEqual(self.total("failed"), 1)

    def test_old_minutes_go_and_hours_stay(self):
        self.receive(self.flow, {"object": 1})
        self.look()
        self.env.cr.execute(
            "UPDATE integration_rollup SET start = start - interval '3 days' WHERE flow_id = %s", (self.flow.id,)
        )
        self.look()
        self.retain()
        old = fields.Datetime.now() - timedelta(days=2, hours=1)
        spans = self.env["integration.rollup"].search([("flow_id", "=", self.flow.id), ("start", "<", old)])
        self.assertEqual(spans.mapped("span"), ["hour"])

    def test_floor_lies_below_what_came_later_and_above_what_came_before(self):
        early = self.receive(self.flow, {"object": 1})
        self.look()
        self.env.cr.execute("UPDATE integration_rollup_mark SET looked_at = looked_at - interval '1 minute'")
        late = self.receive(self.flow, {"object": 2})
        floor = self.env["integration.rollup.mark"]._message_floor(fields.Datetime.now())
        self.assertGreaterEqual(floor, early.id)
        self.assertLess(floor, late.id)

    def test_roles_and_companies(self):
        self.receive(self.flow, {"object": 1})
        self.look()
        viewer = new_test_user(self.env, login="rollup_viewer", groups="connector_base.group_viewer")
        rows = self.env["integration.rollup"].with_user(viewer).search([("flow_id", "=", self.flow.id)])
        self.assertTrue(rows)
        with self.assertRaises(AccessError):
            rows.unlink()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = new_test_user(
            self.env,
            login="rollup_other",
            groups="connector_base.group_admin",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertFalse(self.env["integration.rollup"].with_user(other).search([("id", "in", rows.ids)]))
        outsider = new_test_user(self.env, login="rollup_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["integration.rollup"].with_user(outsider).search([])
