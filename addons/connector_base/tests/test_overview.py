"""Each number of the first screen is what the records behind it say, for whoever looks."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import HubCase

ROLES = ("viewer", "operator", "manager", "admin")


@tagged("post_install", "-at_install")
class TestOverview(HubCase):
    """The one call of the page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        cls.handle_as_wished("test.in")
        cls.users = {
            role: new_test_user(cls.env, login=f"overview_{role}", groups=f"connector_base.group_{role}")
            for role in ROLES
        }

    def setUp(self):
        super().setUp()
        for key, wish in enumerate(("", "block", "fail", "")):
            self.receive(self.flow, {"wish": wish}, key=str(key))
        self.drain(self.flow)
        self.receive(self.flow, {"wish": ""}, key="waits")
        self.receive(self.flow, {"wish": ""}, key="waits")
        self.look()

    def look(self):
        self.env.flush_all()
        self.env["integration.rollup"]._cron_look()

    def load(self, role="operator", period="1h"):
        return self.env["integration.overview"].with_user(self.users[role]).action_load(period)

    def numbers(self, data):
        """Every number of the page that counts records."""
        found = [tile["number"] for tile in data["tiles"]]
        found += [part for tile in data["tiles"] for part in tile["parts"]]
        found += [number for card in data["backends"] for number in card["numbers"]]
        found += data["traffic"]["totals"]
        found += [number for row in data["traffic"]["flows"] for number in row["numbers"]]
        return [number for number in found if number["kind"] == "count"]

    def named(self, numbers, label):
        return next(number for number in numbers if number["label"] == label)

    def row(self, data):
        return next(row for row in data["traffic"]["flows"] if row["id"] == self.flow.id)["numbers"]

    def test_every_number_is_the_count_of_the_records_it_opens(self):
        for role in ROLES:
            data = self.load(role)
            own = self.row(data) + next(c for c in data["backends"] if c["id"] == self.backend.id)["numbers"]
            own += [n for n in self.numbers(data) if n["action"]["res_model"] == "integration.exception"]
            for number in own:
                if number["kind"] != "count" or number["label"] == "Duplicates":
                    continue  # of a duplicate there is no record, only a counter
                action = number["action"]
                count = self.env[action["res_model"]].with_user(self.users[role]).search_count(action["domain"])
                self.assertEqual(number["value"], count, (role, number["label"]))

    def test_the_flow_s_figures(self):
        row = self.row(self.load())
        values = {number["label"]: number["value"] for number in row}
        self.assertEqual(values["Received"], 5)
        self.assertEqual(values["Done"], 2)
        self.assertEqual(values["Success"], round(100 * 2 / 3, 1))
        self.assertEqual(values["Failed attempts"], 2)
        self.assertEqual(values["Retries"], 1)
        self.assertEqual(values["Duplicates"], 1)
        self.assertIsNotNone(values["95% done within"])

    def test_the_card_says_what_waits_and_how_the_backend_is(self):
        card = next(card for card in self.load()["backends"] if card["id"] == self.backend.id)
        self.assertEqual(card["health"], "good")
        self.assertEqual(self.named(card["numbers"], "Waiting, tier 1")["value"], 2)  # one was tried
        self.assertEqual(self.named(card["numbers"], "Exceptions")["value"], 1)
        self.assertTrue(self.named(card["numbers"], "Last success")["value"])
        self.backend.state = "paused"
        card = next(card for card in self.load()["backends"] if card["id"] == self.backend.id)
        self.assertEqual(card["health"], "warn")

    def test_an_open_breaker_is_bad_health(self):
        self.env.cr.execute(
            "INSERT INTO integration_gate (backend_id, breaker_state) VALUES (%s, 'open')", (self.backend.id,)
        )
        card = next(card for card in self.load()["backends"] if card["id"] == self.backend.id)
        self.assertEqual(card["health"], "bad")

    def test_a_credential_that_ends_soon_stands_on_the_card(self):
        self.backend._set_secret("token", "s3cret", fields.Datetime.now() + timedelta(days=2))
        card = next(card for card in self.load()["backends"] if card["id"] == self.backend.id)
        number = self.named(card["numbers"], "Credentials end")
        self.assertEqual(number["tone"], "bad")
        self.assertNotIn("s3cret", str(card))

    def test_exceptions_by_owner_and_age(self):
        self.env["integration.exception"].search([]).write({"user_id": False})
        mine = self.env["integration.exception"]._report(self.backend, "data", "Old", group_key="old")
        mine.write({"user_id": self.users["operator"].id, "first_seen": fields.Datetime.now() - timedelta(days=9)})
        self.env.flush_all()
        tile = next(tile for tile in self.load()["tiles"] if tile["key"] == "exceptions")
        values = {part["label"]: part["value"] for part in tile["parts"]}
        self.assertEqual(values["Mine"], 1)
        self.assertGreaterEqual(values["Nobody's"], 1)
        self.assertGreaterEqual(values["Older than 3 days"], 1)

    def test_each_period_has_its_bars(self):
        for period, bars in (("1h", 30), ("24h", 24), ("7d", 28)):
            data = self.load(period=period)
            self.assertEqual(data["period"], period)
            self.assertEqual(len(data["traffic"]["bars"]["done"]), bars)
            self.assertGreaterEqual(sum(data["traffic"]["bars"]["done"]), 2)
        self.assertEqual(self.load(period="nonsense")["period"], "24h")

    def test_other_companies_and_outsiders_see_nothing(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = new_test_user(
            self.env,
            login="overview_other",
            groups="connector_base.group_admin",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        data = self.env["integration.overview"].with_user(other).action_load("1h")
        self.assertEqual(data["backends"], [])
        self.assertEqual(data["traffic"]["flows"], [])
        self.assertTrue(data["may_configure"])
        self.assertFalse([n["value"] for n in self.numbers(data) if n["value"]])
        outsider = new_test_user(self.env, login="overview_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["integration.overview"].with_user(outsider).action_load("1h")

    def test_only_who_may_create_backends_is_led_there(self):
        self.assertFalse(self.load("manager")["may_configure"])
        self.assertTrue(self.load("admin")["may_configure"])

    def test_more_backends_cost_no_more_queries(self):
        self.load()
        with self.assertQueryCount(__system__=80):
            before = self.env.cr.sql_log_count
            self.load()
            few = self.env.cr.sql_log_count - before
        self.env["integration.backend"].create([{"name": f"More {n}", "kind": "test"} for n in range(8)])
        self.load()
        before = self.env.cr.sql_log_count
        self.load()
        self.assertLessEqual(self.env.cr.sql_log_count - before, few + 2)
