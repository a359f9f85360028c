import json
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..drain.claim import claim
from .common import HubCase


@tagged("post_install", "-at_install")
class TestBulkReplay(HubCase):
    """Many messages again: at the rate, each once, stoppable, with the result counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in", batch_size=8)
        patcher = patch.object(cls.registry["integration.flow"], "_handle_test_in", cls._handle, create=True)
        patcher.start()
        cls.addClassCleanup(patcher.stop)
        for role in ("viewer", "operator", "manager"):
            user = new_test_user(cls.env, login=f"bulk_{role}", groups=f"connector_base.group_{role}")
            setattr(cls, role, user)
        cls.replays = cls.env["integration.replay"]

    def setUp(self):
        super().setUp()
        # only ``tick`` lets time pass: on a busy machine a second more would hand out one message more
        clock = freeze_time(fields.Datetime.now())
        clock.start()
        self.addCleanup(clock.stop)

    @staticmethod
    def _handle(flow, batch):
        for item in batch:
            if item.documents[0].get("block"):
                item.block("data", "Still unknown")
            else:
                item.done()

    def dead(self, count, **document):
        """Messages that were given up."""
        messages = self.env["integration.message"]
        for number in range(count):
            messages |= self.receive(self.flow, {"n": number, **document}, key=f"{document}-{number}")
        messages._settle("dead", error="boom")
        return messages

    def tick(self, replay, seconds=5):
        """Let time pass, and do what the job does."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE integration_replay SET paced_until = paced_until - %s * interval '1 second' WHERE id = %s",
            (seconds, replay.id),
        )
        replay._job_tick()
        self.env.invalidate_all()

    def test_selection_by_domain_takes_what_can_be_replayed_only(self):
        messages = self.dead(3)
        messages[0]._settle("done")
        other = self.receive(self.flow, {"n": 9}, key="other")
        other._settle("blocked", error="no SKU")
        replay = self.replays._start([("id", "in", (messages | other).ids)], "The shop answers again")
        self.assertEqual(replay.total, 3)
        self.assertEqual(replay.item_ids.message_id, messages[1:] | other)
        entry = self.env["integration.audit"].search([("action", "=", "replay.start"), ("res_id", "=", replay.id)])
        self.assertEqual(entry.reason, "The shop answers again")
        self.assertEqual(json.loads(entry.after)["messages"], 3)

    def test_nothing_or_no_reason_is_said(self):
        messages = self.dead(1)
        with self.assertRaises(UserError):
            self.replays._start(messages, " ")
        messages._settle("done")
        with self.assertRaises(UserError):
            self.replays._start(messages, "again")

    def test_rate_is_kept_and_results_are_counted(self):
        good, bad = self.dead(10), self.dead(4, block=True)
        replay = self.replays._start(good | bad, "again", rate=60)
        self.tick(replay)
        self.assertEqual(replay.sent_count, 5, "five seconds are worth five messages")
        self.assertEqual(len((good | bad).filtered(lambda m: m.state == "pending")), 5)
        self.tick(replay, seconds=600)
        self.assertLessEqual(replay.sent_count, 16, "a late tick catches up on little only")
        self.drain(self.flow)
        for __ in range(4):
            self.tick(replay)
            self.drain(self.flow)
        self.tick(replay)
        self.assertEqual((replay.done_count, replay.blocked_count), (10, 4))
        self.assertEqual((replay.state, replay.progress, replay.open_count), ("done", 100.0, 0))
        self.assertTrue(replay.ended_at)

    def test_each_message_is_handed_out_once_also_after_a_kill(self):
        messages = self.dead(6)
        replay = self.replays._start(messages, "again", rate=60)
        killed = patch.object(self.registry["integration.replay"], "_mark", side_effect=SystemExit)
        with killed, self.assertRaises(SystemExit), self.env.cr.savepoint():
            self.tick(replay)
        self.env.invalidate_all()
        self.assertEqual(set(messages.mapped("state")), {"dead"}, "killed before the commit: nothing happened")
        self.tick(replay)
        self.drain(self.flow)
        self.tick(replay)
        self.drain(self.flow)
        self.tick(replay)
        self.assertEqual(replay.done_count, 6)
        self.assertEqual(set(messages.mapped("attempt_count")), {1})
        self.assertEqual(len(messages.attempt_ids), 6)

    def test_message_settled_by_somebody_else_is_left_out(self):
        messages = self.dead(2)
        replay = self.replays._start(messages, "again", rate=60)
        messages[0]._settle("cancelled")
        self.tick(replay)
        self.assertEqual((replay.skipped_count, replay.sent_count), (1, 1))
        self.assertEqual(messages[0].state, "cancelled")

    def test_paused_hands_out_nothing_and_goes_on(self):
        messages = self.dead(12)
        replay = self.replays._start(messages, "again", rate=60).with_user(self.operator)
        with self.assertRaises(AccessError):
            replay.action_pause()
        replay = self.replays.with_user(self.operator)._start(self.dead(12, x=1), "mine", rate=60)
        replay.action_pause()
        self.tick(replay)
        self.assertEqual((replay.state, replay.sent_count), ("paused", 0))
        replay.action_resume()
        self.tick(replay)
        self.assertEqual(replay.sent_count, 5)

    def test_stopped_leaves_the_rest_as_it_was(self):
        messages = self.dead(12)
        replay = self.replays._start(messages, "again", rate=60)
        self.tick(replay)
        replay.with_user(self.manager).action_cancel()
        self.tick(replay)
        self.drain(self.flow)
        self.tick(replay)
        self.assertEqual((replay.state, replay.sent_count, replay.skipped_count), ("cancelled", 5, 7))
        self.assertEqual(replay.done_count, 5, "what was handed out is still counted")
        self.assertEqual(len(messages.filtered(lambda m: m.state == "dead")), 7)
        acts = self.env["integration.audit"].search([("res_model", "=", replay._name), ("res_id", "=", replay.id)])
        self.assertEqual(set(acts.mapped("action")), {"replay.start", "replay.cancel"})

    def test_fresh_traffic_goes_first(self):
        old = self.dead(3)
        replay = self.replays._start(old, "again", rate=600)
        self.tick(replay)
        fresh = self.receive(self.flow, {"n": 1}, key="fresh")
        self.assertGreater(fresh.id, max(old.ids))
        self.assertEqual(claim(self.env.cr, self.flow, 2).heads, [fresh.id, old.ids[0]])

    def test_never_more_than_a_minute_under_way(self):
        messages = self.dead(30)
        replay = self.replays._start(messages, "again", rate=12)
        for __ in range(20):
            self.tick(replay, seconds=10)
        self.assertEqual(replay.sent_count, 12, "the workers do not follow: it waits for them")

    def test_cron_takes_up_what_a_kill_interrupted(self):
        replay = self.replays._start(self.dead(1), "again")
        with patch.object(self.registry["integration.replay"], "_request_tick", autospec=True) as asked:
            self.replays._cron_watch()
        self.assertIn(replay, asked.call_args.args[0])

    def test_wizard_counts_and_starts(self):
        messages = self.dead(3)
        wizard = self.env["integration.replay.start"].with_user(self.manager)
        filtered = wizard.create({"flow_id": self.flow.id, "reason": "again"})
        self.assertEqual(filtered.count, 3)
        with self.assertRaises(AccessError):
            wizard.with_user(self.operator).create({"flow_id": self.flow.id, "reason": "mine"}).action_start()
        action = filtered.action_start()
        self.assertEqual(self.replays.browse(action["res_id"]).total, 3)
        chosen = (
            self.env["integration.replay.start"]
            .with_user(self.operator)
            .with_context(active_model="integration.message", active_ids=messages[:2].ids)
            .create({"reason": "again"})
        )
        self.assertEqual(chosen.count, 2)
        self.assertEqual(self.replays.browse(chosen.action_start()["res_id"]).total, 2)

    def test_other_company_sees_no_replay(self):
        replay = self.replays._start(self.dead(1), "again")
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            login="bulk_other",
            groups="connector_base.group_admin",
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )
        for record in (replay, replay.item_ids):
            self.assertFalse(record.with_user(user).search([("id", "in", record.ids)]))
