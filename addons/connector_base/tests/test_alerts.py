from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..lib.errors import TransientError
from ..models.integration_gate import SharedGate
from .common import HubCase


@tagged("post_install", "-at_install")
class TestAlerts(HubCase):
    """Conditions open one alert a cause, people are told once, and it closes itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = new_test_user(cls.env, login="flow_owner", groups="connector_base.group_operator")
        cls.owner.email = "owner@example.com"
        cls.responsible = new_test_user(cls.env, login="responsible", groups="connector_base.group_admin")
        cls.backend.owner_id = cls.responsible
        cls.flow = cls.make_flow("test.in", freshness_minutes=5, business_owner_id=cls.owner.id)
        cls.env.cr.execute("UPDATE integration_backend SET state = 'paused' WHERE id <> %s", (cls.backend.id,))
        cls.env.invalidate_all()

    def watch(self):
        self.env.flush_all()
        self.env["integration.alert"]._cron_watch()

    def alerts(self, kind=None, state="open"):
        domain = [("backend_id", "=", self.backend.id), ("state", "=", state)]
        return self.env["integration.alert"].search(domain + ([("kind", "=", kind)] if kind else []))

    def age(self, message, minutes):
        self.env.cr.execute(
            "UPDATE integration_message SET received_at = received_at - %s * interval '1 minute' WHERE id = %s",
            (minutes, message.id),
        )

    def mails(self):
        return self.env["mail.mail"].sudo().search([("email_to", "like", "owner@example.com")])

    def test_late_flow_opens_one_alert_with_a_counter_and_closes_itself(self):
        message = self.receive(self.flow, {"name": "late"})
        self.age(message, 8)
        self.watch()
        self.watch()
        alert = self.alerts()
        self.assertEqual((alert.kind, alert.flow_id, alert.occurrences), ("freshness", self.flow, 2))
        self.assertIn("1 of “test.in”", alert.cause)
        message._settle("done")
        self.watch()
        self.assertEqual(alert.state, "closed")
        self.assertTrue(alert.closed_at)

    def test_fresh_messages_raise_nothing(self):
        self.receive(self.flow, {"name": "fresh"})
        self.watch()
        self.assertFalse(self.alerts())

    def test_owner_is_told_once_by_activity_and_mail_and_again_after_a_while(self):
        self.age(self.receive(self.flow, {"name": "late"}), 8)
        self.watch()
        self.watch()
        alert = self.alerts()
        self.assertEqual(alert.activity_ids.user_id, self.owner)
        self.assertEqual(len(self.mails()), 1)
        self.assertIn("test.in", self.mails().body_html)
        alert.told_at = fields.Datetime.now() - timedelta(hours=5)
        self.watch()
        self.assertEqual((len(self.mails()), alert.told_count, len(alert.activity_ids)), (2, 2, 1))

    def test_activity_goes_with_the_cause(self):
        message = self.receive(self.flow, {"name": "late"})
        self.age(message, 8)
        self.watch()
        alert = self.alerts()
        message._settle("done")
        self.watch()
        self.assertFalse(alert.activity_ids)

    def test_a_cause_that_flaps_stays_one_alert_and_tells_nobody_again(self):
        message = self.receive(self.flow, {"name": "late"})
        self.age(message, 8)
        self.watch()
        alert = self.alerts()
        message._settle("done")
        self.watch()
        message._settle("retry", delay=5)
        self.watch()
        self.assertEqual(self.alerts(), alert)
        self.assertEqual((alert.told_count, alert.occurrences), (1, 2))

    def test_wider_cause_is_told_and_explains_the_narrower(self):
        self.age(self.receive(self.flow, {"name": "late"}), 30)
        self.watch()
        waiting, stale = self.alerts("waiting"), self.alerts("freshness")
        self.assertEqual(stale.explained_by_id, waiting)
        self.assertFalse(stale.told_count)
        self.assertEqual(waiting.activity_ids.user_id, self.owner | self.responsible)

    def test_messages_that_wait_for_a_person_raise_no_alert(self):
        blocked = self.receive(self.flow, {"name": "blocked"}, business_key="order-1")
        behind = self.receive(self.flow, {"name": "behind"}, business_key="order-1")
        unknown = self.receive(self.flow, {"name": "unknown"})
        blocked._settle("blocked", error="no SKU")
        unknown._settle("ambiguous", error="?")
        for message in (blocked, behind, unknown):
            self.age(message, 60)
        self.watch()
        self.assertFalse(self.alerts())

    def test_tier_two_may_wait_longer(self):
        slow = self.make_flow("slow.in", tier="2", freshness_minutes=0)
        message = self.receive(slow, {"name": "slow"})
        self.age(message, 100)
        self.watch()
        self.assertFalse(self.alerts())
        self.age(message, 30)
        self.watch()
        self.assertEqual(self.alerts("waiting").tier, "2")

    def test_missed_look_ups_make_data_stale(self):
        self.flow.write({"poll_minutes": 5, "polled_at": fields.Datetime.now() - timedelta(minutes=14)})
        self.watch()
        self.assertFalse(self.alerts())
        self.flow.polled_at -= timedelta(minutes=2)
        self.watch()
        self.assertIn("looked up", self.alerts("freshness").cause)

    def test_breaker_that_stays_open_is_told_whatever_its_probes_do(self):
        gate = SharedGate(self.registry, self.backend.id, capacity=0, per_second=0, threshold=2, cooldown=0)
        for __ in range(2):
            gate.report(TransientError("HTTP 500"))
        self.env.cr.execute("UPDATE integration_gate SET down_since = down_since - 660")
        gate.acquire(1)
        gate.report(TransientError("HTTP 500"))
        self.watch()
        self.assertTrue(self.alerts("breaker"))
        gate.acquire(1)
        gate.report(None)
        self.watch()
        self.assertFalse(self.alerts("breaker"))

    def test_expiring_credential_is_told_unless_it_renews_itself(self):
        soon = fields.Datetime.now() + timedelta(days=3)
        self.backend._set_secret("client_secret", "x", soon)
        self.backend._set_secret("granted_token", "y", soon)
        self.backend._set_secret("later", "z", soon + timedelta(days=30))
        with patch.object(type(self.backend), "_renewing_secrets", lambda backend: {"granted_token"}):
            self.watch()
        self.assertIn("“client secret” expires", self.alerts("expiry").cause)

    def test_one_broken_look_does_not_blind_the_others(self):
        self.age(self.receive(self.flow, {"name": "late"}), 8)
        self.watch()
        self.backend._set_secret("token", "x", fields.Datetime.now())
        model = self.registry["integration.alert"]
        with (
            patch.object(model, "_find_late", side_effect=ZeroDivisionError),
            self.assertLogs("odoo.addons.connector_base.models.integration_alert_watch", "ERROR"),
        ):
            self.watch()
        self.assertTrue(self.alerts("freshness"), "not looked at: not closed")
        self.assertIn("has expired", self.alerts("expiry").cause)

    def test_looking_costs_as_many_statements_whatever_waits(self):
        counts, execute = [], type(self.env.cr).execute

        def count(cursor, *args, **kwargs):
            counts[-1] += 1
            return execute(cursor, *args, **kwargs)

        for messages in (1, 60):
            for number in range(messages):
                self.age(self.receive(self.flow, {"name": number}, key=f"{messages}-{number}"), 30)
            self.env.flush_all()
            counts.append(0)
            with patch.object(type(self.env.cr), "execute", count):
                self.env["integration.alert"].sudo()._look()
        self.assertLessEqual(counts[1], counts[0])

    def test_threshold_of_zero_switches_an_alert_off(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.integration_alert_tier1_minutes, 15)
        settings.integration_alert_tier1_minutes = 0
        settings.set_values()
        self.age(self.receive(self.flow, {"name": "late"}), 30)
        self.watch()
        self.assertFalse(self.alerts("waiting"))

    def test_silent_lane_of_the_queue_is_told_and_does_not_pile_up_jobs(self):
        beats = self.env["integration.heartbeat"]
        beats._cron_ask()
        beats._cron_ask()
        lane = beats.search([("lane", "=", "root.connector.tier1")])
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_beat"), ("channel", "=", lane.lane)])
        self.assertEqual(len(jobs), 1)
        lane.asked_at -= timedelta(minutes=6)
        self.watch()
        dead = self.env["integration.alert"].search([("kind", "=", "heartbeat"), ("state", "=", "open")])
        self.assertEqual(dead.key, "heartbeat:root.connector.tier1")
        lane._job_beat()
        self.watch()
        self.assertEqual(dead.state, "closed")

    def test_operator_takes_an_alert_and_nobody_is_reminded(self):
        self.age(self.receive(self.flow, {"name": "late"}), 8)
        self.watch()
        alert = self.alerts()
        alert.with_user(self.owner).action_take()
        alert.told_at = fields.Datetime.now() - timedelta(hours=5)
        self.watch()
        self.assertEqual((alert.user_id, alert.told_count), (self.owner, 1))
        entry = self.env["integration.audit"].search([("res_model", "=", alert._name), ("res_id", "=", alert.id)])
        self.assertEqual((entry.action, entry.user_id), ("alert.take", self.owner))

    def test_viewer_sees_and_does_nothing_and_other_companies_see_nothing(self):
        self.age(self.receive(self.flow, {"name": "late"}), 8)
        self.watch()
        viewer = new_test_user(self.env, login="alert_viewer", groups="connector_base.group_viewer")
        alert = self.alerts().with_user(viewer)
        self.assertIn("test.in", alert.cause)
        for act in (alert.action_take, alert.action_look_now, lambda: alert.write({"state": "closed"})):
            with self.assertRaises(AccessError):
                act()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            login="alert_stranger",
            groups="connector_base.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertFalse(alert.with_user(stranger).search([("id", "=", alert.id)]))
