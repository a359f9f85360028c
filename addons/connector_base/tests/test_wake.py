import time
from unittest.mock import patch

from odoo.tests import tagged

from ..models import integration_flow
from ..models.integration_flow import LAST_LOOK, WAITING_HOLDS, wake_drain
from .common import HubCase


@tagged("post_install", "-at_install")
class TestWake(HubCase):
    """A message that is committed is seen by a drain, at the price of few looks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")

    def setUp(self):
        super().setUp()
        integration_flow._waiting_until.clear()
        self.addCleanup(integration_flow._waiting_until.clear)

    def jobs(self):
        return self.env["queue.job"].search([("identity_key", "=", f"integration:drain:{self.flow.id}")])

    def wake(self):
        wake_drain(self.env.cr, self.flow.id, "1")

    def test_burst_looks_once(self):
        self.wake()
        self.wake()
        with patch.object(integration_flow, "job_waits") as look:
            self.wake()
        look.assert_not_called()
        self.assertEqual(len(self.jobs()), 1)

    def test_a_drain_of_ones_own_is_not_trusted_before_it_was_seen(self):
        self.wake()
        with patch.object(integration_flow, "job_waits", return_value=True) as look:
            self.wake()
        look.assert_called_once()

    def test_trust_ends(self):
        self.wake()
        self.wake()
        self.jobs().state = "started"
        self.env.flush_all()
        time.sleep(WAITING_HOLDS)
        self.wake()
        self.assertEqual(len(self.jobs()), 2)

    def test_last_look_comes_after_all_trust_in_the_drain(self):
        looks = []
        begun = time.monotonic()

        def nothing_due(flow):
            looks.append(time.monotonic() - begun)
            return 0

        with patch.object(type(self.flow), "_drain_batch", nothing_due):
            self.flow._job_drain()
        self.assertGreaterEqual(looks[-1], LAST_LOOK)
        self.assertEqual(len(looks), 2)
        self.assertGreater(LAST_LOOK, WAITING_HOLDS)
