from unittest.mock import patch

from odoo.tests import tagged

from .common import HubCase


@tagged("post_install", "-at_install")
class TestPoison(HubCase):
    """Objects that kill their worker are put aside, whichever of their messages does it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in", batch_size=8, full_state=True)
        cls.handle_as_wished("test.in")

    def kill(self, message, times=3):
        """What killed workers leave: attempts without an outcome, no lock."""
        for __ in range(times):
            self.env["integration.attempt"]._start([message.id])

    def arrive(self, name, key="order-1"):
        return self.receive(self.flow, {"name": name}, business_key=key)

    def test_older_messages_go_aside_with_the_newest_that_kills(self):
        old, new = self.arrive("old"), self.arrive("new")
        good = self.arrive("good", "order-2")
        self.kill(new)
        self.drain(self.flow)
        self.assertEqual((old.state, new.state, good.state), ("dead", "dead", "done"))
        self.assertEqual(self.applied, ["good"])
        self.assertEqual(self.exceptions("poison").message_id, new)

    def test_later_message_of_the_object_kills_no_further_worker(self):
        poison = self.arrive("poison")
        self.kill(poison)
        self.drain(self.flow)
        later = self.arrive("later")
        self.drain(self.flow)
        self.assertEqual((poison.state, later.state), ("dead", "dead"))
        self.assertEqual(self.applied, [])
        self.assertEqual(self.exceptions("poison").occurrences, 2)

    def test_replay_of_one_message_lets_the_object_go_on(self):
        poison = self.arrive("poison")
        self.kill(poison)
        self.drain(self.flow)
        later = self.arrive("later")
        self.drain(self.flow)
        self.exceptions("poison").action_replay()
        self.drain(self.flow)
        self.assertEqual((poison.state, later.state), ("done", "done"))
        self.assertEqual(self.applied, ["later"])
        self.assertFalse(self.exceptions("poison"))

    def test_suspect_takes_no_neighbour_with_it(self):
        self.kill(self.arrive("suspect"), times=1)
        self.arrive("newer")
        self.arrive("neighbour", "order-2")
        seen = []
        original = self.registry["integration.flow"]._handle_test_in

        def watch(flow, batch):
            seen.append([item.documents[0]["name"] for item in batch])
            original(flow, batch)

        with patch.object(self.registry["integration.flow"], "_handle_test_in", watch):
            self.drain(self.flow)
        self.assertEqual(seen, [["neighbour"], ["newer"]])

    def test_messages_without_an_object_share_no_blame(self):
        self.kill(self.arrive("poison", ""))
        other = self.arrive("other", "")
        self.drain(self.flow)
        self.assertEqual(other.state, "done")
