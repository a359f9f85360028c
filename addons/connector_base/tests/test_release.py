from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from ..drain.claim import claim
from ..lib.errors import TransientError
from ..models.integration_gate import SharedGate
from .common import HubCase


@tagged("post_install", "-at_install")
class TestRelease(HubCase):
    """After an outage fresh work goes first, the backlog follows at a capped rate, each object in order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in", batch_size=10, release_per_minute=12)
        cls.handle_as_wished("test.in")
        cls.operator = new_test_user(cls.env, login="releaser", groups="connector_base.group_operator")

    def arrive(self, name, key=""):
        return self.receive(self.flow, {"name": name}, key=name, business_key=key)

    def outage(self, count=20, key=""):
        """A pause in which ``count`` messages pile up, and its end."""
        self.flow.action_pause_with("Outage")
        for number in range(count):
            self.arrive(f"old{number}", key)
        self.flow.action_resume()
        return self.flow.release_id

    def later(self, seconds):
        self.env.cr.execute("UPDATE integration_release SET level_at = level_at - %s", (seconds,))

    def test_fresh_work_goes_first_and_the_backlog_at_its_pace(self):
        release = self.outage()
        self.assertEqual((release.total, release.per_minute, release.remaining), (20, 12, 20))
        for number in range(12):
            self.arrive(f"new{number}")
        self.drain(self.flow)
        self.assertEqual(self.applied[:12], [f"new{number}" for number in range(12)])
        self.assertEqual(self.applied[12:], ["old0", "old1"], "one burst of ten seconds and no more")
        self.later(5)
        self.drain(self.flow)
        self.assertEqual(self.applied[14:], ["old2"])
        release.invalidate_recordset()
        self.assertEqual((release.remaining, release.progress, release.minutes_left), (17, 15, 2))

    def test_backlog_is_worked_off_in_its_order_and_the_release_ends(self):
        release = self.outage()
        for __ in range(12):
            self.later(10)
            self.drain(self.flow)
        self.assertEqual(self.applied, [f"old{number}" for number in range(20)])
        self.env["integration.flow"]._cron_sweep()
        self.assertEqual((release.state, bool(self.flow.release_id)), ("done", False))

    def test_fresh_message_of_an_object_takes_its_older_ones_along_before_it(self):
        self.flow.action_pause_with("Outage")
        for number in range(15):
            self.arrive(f"old{number}")
        for number in range(3):
            self.arrive(f"a{number}", "order-a")
        self.flow.action_resume()
        self.arrive("a-new", "order-a")
        self.drain(self.flow)
        self.assertEqual([name for name in self.applied if name[0] == "a"], ["a0", "a1", "a2", "a-new"])
        self.assertLessEqual(len([name for name in self.applied if name[0] == "o"]), 2)

    def test_newest_of_an_object_stands_for_its_backlog(self):
        self.flow.full_state = True
        self.flow.action_pause_with("Outage")
        for number in range(15):
            self.arrive(f"old{number}")
        old = self.arrive("a0", "order-a")
        self.flow.action_resume()
        new = self.arrive("a-new", "order-a")
        self.drain(self.flow)
        self.assertEqual(self.applied[0], "a-new")
        self.assertEqual((old.state, old.superseded_by_id), ("done", new))

    def test_fresh_message_waits_for_a_blocked_one_of_its_object(self):
        self.flow.action_pause_with("Outage")
        blocked = self.arrive("blocked", "order-a")
        for number in range(15):
            self.arrive(f"old{number}")
        blocked._settle("blocked", error="no SKU")
        self.flow.action_resume()
        self.arrive("a-new", "order-a")
        self.drain(self.flow)
        self.assertNotIn("a-new", self.applied)

    def test_claim_takes_no_message_twice(self):
        self.outage(count=15, key="order-a")
        self.arrive("a-new", "order-a")
        self.arrive("new")
        self.env.flush_all()
        taken = claim(self.env.cr, self.flow, 10)
        self.assertEqual(len(taken.heads), len(set(taken.heads)))
        self.assertEqual(len(taken.heads), 2, "the oldest of the object, and the fresh one of another")

    def test_little_needs_no_stages_and_zero_switches_them_off(self):
        self.assertFalse(self.outage(count=12))
        self.drain(self.flow)
        self.flow.release_per_minute = 0
        self.backend.release_per_minute = 0
        self.assertFalse(self.outage(count=13))

    def test_second_outage_joins_the_release(self):
        release = self.outage()
        self.later(10)
        self.drain(self.flow)
        self.flow.action_pause_with("Again")
        newest = self.arrive("late")
        self.flow.action_resume()
        self.assertEqual(self.flow.release_id, release)
        self.assertEqual((release.until_id, release.total), (newest.id, 21))

    def test_operator_changes_the_pace_holds_it_and_lets_it_go(self):
        release = self.outage().with_user(self.operator)
        release.per_minute = 60
        self.drain(self.flow)
        self.assertEqual(len(self.applied), 10)
        release.action_hold()
        self.later(60)
        self.arrive("new")
        self.drain(self.flow)
        self.assertEqual(self.applied[10:], ["new"])
        release.action_go_on()
        self.drain(self.flow)
        self.assertEqual(len(self.applied), 21)
        acts = self.env["integration.audit"].search([("res_model", "=", release._name)], order="id").mapped("action")
        self.assertEqual(acts, ["release.change", "release.hold", "release.go_on"])

    def test_letting_all_go_ends_the_stages(self):
        release = self.outage().with_user(self.operator)
        release.action_let_go()
        self.drain(self.flow)
        self.assertEqual((len(self.applied), release.state), (20, "ended"))

    def test_by_hand_only_the_pace_can_be_changed(self):
        release = self.outage()
        viewer = new_test_user(self.env, login="release_viewer", groups="connector_base.group_viewer")
        with self.assertRaises(AccessError):
            release.with_user(self.operator).write({"until_id": 0})
        with self.assertRaises(ValidationError):
            release.with_user(self.operator).write({"per_minute": 0})
        for act in ("action_hold", "action_let_go"):
            with self.assertRaises(AccessError):
                getattr(release.with_user(viewer), act)()
        with self.assertRaises(AccessError):
            self.flow.with_user(viewer).action_stage_backlog()

    def test_backlog_that_waits_knowingly_raises_no_alert(self):
        self.outage()
        self.flow.freshness_minutes = 5
        self.env.cr.execute(
            "UPDATE integration_message SET received_at = received_at - interval '1 day' WHERE flow_id = %s",
            (self.flow.id,),
        )
        self.env.flush_all()
        self.env["integration.alert"]._cron_watch()
        self.assertFalse(self.env["integration.alert"].search([("backend_id", "=", self.backend.id)]))

    def test_partner_that_answers_again_after_an_outage_starts_a_release(self):
        for number in range(20):
            self.arrive(f"old{number}")
        gate = SharedGate(self.registry, self.backend.id, capacity=0, per_second=0, threshold=1, cooldown=0)
        gate.report(TransientError("HTTP 500"))
        gate.acquire(1)
        gate.report(None)
        self.flow.invalidate_recordset()
        self.assertFalse(self.flow.release_id, "a hiccup is no outage")
        gate.report(TransientError("HTTP 500"))
        self.env.cr.execute("UPDATE integration_gate SET down_since = down_since - 301")
        gate.acquire(1)
        gate.report(None)
        self.flow.invalidate_recordset()
        self.assertEqual(self.flow.release_id.total, 20)

    def test_drain_comes_back_for_the_backlog_by_itself(self):
        self.outage()
        self.env.flush_all()
        with patch.object(self.registry["integration.flow"], "_request_drain") as request:
            self.flow._wake_later()
            self.assertTrue(request.call_args.kwargs["eta"])
            self.flow.action_pause_with("Again")
            request.reset_mock()
            self.env.flush_all()
            self.flow._wake_later()
            self.assertFalse(request.called, "a paused one does not spin")
