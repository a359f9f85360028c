from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..lib.redact import MASK
from .common import HubCase

ADA = "ada@example.com"


@tagged("post_install", "-at_install")
class TestPerson(HubCase):
    """Found by the fingerprint of the address; forgotten with the identity kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        flow_class = cls.registry["integration.flow"]
        for patcher in (
            patch.object(flow_class, "_handle_test_in", cls._handle, create=True),
            patch.object(flow_class, "_search_terms", cls._terms),
            patch.object(flow_class, "_person_of", lambda self, raw: (ADA, "Ada Lovelace")),
        ):
            patcher.start()
            cls.addClassCleanup(patcher.stop)
        cls.admin = new_test_user(cls.env, login="forget_admin", groups="connector_base.group_admin")
        cls.manager = new_test_user(cls.env, login="forget_manager", groups="connector_base.group_manager")
        cls.operator = new_test_user(cls.env, login="forget_operator", groups="connector_base.group_operator")
        cls.partner = cls.env["res.partner"].create({"name": "Ada Lovelace", "email": ADA})

    @staticmethod
    def _handle(flow, batch):
        for item in batch:
            if item.documents[0].get("block"):
                item.block("data", "Ada Lovelace has no street")
            else:
                item.subject = "Ada Lovelace's order"
                item.done()

    @staticmethod
    def _terms(flow, documents, aliases):
        return [("email", document.get("email")) for document in documents]

    def order(self, key, email=ADA, business_key="", **values):
        message = self.receive(self.flow, {"email": email, **values}, key=key, business_key=business_key)
        self.drain(self.flow)
        return message

    def person(self, user=None):
        return self.env["integration.person"].with_user(user or self.admin)

    def test_finds_the_whole_story_and_nobody_elses(self):
        mine = self.order("1", business_key="order-1")
        later = self.order("2", email="", business_key="order-1")
        about = self.receive(self.flow, {"n": 3}, key="3")
        about._settle("done", record=self.partner)
        other = self.order("4", email="bob@example.com")
        exception = self.env["integration.exception"]._report(self.backend, "data", f"Two contacts have {ADA}")
        found = self.person(self.manager)._find("ADA@example.com")
        self.assertEqual(found.messages, mine | later | about)
        self.assertNotIn(other, found.messages)
        self.assertEqual((found.exceptions, found.partners), (exception, self.partner))

    def test_needs_the_right_and_is_on_record_without_the_address(self):
        self.order("1")
        with self.assertRaises(AccessError):
            self.person(self.operator)._find(ADA)
        with self.assertRaises(AccessError):
            self.person(self.manager)._forget(ADA)
        with self.assertRaises(UserError):
            self.person()._find("ada")
        self.person()._find(ADA)
        self.person()._forget(ADA, "Ada Lovelace")
        acts = self.env["integration.audit"].search([("user_id", "=", self.admin.id)])
        self.assertEqual(set(acts.mapped("action")), {"person.find", "person.forget", "message.forget"})
        told = " ".join(str(act[name]) for act in acts for name in ("res_name", "before", "after", "reason"))
        self.assertNotIn("ada@", told.lower())
        self.assertNotIn("Lovelace", told)
        self.assertIn("fingerprint", told)

    def test_forgets_what_is_settled_and_keeps_who_it_was(self):
        message = self.order("1")
        digest = message.digest
        resolved = self.env["integration.exception"]._report(
            self.backend, "data", "Ada Lovelace moved", message=message
        )
        resolved._resolve("Spoke to Ada Lovelace")
        opened = self.env["integration.exception"]._report(
            self.backend, "privacy", "Ada  Lovelace asks", f"Write to {ADA}"
        )
        self.env["integration.attempt"]._finish(
            {self.env["integration.attempt"]._start(message.ids)[message.id]: ("done", "", "5 Main Street")}
        )
        done = self.person()._forget(ADA, "Ada Lovelace")
        self.assertEqual(done, {"messages": 1, "exceptions": 2, "left": 0})
        self.assertEqual(message._raws()[message.id], b"")
        self.assertEqual((message.subject, message.digest, message.state), (f"{MASK}'s order", digest, "done"))
        self.assertFalse(any(message.attempt_ids.mapped("excerpt")))
        self.assertNotIn("Ada", f"{resolved.cause} {resolved.resolution}")
        self.assertEqual((opened.cause, opened.suggestion, opened.state), (f"{MASK} asks", f"Write to {MASK}", "open"))
        self.assertFalse(self.env["integration.term"].sudo().search([("message_id", "=", message.id)]))
        self.assertFalse(self.receive(self.flow, {"email": ADA}, key="1"), "a late duplicate is still known")
        self.assertFalse(self.person()._find(ADA).messages)

    def test_what_is_still_to_be_done_is_left_and_told(self):
        blocked = self.order("1", block=True)
        pending = self.order("2")
        pending._settle("retry", delay=600)
        wizard = self.env["integration.forget"].with_user(self.admin).create({"email": ADA})
        wizard.action_find()
        self.assertEqual(wizard.message_ids, blocked | pending)
        wizard.action_forget()
        self.assertIn("waiting for a person: 2.", wizard.outcome)
        self.assertTrue(all((blocked | pending)._raws().values()))
        self.assertFalse(wizard.email)

    def test_request_of_a_partner_leads_to_the_button(self):
        request = self.order("r")
        exception = self.env["integration.exception"]._report(
            self.backend, "privacy", "A customer's data is to be deleted.", message=request
        )
        for user in (self.operator, self.manager):
            with self.assertRaises(AccessError):
                exception.with_user(user).action_forget_person()
        action = exception.with_user(self.admin).action_forget_person()
        wizard = self.env["integration.forget"].with_user(self.admin).browse(action["res_id"])
        self.assertEqual((wizard.email, wizard.state), (ADA, "ask"))
        with self.assertRaises(UserError):
            wizard.action_forget()
        self.assertTrue(
            self.env["integration.audit"].search_count(
                [("action", "=", "message.payload_clear"), ("res_id", "=", request.id)]
            )
        )

    def test_another_company_forgets_nothing_of_ours(self):
        message = self.order("1")
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            login="forget_other",
            groups="connector_base.group_admin",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertEqual(self.person(user)._forget(ADA)["messages"], 0)
        self.person(user)._forget_records(message.sudo(), self.env["integration.exception"].sudo(), ADA)
        self.assertTrue(message._raws()[message.id])
