from unittest.mock import patch

from odoo.tests import tagged

from ..lib.errors import CircuitOpenError, RateLimitedError, TransientError
from ..models.integration_gate import SharedGate
from .common import HubCase


@tagged("post_install", "-at_install")
class TestPolicy(HubCase):
    """Limiter, breaker, fingerprint and sweeper on the database."""

    def gate(self, **values):
        options = {"capacity": 0, "per_second": 0, "threshold": 3, "cooldown": 60, **values}
        return SharedGate(self.registry, self.backend.id, **options)

    def test_limiter_is_shared_by_all_workers(self):
        one, other = (self.gate(capacity=2, per_second=0.01) for __ in range(2))
        one.acquire(1)
        other.acquire(1)
        with self.assertRaises(RateLimitedError) as caught:
            one.acquire(1)
        self.assertGreater(caught.exception.retry_after, 50)

    def test_partner_figures_lower_the_level(self):
        gate = self.gate()
        gate.acquire(1)
        gate.observe(available=10, maximum=1000, per_second=1)
        with self.assertRaises(RateLimitedError):
            gate.acquire(500)

    def test_short_wait_is_slept(self):
        gate = self.gate(capacity=1, per_second=50)
        with patch("odoo.addons.connector_base.models.integration_gate.time.sleep") as sleep:
            gate.acquire(1)
            gate.acquire(1)
        self.assertTrue(sleep.called)
        self.assertLess(sleep.call_args.args[0], 0.1)

    def test_breaker_opens_after_failures_in_a_row_and_probes(self):
        gate = self.gate()
        for __ in range(3):
            gate.acquire(1)
            gate.report(TransientError("HTTP 500"))
        with self.assertRaises(CircuitOpenError):
            self.gate().acquire(1)
        self.env.cr.execute(
            "UPDATE integration_gate SET breaker_since = breaker_since - 100 WHERE backend_id = %s", (self.backend.id,)
        )
        probe = self.gate()
        probe.acquire(1)
        with self.assertRaises(RateLimitedError):
            self.gate().acquire(1)  # one probe at a time
        probe.report(None)
        self.gate().acquire(1)

    def test_rate_limits_do_not_open_the_breaker(self):
        gate = self.gate()
        for __ in range(10):
            gate.acquire(1)
            gate.report(RateLimitedError("429"))
        gate.acquire(1)

    def test_sweeper_asks_for_drains_of_what_was_left_behind(self):
        flow = self.make_flow("test.in")
        self.receive(flow, {"name": "left behind"})
        model = self.registry["integration.flow"]
        asked = []
        self.env.flush_all()
        with patch.object(model, "_request_drain", lambda flows, eta=None: asked.extend(flows.ids)):
            self.env["integration.flow"]._cron_sweep()
        self.assertIn(flow.id, asked)

    def test_new_address_makes_credentials_void(self):
        self.backend._set_secret("token", "s3cret-value")
        self.backend.base_url = "https://elsewhere.example.com"
        self.assertEqual(self.backend._secret("token"), "")

    def test_connect_refuses_a_failing_check(self):
        from odoo.exceptions import UserError

        from ..lib.adapter import Check

        self.backend.state = "draft"
        with (
            patch.object(type(self.adapter), "check", lambda adapter: [Check("Scopes", False, "read_orders")]),
            self.assertRaisesRegex(UserError, "read_orders"),
        ):
            self.backend.action_connect()
        self.backend.action_connect()
        self.assertEqual(self.backend.state, "running")

    def test_purge_clears_payloads_and_keeps_identity(self):
        flow = self.make_flow("test.in")
        message = self.receive(flow, {"name": "old"}, key="k1")
        message._settle("done")
        self.env.cr.execute(
            "UPDATE integration_message SET settled_at = settled_at - interval '1 year' WHERE id = %s", (message.id,)
        )
        self.retain()
        self.assertEqual(message._raws()[message.id], b"")
        self.assertFalse(self.receive(flow, {"name": "old"}, key="k1"))
