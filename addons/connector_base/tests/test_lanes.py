from pathlib import Path

from odoo.tests import tagged

from odoo.addons.queue_job.jobrunner.channels import ChannelManager

from ..lib.errors import CircuitOpenError, RateLimitedError
from ..models.integration_flow import CHANNELS
from ..models.integration_gate import SharedGate
from .common import HubCase

ROOT = Path(__file__).resolve().parents[3]


@tagged("post_install", "-at_install")
class TestLanes(HubCase):
    """A storm in tier 2 delays tier 1 neither in the job queue nor at the partner's limit."""

    def channel_settings(self):
        """The ``channels`` lines that the sample configuration offers."""
        lines = (ROOT / "odoo.conf.sample").read_text(encoding="utf-8").splitlines()
        return [line.partition("channels = ")[2].strip() for line in lines if "channels = root" in line]

    def test_job_of_tier_one_starts_at_once_while_thousands_of_tier_two_wait(self):
        settings = self.channel_settings()
        self.assertEqual(len(settings), 2, "both samples")
        for line in settings:
            manager = ChannelManager()
            manager.simple_configure(line)
            for number in range(2000):
                manager.notify("db", CHANNELS["2"], f"storm{number}", number, number, 10, None, "pending")
            running = [job.uuid for job in manager.get_jobs_to_run(1)]
            self.assertEqual(len(running), 1, line)
            manager.notify("db", CHANNELS["1"], "urgent", 9999, 9999, 10, None, "pending")
            self.assertEqual([job.uuid for job in manager.get_jobs_to_run(2)], ["urgent"], line)

    def test_jobs_of_a_flow_go_to_the_lane_of_its_tier(self):
        for tier, code in (("1", "fast.in"), ("2", "slow.in")):
            flow = self.make_flow(code, tier=tier)
            flow._request_drain()
            self.env.cr.postcommit.run()
            job = self.env["queue.job"].search([("identity_key", "=", f"integration:drain:{flow.id}")])
            self.assertEqual(job.channel, CHANNELS[tier])

    def test_traffic_of_tier_two_leaves_a_part_of_the_limit_to_tier_one(self):
        self.backend.write({"rate_capacity": 4, "rate_per_second": 0.001})
        gates = self.env["integration.gate"]
        slow = gates.with_context(integration_tier="2")._for(self.backend)
        slow.acquire(1)
        slow.acquire(1)
        with self.assertRaises(RateLimitedError):
            slow.acquire(1)
        urgent = gates.with_context(integration_tier="1")._for(self.backend)
        urgent.acquire(1)
        urgent.acquire(1)

    def test_work_of_a_flow_is_done_in_its_tier(self):
        flow = self.make_flow("slow.in", tier="2")
        self.assertEqual(flow._working_flow(self.env.cr).env.context["integration_tier"], "2")

    def test_partner_that_asks_one_call_to_wait_gets_no_other_call(self):
        def gate():
            return SharedGate(self.registry, self.backend.id, capacity=0, per_second=0, threshold=3, cooldown=60)

        first = gate()
        first.acquire(1)
        first.report(RateLimitedError("HTTP 429", retry_after=120))
        with self.assertRaises(RateLimitedError) as caught:
            gate().acquire(1)
        self.assertNotIsInstance(caught.exception, CircuitOpenError)
        self.assertAlmostEqual(caught.exception.retry_after, 120, delta=5)
        self.env.cr.execute("UPDATE integration_gate SET held_until = held_until - 121")
        gate().acquire(1)
