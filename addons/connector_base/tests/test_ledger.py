import contextlib
import json
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..drain.inbound import InboundWork
from ..lib.adapter import Incoming
from ..lib.errors import DataError, RateLimitedError, TransientError
from .common import HubCase


@tagged("post_install", "-at_install")
class TestLedger(HubCase):
    """The way in: kept once, applied once, one bad message never harms another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in", batch_size=8)
        cls.applied = []
        cls.busy = False
        patcher = patch.object(cls.registry["integration.flow"], "_handle_test_in", cls._handle, create=True)
        patcher.start()
        cls.addClassCleanup(patcher.stop)

    def setUp(self):
        super().setUp()
        self.applied.clear()

    @staticmethod
    def _handle(flow, batch):
        """Makes a partner of each document; what is marked bad raises or blocks."""
        for item in batch:
            document = item.documents[0]
            if document.get("raise"):
                flow.env["res.partner"].create({"name": "must not survive"})
                raise RuntimeError("boom")
            if document.get("user_error"):
                raise UserError("The price list is missing.")
            if document.get("wait"):
                raise RateLimitedError("slow down", retry_after=40)
            if document.get("defer") and TestLedger.busy:
                item.defer("Somebody is at it.")
                continue
            if document.get("block"):
                item.block("data", "Unknown SKU", "Map it", group_key=document["block"])
                continue
            partner = flow.env["res.partner"].create({"name": document["name"]})
            TestLedger.applied.append(document["name"])
            item.done(partner)

    def test_duplicate_key_is_one_message(self):
        first = self.receive(self.flow, {"name": "A"}, key="1")
        second = self.receive(self.flow, {"name": "A again"}, key="1")
        self.assertTrue(first)
        self.assertFalse(second)
        self.assertEqual(first.duplicate_count, 1)
        self.assertEqual(json.loads(first._raws()[first.id])["name"], "A")

    def test_message_is_applied_and_linked(self):
        message = self.receive(self.flow, {"name": "Ada"})
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(self.env[message.res_model].browse(message.res_id).name, "Ada")
        self.assertEqual(message.attempt_ids.mapped("outcome"), ["done"])

    def test_effect_and_settlement_come_and_go_together(self):
        message = self.receive(self.flow, {"name": "Half There"})
        died = patch.object(InboundWork, "_settle", side_effect=AssertionError("died"))
        # not assertRaises: Odoo's rolls back what the drain commits
        with died, contextlib.suppress(AssertionError):
            self.flow._drain_batch()
        self.env.invalidate_all()
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Half There")]))
        self.assertEqual(message.state, "retry")

    def test_deferred_message_stays_due_and_is_taken_again(self):
        TestLedger.busy = True
        deferred = self.receive(self.flow, {"name": "Later", "defer": True})
        other = self.receive(self.flow, {"name": "Now"})
        self.flow._drain_batch()
        self.env.invalidate_all()
        self.assertEqual((deferred.state, other.state), ("pending", "done"))
        self.assertEqual(deferred.attempt_count, 0)
        TestLedger.busy = False
        self.drain(self.flow)
        self.assertEqual(deferred.state, "done")
        self.assertEqual(deferred.attempt_ids.sorted("id").mapped("outcome"), ["retry", "done"])

    def test_bad_one_in_a_batch_leaves_its_neighbours_alone(self):
        messages = self.env["integration.message"]
        for number in range(7):
            document = {"name": f"N{number}"} | ({"raise": True} if number == 3 else {})
            messages |= self.receive(self.flow, document)
        self.drain(self.flow)
        states = [message.state for message in messages.sorted("id")]
        self.assertEqual(states, ["done"] * 3 + ["retry"] + ["done"] * 3)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "must not survive")]))

    def test_malformed_is_kept_and_in_exception_and_neighbours_go_through(self):
        bad = self.receive(self.flow, None, raw=b'{"name": ')
        good = self.receive(self.flow, {"name": "Good"})
        self.drain(self.flow)
        self.assertEqual((bad.state, good.state), ("blocked", "done"))
        self.assertEqual(bad._raws()[bad.id], b'{"name": ')
        self.assertEqual(self.exceptions("format").message_id, bad)

    def test_known_problem_blocks_and_replay_heals(self):
        message = self.receive(self.flow, {"name": "B", "block": "SKU-1"})
        self.drain(self.flow)
        exception = self.exceptions("data")
        self.assertEqual(message.state, "blocked")
        self.assertEqual(exception.cause, "Unknown SKU")
        self.assertEqual(exception.group_key, "SKU-1")
        self.adapter.decoder = lambda raw: {"name": "B"}
        message.action_replay()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(exception.state, "resolved")

    def test_what_odoo_tells_a_user_becomes_an_exception_at_once(self):
        message = self.receive(self.flow, {"name": "C", "user_error": True})
        self.drain(self.flow)
        self.assertEqual(message.state, "blocked")
        self.assertIn("price list", self.exceptions().cause)

    def test_unknown_trouble_is_retried_then_given_up_then_replayed(self):
        self.flow.max_attempts = 3
        message = self.receive(self.flow, {"name": "D", "raise": True})
        for number in range(3):
            self.drain(self.flow)
            self.assertEqual(message.attempt_count, number + 1)
            if message.state == "retry":
                self.assertGreaterEqual(message.next_at, message.received_at)
                self.make_due(message)
        self.assertEqual(message.state, "dead")
        self.assertTrue(self.exceptions("technical"))
        self.adapter.decoder = lambda raw: {"name": "D"}
        message.action_replay()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertFalse(self.exceptions("technical"))

    def test_being_asked_to_wait_never_kills_a_message(self):
        self.flow.max_attempts = 2
        message = self.receive(self.flow, {"name": "E", "wait": True})
        for __ in range(5):
            self.drain(self.flow)
            self.assertEqual(message.state, "retry")
            self.assertGreater(message.next_at, datetime.now() + timedelta(seconds=30))
            self.make_due(message)
        self.assertEqual(message.attempt_count, 0)

    def test_messages_of_one_object_stay_in_order(self):
        self.receive(self.flow, {"name": "first", "raise": True}, business_key="order-1")
        self.receive(self.flow, {"name": "second"}, business_key="order-1")
        self.receive(self.flow, {"name": "other"}, business_key="order-2")
        self.drain(self.flow)
        self.assertEqual(self.applied, ["other"])

    def test_newest_state_stands_for_the_older_ones(self):
        self.flow.full_state = True
        old = self.receive(self.flow, {"name": "old"}, business_key="order-1")
        new = self.receive(self.flow, {"name": "new"}, business_key="order-1")
        self.drain(self.flow)
        self.assertEqual(self.applied, ["new"])
        self.assertEqual((old.state, old.superseded_by_id), ("done", new))

    def test_newer_state_heals_an_older_blocked_one(self):
        self.flow.full_state = True
        old = self.receive(self.flow, {"name": "x", "block": "SKU-2"}, business_key="order-1")
        self.drain(self.flow)
        self.assertEqual(old.state, "blocked")
        self.receive(self.flow, {"name": "x"}, business_key="order-1")
        self.drain(self.flow)
        self.assertEqual(old.state, "done")
        self.assertFalse(self.exceptions())

    def test_message_that_kills_its_worker_three_times_is_quarantined(self):
        poison = self.receive(self.flow, {"name": "poison"})
        good = self.receive(self.flow, {"name": "good"})
        # what a killed worker leaves: attempts without an outcome, no lock
        for __ in range(3):
            self.env["integration.attempt"]._start([poison.id])
        self.drain(self.flow)
        self.assertEqual((poison.state, good.state), ("dead", "done"))
        self.assertEqual(self.exceptions("poison").message_id, poison)
        self.assertEqual(self.applied, ["good"])

    def test_suspect_is_taken_alone(self):
        suspect = self.receive(self.flow, {"name": "suspect"})
        self.env["integration.attempt"]._start([suspect.id])
        self.receive(self.flow, {"name": "n1"})
        self.receive(self.flow, {"name": "n2"})
        seen = []
        original = self._handle

        def watch(flow, batch):
            seen.append([item.documents[0]["name"] for item in batch])
            original(flow, batch)

        with patch.object(self.registry["integration.flow"], "_handle_test_in", watch):
            self.drain(self.flow)
        self.assertIn(["suspect"], seen)
        self.assertEqual(sorted(sum(seen, [])), ["n1", "n2", "suspect"])

    def test_paused_backend_keeps_its_messages(self):
        self.backend.action_pause_with("Stocktaking")
        message = self.receive(self.flow, {"name": "F"})
        self.drain(self.flow)
        self.assertEqual(message.state, "pending")
        self.backend.action_resume()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")

    def test_vanished_object_is_done_with_a_note(self):
        message = self.receive(self.flow, {"name": "G"})
        self.adapter.states = {message.id: None}
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertTrue(message.note)

    def test_failing_fetch_is_retried(self):
        message = self.receive(self.flow, {"name": "H"})
        with patch.object(type(self.adapter), "fetch", side_effect=TransientError("down")):
            self.drain(self.flow)
        self.assertEqual(message.state, "retry")
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual(message.state, "done")

    def test_decode_fault_of_ours_blocks_one_message_only(self):
        bad = self.receive(self.flow, {"name": "bad"})
        good = self.receive(self.flow, {"name": "good"})

        def decode(raw):
            document = json.loads(raw)
            if document["name"] == "bad":
                raise KeyError("nobody foresaw this")
            return document

        self.adapter.decoder = decode
        self.drain(self.flow)
        self.assertEqual((bad.state, good.state), ("blocked", "done"))

    def test_poll_receives_what_was_not_told_and_moves_its_window(self):
        self.flow.poll_minutes = 5
        known = self.receive(self.flow, {"name": "told"}, key="t1")
        incoming = [Incoming("test.in", key, json.dumps({"name": key}).encode(), key) for key in ("t1", "t2", "t3")]
        self.adapter.pages = [incoming[:2], incoming[2:]]
        before = datetime.now(timezone.utc)
        self.flow._job_poll()
        self.flow.invalidate_recordset()
        self.assertEqual(known.duplicate_count, 1)
        self.assertEqual(self.env["integration.message"].search_count([("flow_id", "=", self.flow.id)]), 3)
        first_end = self.flow.polled_until
        self.flow._job_poll()
        self.assertLess(self.adapter.window[0].replace(tzinfo=None), first_end)
        self.assertGreaterEqual(self.adapter.window[1], before.replace(microsecond=0))

    def test_failed_poll_leaves_the_window_where_it_was(self):
        with patch.object(type(self.adapter), "poll", side_effect=TransientError("down")):
            self.flow._job_poll()
        self.assertFalse(self.flow.polled_until)

    def test_unhandled_item_is_an_error_and_not_lost(self):
        message = self.receive(self.flow, {"name": "I"})
        with patch.object(self.registry["integration.flow"], "_handle_test_in", lambda flow, batch: None):
            # not assertRaises: Odoo's rolls back what the drain commits
            try:
                self.flow._drain_batch()
            except AssertionError as error:
                self.assertIn("open", str(error))
            else:
                self.fail("a handler that forgets a message went unnoticed")
        self.env.invalidate_all()
        self.assertEqual(message.state, "retry")

    def test_data_error_carries_its_category(self):
        message = self.receive(self.flow, {"name": "J"})

        def decode(raw):
            raise DataError("line 1 has no SKU", category="data", params={"group_key": "no-sku"})

        self.adapter.decoder = decode
        self.drain(self.flow)
        exception = self.exceptions("data")
        self.assertEqual(exception.group_key, "no-sku")
        self.assertEqual(exception.message_id, message)

    def test_same_cause_of_same_object_is_counted_not_repeated(self):
        message = self.receive(self.flow, {"name": "K", "block": "SKU-9"})
        self.drain(self.flow)
        message.action_replay()
        self.drain(self.flow)
        self.assertEqual(len(self.exceptions("data")), 1)
        self.assertEqual(self.exceptions("data").occurrences, 2)

    def test_batch_that_met_a_concurrent_creation_starts_afresh(self):
        """Two lanes create the same customer: the slower one finds it on its second look."""
        messages = [self.receive(self.flow, {"name": f"N{number}"}) for number in range(3)]
        tries = []

        def handle(flow, batch):
            tries.append(len(batch))
            if len(tries) == 1:
                flow.env.cr.execute(
                    "INSERT INTO integration_secret (backend_id, name, token)"
                    " VALUES (%(id)s, 'x', 'x'), (%(id)s, 'x', 'x')",
                    {"id": flow.backend_id.id},
                    log_exceptions=False,
                )
            self._handle(flow, batch)

        with patch.object(self.registry["integration.flow"], "_handle_test_in", handle):
            self.drain(self.flow)
        self.assertEqual(tries[:2], [3, 3])
        self.env.invalidate_all()
        self.assertEqual({message.state for message in messages}, {"done"})
