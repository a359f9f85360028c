"""The metrics: only for who has the token, and in a form that Prometheus takes."""

import re

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import HubHttpCase

SAMPLE = re.compile(r'^[a-z_]+(\{[a-z_]+="(\\.|[^"\\])*"(,[a-z_]+="(\\.|[^"\\])*")*\})? -?[0-9.e+-]+$')
URL = "/integration/metrics"


@tagged("post_install", "-at_install")
class TestMetrics(HubHttpCase):
    """Over HTTP, as a scraper asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        cls.metrics = cls.env["integration.metrics"]

    def scrape(self, token=None):
        return self.url_open(URL, headers={"Authorization": f"Bearer {token}"} if token else {})

    def test_off_by_default(self):
        self.assertEqual(self.scrape("anything").status_code, 404)

    def test_no_or_a_wrong_token_gets_nothing(self):
        self.metrics._set_token("right-token")
        for token in (None, "wrong-token", "right-token2"):
            answer = self.scrape(token)
            self.assertEqual(answer.status_code, 401)
            self.assertNotIn("integration_", answer.text)
        self.assertEqual(self.scrape("right-token").status_code, 200)
        self.metrics._set_token("")
        self.assertEqual(self.scrape("right-token").status_code, 404)

    def test_the_token_is_not_kept(self):
        self.metrics._set_token("right-token")
        kept = self.env["ir.config_parameter"].search([("key", "like", "integration.")]).mapped("value")
        self.assertNotIn("right-token", " ".join(kept))

    def test_what_it_says(self):
        self.backend.name = 'Shop "A"\\B'
        for number in range(3):
            message = self.receive(self.flow, {"email": "ada@example.com"}, key=f"k{number}")
        message._settle("done")
        self.receive(self.flow, {}, key="k1")
        self.env["integration.exception"]._report(self.backend, "data", "Ada Lovelace has no address")
        self.env.flush_all()
        self.env["integration.rollup"]._cron_look()
        self.metrics._set_token("right-token")
        answer = self.scrape("right-token")
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        text = answer.text
        labels = r'company="[^"]*",backend="Shop \\"A\\"\\\\B",flow="test.in",tier="1"'
        self.assertRegex(text, rf"integration_received_total{{{labels}}} 3\n")
        self.assertRegex(text, rf"integration_duplicates_total{{{labels}}} 1\n")
        self.assertRegex(text, rf'integration_latency_seconds_bucket{{{labels},le="\+Inf"}} 1\n')
        self.assertRegex(text, rf"integration_latency_seconds_count{{{labels}}} 1\n")
        self.assertRegex(text, r'integration_queue_depth{[^}]*backend="Shop[^}]*tier="1"} 2\n')
        self.assertRegex(text, r'integration_exceptions_open{[^}]*backend="Shop[^}]*category="data"} 1\n')
        self.assertNotIn("Ada", text)
        self.assertNotIn("ada@", text)

    def test_every_line_is_well_formed(self):
        self.receive(self.flow, {"object": 1})
        self.env.flush_all()
        self.env["integration.rollup"]._cron_look()
        named = set()
        for line in self.metrics._exposition().splitlines():
            if line.startswith("# TYPE "):
                name = line.split()[2]
                self.assertNotIn(name, named, "a name has its samples in one group")
                named.add(name)
            elif not line.startswith("# HELP "):
                self.assertRegex(line, SAMPLE)

    def test_only_an_administrator_makes_a_token(self):
        manager = new_test_user(
            self.env, login="metrics_manager", groups="connector_base.group_manager,base.group_system"
        )
        manager.group_ids -= self.env.ref("connector_base.group_admin")
        settings = self.env["res.config.settings"].with_user(manager).create({})
        if not manager.has_group("connector_base.group_admin"):
            with self.assertRaises(AccessError):
                settings.action_integration_metrics_on()
        action = self.env["res.config.settings"].create({}).action_integration_metrics_on()
        self.assertEqual(self.scrape(action["params"]["message"]).status_code, 200)
        entry = self.env["integration.audit"].search([("action", "=", "settings.metrics")], limit=1)
        self.assertTrue(entry)
        self.assertNotIn(action["params"]["message"], str(entry.read()))
