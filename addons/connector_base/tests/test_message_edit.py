import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..lib.redact import MASK
from .common import HubCase

DOCUMENT = {"sku": "WRONG", "total": 50, "customer": {"name": "Ada Lovelace", "email": "ada@example.com"}}


@tagged("post_install", "-at_install")
class TestMessageEdit(HubCase):
    """Corrected without seeing personal data, by two people above a value, original kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        cls.applied = []
        flow_class = cls.registry["integration.flow"]
        for patcher in (
            patch.object(flow_class, "_handle_test_in", cls._handle, create=True),
            patch.object(flow_class, "_worth", lambda self, documents: documents[0].get("total")),
        ):
            patcher.start()
            cls.addClassCleanup(patcher.stop)
        for role in ("viewer", "operator", "manager"):
            user = new_test_user(cls.env, login=f"edit_{role}", groups=f"connector_base.group_{role}")
            setattr(cls, role, user)
        cls.second = new_test_user(cls.env, login="edit_second", groups="connector_base.group_manager")
        cls.backend.edit_limit = 100

    def setUp(self):
        super().setUp()
        self.applied.clear()
        self.message = self.receive(self.flow, DOCUMENT, key="1")
        self.drain(self.flow)
        self.assertEqual(self.message.state, "blocked")

    @staticmethod
    def _handle(flow, batch):
        for item in batch:
            if item.documents[0]["sku"] == "WRONG":
                item.block("data", "Unknown SKU")
            else:
                TestMessageEdit.applied.append(item.documents[0])
                item.done()

    def correct(self, user, **values):
        """A draft in which somebody changed some values."""
        action = self.message.with_user(user).action_correct()
        edit = self.env["integration.message.edit"].with_user(user).browse(action["res_id"])
        shown = json.loads(edit.text)
        edit.write({"text": json.dumps({**shown, **values}), "reason": "The customer mistyped it"})
        return edit

    def test_operator_corrects_without_seeing_personal_data(self):
        edit = self.correct(self.operator, sku="RIGHT")
        self.assertNotIn("Ada", edit.text)
        self.assertIn('+  "sku": "RIGHT"', edit.diff)
        self.assertNotIn("Ada", edit.diff)
        edit.action_submit()
        self.assertEqual((edit.state, edit.worth), ("replayed", 50))
        self.drain(self.flow)
        self.assertEqual(self.message.state, "done")
        self.assertEqual(self.applied, [{**DOCUMENT, "sku": "RIGHT"}])
        original = self.message._raws()[self.message.id]
        self.assertEqual(json.loads(original), DOCUMENT, "what was received stays")
        entry = self.env["integration.audit"].search([("action", "=", "message.edit_replay")])
        self.assertEqual((entry.user_id, entry.res_id), (self.operator, self.message.id))
        self.assertEqual(json.loads(entry.after)["worth"], 50)

    def test_corrected_personal_data_outlives_another_change(self):
        person = {**DOCUMENT["customer"], "email": "ada@new.example"}
        edit = self.correct(self.operator, customer=person)
        self.assertNotIn("ada@new.example", edit.text + edit.diff)
        self.assertIn("(changed)", edit.diff)
        edit.text = json.dumps({**json.loads(edit.text), "sku": "RIGHT"})
        self.assertIn("(changed)", edit.diff)
        edit.action_submit()
        self.drain(self.flow)
        self.assertEqual(self.applied, [{**DOCUMENT, "sku": "RIGHT", "customer": {**person, "name": "Ada Lovelace"}}])

    def test_above_the_limit_a_second_person_approves(self):
        edit = self.correct(self.manager, sku="RIGHT", total=150)
        edit.action_submit()
        self.assertEqual((edit.state, self.message.state), ("waiting", "blocked"))
        for wrong in (self.manager, self.operator):
            with self.assertRaises(AccessError):
                edit.with_user(wrong).action_approve()
        edit.with_user(self.second).action_approve()
        self.assertEqual((edit.state, edit.approver_id), ("replayed", self.second))
        self.drain(self.flow)
        self.assertEqual(self.applied[0]["total"], 150)

    def test_making_it_cheaper_does_not_avoid_the_second_person(self):
        self.message.edit_id = False
        self.env.cr.execute(
            "UPDATE integration_message SET raw = %s WHERE id = %s",
            (json.dumps({**DOCUMENT, "total": 5000}).encode(), self.message.id),
        )
        edit = self.correct(self.operator, sku="RIGHT", total=1)
        edit.action_submit()
        self.assertEqual(edit.state, "waiting")

    def test_unknown_value_needs_a_second_person(self):
        with patch.object(self.registry["integration.flow"], "_worth", lambda self, documents: None):
            edit = self.correct(self.operator, sku="RIGHT")
            edit.action_submit()
        self.assertEqual(edit.state, "waiting")

    def test_refused_with_a_reason(self):
        edit = self.correct(self.operator, sku="RIGHT", total=150)
        edit.action_submit()
        mine = edit.with_user(self.manager)
        with self.assertRaises(UserError):
            mine.action_refuse()
        mine.decision_note = "The customer meant something else"
        mine.action_refuse()
        self.assertEqual((edit.state, self.message.state), ("refused", "blocked"))
        with self.assertRaises(UserError):
            mine.action_approve()

    def test_handed_in_or_somebody_elses_cannot_be_changed(self):
        edit = self.correct(self.operator, sku="RIGHT", total=150)
        with self.assertRaises(AccessError):
            edit.with_user(self.manager).text = "{}"
        with self.assertRaises(AccessError):
            edit.state = "replayed"
        edit.action_submit()
        with self.assertRaises(AccessError):
            edit.text = "{}"

    def test_what_makes_no_sense_is_said(self):
        edit = self.correct(self.operator)
        with self.assertRaises(UserError):
            edit.action_submit()
        with self.assertRaises(UserError):
            edit.text = "{broken"
        with self.assertRaises(UserError):
            edit.text = json.dumps({**DOCUMENT, "phone": MASK})
        with self.assertRaises(AccessError):
            self.message.with_user(self.viewer).action_correct()

    def test_message_that_moved_on_is_not_reopened(self):
        edit = self.correct(self.operator, sku="RIGHT")
        self.message._settle("cancelled")
        with self.assertRaises(UserError):
            edit.action_submit()
        self.assertEqual(self.message.state, "cancelled")

    def test_two_people_share_one_correction(self):
        edit = self.correct(self.operator, sku="RIGHT")
        action = self.message.with_user(self.manager).action_correct()
        self.assertEqual(action["res_id"], edit.id)

    def test_back_to_the_original(self):
        edit = self.correct(self.operator, sku="WRONG", total=60)
        edit.action_submit()
        self.drain(self.flow)
        self.assertEqual((self.message.state, self.message.edit_id), ("blocked", edit))
        self.message.with_user(self.operator).action_use_original()
        self.assertFalse(self.message.edit_id)

    def test_goes_with_the_payload_when_that_is_cleared(self):
        edit = self.correct(self.operator, sku="RIGHT")
        edit.action_submit()
        self.drain(self.flow)
        self.env.cr.execute("UPDATE integration_message SET settled_at = '2020-01-01'")
        self.retain()
        self.assertEqual(edit._bytes(), (b"", b""))


@tagged("post_install", "-at_install")
class TestReplayDone(HubCase):
    """Replaying what is done changes nothing: the partner is not called a second time."""

    def test_done_outgoing_message_is_not_sent_again(self):
        from ..lib.adapter import Call

        flow = self.make_flow("test.out")
        self.adapter.calls_for = lambda document: [Call("call-1", "ship", b"{}")]
        settled = []
        flow_class = self.registry["integration.flow"]
        with (
            patch.object(flow_class, "_build_test_out", lambda self, message: {"n": 1}, create=True),
            patch.object(flow_class, "_settle_test_out", lambda self, *args: settled.append(1), create=True),
        ):
            message = self.env["integration.message"]._emit(flow, None, "out-1")
            self.drain(flow)
            self.assertEqual((message.state, len(self.adapter.sent)), ("done", 1))
            message.action_replay()
            self.drain(flow)
        self.assertEqual((message.state, len(self.adapter.sent)), ("done", 1))

    def test_cancelled_and_waiting_cannot_be_replayed(self):
        message = self.receive(self.make_flow("test.in"), {"n": 1})
        with self.assertRaises(UserError):
            message.action_replay()
        message._settle("cancelled")
        with self.assertRaises(UserError):
            message.action_replay()
