from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import HubCase


@tagged("post_install", "-at_install")
class TestTimeline(HubCase):
    """The story of a chain: complete, in order, cheap, and only for those who may see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        patcher = patch.object(cls.registry["integration.flow"], "_handle_test_in", cls._handle, create=True)
        patcher.start()
        cls.addClassCleanup(patcher.stop)
        cls.operator = new_test_user(cls.env, login="story_operator", groups="connector_base.group_operator")

    @staticmethod
    def _handle(flow, batch):
        for item in batch:
            item.subject = "#1"
            if item.documents[0].get("block"):
                item.block("data", "Unknown SKU", "Map it")
            else:
                item.done()

    def story(self, message, user=None):
        return self.env["integration.timeline"].with_user(user or self.operator).action_read(message.correlation_id)

    def blocked(self):
        message = self.receive(self.flow, {"block": True}, key="1", business_key="order-1")
        self.drain(self.flow)
        return message

    def test_what_came_what_stopped_it_who_helped_and_what_became_of_it(self):
        message = self.blocked()
        self.adapter.decoder = lambda raw: {}
        message.with_user(self.operator).action_replay()
        self.drain(self.flow)
        story = self.story(message)
        self.assertEqual(story["title"], "#1")
        titles = [entry["title"] for entry in story["entries"]]
        self.assertIn("received", titles[0])
        told = "\n".join(titles)
        for part in ("needs a person", "Exception: Unknown SKU", "Message replayed", "Decoded and applied", "Resolved"):
            self.assertIn(part, told)
        (act,) = [entry for entry in story["entries"] if entry["title"] == "Message replayed"]
        self.assertEqual(act["person"], self.operator.name)
        times = [entry["at"] for entry in story["entries"]]
        self.assertEqual(times, sorted(times))

    def test_later_messages_of_the_object_are_in_it(self):
        first = self.blocked()
        later = self.receive(self.flow, {}, key="2", business_key="order-1")
        self.assertNotEqual(first.correlation_id, later.correlation_id)
        for message in (first, later):
            told = {entry["res_id"] for entry in self.story(message)["entries"]}
            self.assertLessEqual({first.id, later.id}, told)

    def test_few_queries_however_long_the_chain(self):
        def opened(message):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.story(message)
            return self.env.cr.sql_log_count - before

        message = self.blocked()
        opened(message)
        short = opened(message)
        for number in range(30):
            self.receive(self.flow, {"n": number}, key=f"more-{number}", business_key="order-1")
            self.env["integration.attempt"]._start(message.ids)
        long = opened(message)
        self.assertLessEqual(long, short + 5)
        self.assertLessEqual(long, 40)

    def test_buttons_lead_to_it(self):
        message = self.blocked()
        exception = self.exceptions("data")
        for record in (message, exception):
            action = record.with_user(self.operator).action_open_story()
            self.assertEqual(action["params"]["correlation"], message.correlation_id)

    def test_not_for_other_companies_nor_outsiders(self):
        message = self.blocked()
        company = self.env["res.company"].create({"name": "Other"})
        other = new_test_user(
            self.env,
            login="story_other",
            groups="connector_base.group_admin",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertEqual(self.story(message, other)["entries"], [])
        with self.assertRaises(AccessError):
            self.story(message, new_test_user(self.env, login="story_nobody", groups="base.group_user"))
