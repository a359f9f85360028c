from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..lib.adapter import Call, CallResult
from ..lib.errors import (
    AmbiguousError,
    AuthError,
    ConflictError,
    PendingError,
    PermanentError,
    RateLimitedError,
    TransientError,
)
from .common import HubCase


@tagged("post_install", "-at_install")
class TestOutbound(HubCase):
    """The way out: intent, call, result; nothing done twice, nothing lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.out")
        model = cls.registry["integration.flow"]
        cls.settled = []
        cls.partner = cls.env["res.partner"].create({"name": "Subject"})
        for name, method in (
            ("_build_test_out", lambda flow, message: {"reference": message.key}),
            (
                "_settle_test_out",
                lambda flow, message, results: cls.settled.append(
                    [(call.key, result.external_id) for call, result in results]
                ),
            ),
        ):
            patcher = patch.object(model, name, method, create=True)
            patcher.start()
            cls.addClassCleanup(patcher.stop)

    def setUp(self):
        super().setUp()
        self.settled.clear()
        self.adapter.calls_for = lambda document: [Call(f"{document['reference']}:1", "create", b'{"a": 1}')]

    def emit(self, key="s1"):
        return self.env["integration.message"]._emit(self.flow, self.partner, key)

    def test_sent_once_and_settled(self):
        message = self.emit()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(self.settled, [[("s1:1", "ext-s1:1")]])
        self.assertEqual(message.call_ids.state, "done")

    def test_same_key_is_emitted_once(self):
        self.assertTrue(self.emit())
        self.assertFalse(self.emit())

    def test_message_is_written_in_the_transaction_of_the_business(self):
        own = patch.object(self.registry, "cursor", side_effect=AssertionError("a transaction of its own"))
        with own:
            self.assertTrue(self.emit())

    def test_switched_off_flow_emits_nothing(self):
        self.assertFalse(self.env["integration.message"]._emit(self.env["integration.flow"], self.partner, "x"))

    def test_nothing_left_to_send_is_done(self):
        message = self.emit()
        with patch.object(self.registry["integration.flow"], "_build_test_out", lambda flow, message: None):
            self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertFalse(self.adapter.sent)

    def test_server_error_is_retried_with_the_same_bytes_and_key(self):
        self.adapter.script = [TransientError("HTTP 500")]
        message = self.emit()
        self.drain(self.flow)
        self.assertEqual(message.state, "retry")
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(len(self.adapter.sent), 2)
        self.assertEqual(self.adapter.sent[0], self.adapter.sent[1])

    def test_timeout_after_it_worked_is_found_and_not_repeated(self):
        self.adapter.script = [AmbiguousError("read timeout")]
        self.adapter.found = {"s1:1": CallResult("found-1")}
        message = self.emit()
        self.drain(self.flow)
        self.assertEqual(message.state, "ambiguous")
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(len(self.adapter.sent), 1)
        self.assertEqual(self.settled, [[("s1:1", "found-1")]])

    def test_timeout_before_it_worked_is_looked_up_then_sent_again(self):
        self.adapter.script = [AmbiguousError("read timeout")]
        message = self.emit()
        self.drain(self.flow)
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(len(self.adapter.lookups), 1)
        self.assertEqual(len(self.adapter.sent), 2)

    def test_unknown_effect_that_cannot_be_looked_up_waits_for_a_person(self):
        self.adapter.script = [AmbiguousError("read timeout")]
        self.adapter.found = {"s1:1": AmbiguousError("no look-up offered")}
        message = self.emit()
        self.drain(self.flow)
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual(message.state, "ambiguous")
        self.assertFalse(message.next_at)
        self.assertTrue(self.exceptions("ambiguous"))
        self.assertEqual(len(self.adapter.sent), 1)
        message.action_confirm_done()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(len(self.adapter.sent), 1)
        self.assertFalse(self.exceptions("ambiguous"))

    def test_partner_that_is_at_work_is_asked_as_long_as_it_takes_and_told_once(self):
        self.flow.max_attempts = 2
        self.adapter.script = [PendingError("begun", retry_after=30)]
        message = self.emit()
        self.drain(self.flow)
        self.assertEqual((message.state, message.attempt_count), ("retry", 0))
        self.adapter.found = {"s1:1": PendingError("half of it", retry_after=30)}
        for __ in range(4):
            self.make_due(message)
            self.drain(self.flow)
            self.assertEqual((message.state, message.attempt_count), ("retry", 0))
        self.assertGreater(message.next_at, fields.Datetime.now() + timedelta(seconds=25))
        self.adapter.found = {"s1:1": CallResult("done-1")}
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(len(self.adapter.sent), 1)
        self.assertEqual(self.settled, [[("s1:1", "done-1")]])
        self.assertFalse(self.exceptions("ambiguous"))

    def test_person_says_it_did_not_work(self):
        self.adapter.script = [AmbiguousError("read timeout")]
        self.adapter.found = {"s1:1": AmbiguousError("no look-up offered")}
        message = self.emit()
        self.drain(self.flow)
        self.make_due(message)
        self.drain(self.flow)
        message.action_confirm_not_done()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(len(self.adapter.sent), 2)

    def test_worker_killed_between_call_and_record_looks_up_first(self):
        message = self.emit()
        calls = self.env["integration.call"]
        (call_id,) = calls._plan(message, self.adapter.calls_for({"reference": "s1"}))
        calls._record(call_id, "sending")  # and then the worker is gone
        self.adapter.found = {"s1:1": CallResult("done-before-the-kill")}
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertFalse(self.adapter.sent)
        self.assertEqual(self.settled, [[("s1:1", "done-before-the-kill")]])

    def test_call_is_on_record_as_being_sent_before_it_is_made(self):
        seen = []

        def look(call):
            with self.registry.cursor() as cr:
                cr.execute("SELECT state FROM integration_call WHERE call_key = %s", (call.key,))
                seen.append(cr.fetchone()[0])
            raise AmbiguousError("no answer")

        self.adapter.script = [look]
        self.emit()
        self.drain(self.flow)
        self.assertEqual(seen[:1], ["sending"])

    def test_worker_killed_after_the_result_settles_without_a_call(self):
        message = self.emit()
        calls = self.env["integration.call"]
        (call_id,) = calls._plan(message, self.adapter.calls_for({"reference": "s1"}))
        calls._record(call_id, "done", CallResult("ext-9", {"n": 1}))
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertFalse(self.adapter.sent or self.adapter.lookups)
        self.assertEqual(self.settled, [[("s1:1", "ext-9")]])

    def test_second_of_two_calls_fails_and_the_first_is_not_repeated(self):
        self.adapter.calls_for = lambda document: [
            Call("s1:reno", "create", b"1"),
            Call("s1:louisville", "create", b"2"),
        ]
        self.adapter.script = [None, TransientError("HTTP 503")]
        message = self.emit()
        self.drain(self.flow)
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual([call.key for call in self.adapter.sent], ["s1:reno", "s1:louisville", "s1:louisville"])

    def test_refusal_becomes_an_exception_and_replay_plans_afresh(self):
        self.adapter.script = [PermanentError("quantity exceeds what is open")]
        message = self.emit()
        self.drain(self.flow)
        self.assertEqual(message.state, "blocked")
        self.assertIn("quantity exceeds", self.exceptions("refused").cause)
        self.adapter.calls_for = lambda document: [Call("s1:1", "create", b'{"a": 2}')]
        message.action_replay()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(self.adapter.sent[-1].body, b'{"a": 2}')

    def test_conflict_is_planned_afresh(self):
        self.adapter.script = [ConflictError("changed meanwhile")]
        message = self.emit()
        self.drain(self.flow)
        self.assertEqual(message.state, "retry")
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual(message.state, "done")

    def test_failing_settlement_never_repeats_the_call(self):
        message = self.emit()
        with patch.object(self.registry["integration.flow"], "_settle_test_out", side_effect=RuntimeError("boom")):
            self.drain(self.flow)
        self.assertEqual(message.state, "retry")
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(len(self.adapter.sent), 1)

    def test_wrong_credentials_pause_the_backend_and_lose_nothing(self):
        self.adapter.script = [AuthError("HTTP 401")]
        message = self.emit()
        self.drain(self.flow)
        self.assertEqual(self.backend.state, "paused")
        self.assertTrue(self.exceptions("credentials"))
        self.assertEqual(message.state, "retry")
        self.assertEqual(message.attempt_count, 0)

    def test_new_credentials_let_what_waited_go_on_at_once(self):
        self.adapter.script = [AuthError("HTTP 401")]
        message = self.emit()
        self.drain(self.flow)
        self.backend.action_resume()
        self.assertFalse(self.exceptions("credentials"))
        self.drain(self.flow)
        self.assertEqual(message.state, "done")

    def test_rate_limit_is_obeyed_and_costs_no_try(self):
        self.adapter.script = [RateLimitedError("429", retry_after=120)]
        message = self.emit()
        self.drain(self.flow)
        self.assertEqual((message.state, message.attempt_count), ("retry", 0))
        wait = message.next_at - message.received_at
        self.assertGreaterEqual(wait.total_seconds(), 119)

    def test_copied_database_sends_nothing(self):
        self.backend.sudo().fingerprint = "of another place"
        message = self.emit()
        self.drain(self.flow)
        self.assertEqual(message.state, "pending")
        self.assertFalse(self.adapter.sent)
        self.backend.action_adopt_database()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")

    def test_ordered_by_object_when_the_first_is_blocked(self):
        self.adapter.script = [PermanentError("no")]
        first = self.env["integration.message"]._emit(self.flow, self.partner, "o1", business_key="order-1")
        second = self.env["integration.message"]._emit(self.flow, self.partner, "o2", business_key="order-1")
        self.drain(self.flow)
        self.assertEqual((first.state, second.state), ("blocked", "pending"))
