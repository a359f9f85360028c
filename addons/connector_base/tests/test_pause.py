import json
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..lib.errors import AuthError
from .common import HubCase, HubHttpCase


@tagged("post_install", "-at_install")
class TestPause(HubCase):
    """A backend or a flow is paused with a reason; messages wait and nothing is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        cls.other = cls.make_flow("other.in")
        cls.handle_as_wished("test.in", "other.in")
        cls.operator = new_test_user(cls.env, login="pauser", name="Paula", groups="connector_base.group_operator")

    def test_operator_pauses_one_flow_and_the_others_go_on(self):
        self.flow.with_user(self.operator).action_pause_with("Stocktaking")
        waiting = self.receive(self.flow, {"name": "waits"})
        self.receive(self.other, {"name": "goes"})
        self.drain(self.flow)
        self.drain(self.other)
        self.assertEqual((self.applied, waiting.state), (["goes"], "pending"))
        self.flow.with_user(self.operator).action_resume()
        self.drain(self.flow)
        self.assertEqual((self.applied, waiting.state), (["goes", "waits"], "done"))

    def test_everyone_sees_who_paused_it_since_when_and_why(self):
        self.backend.with_user(self.operator).action_pause_with("Shop moves house")
        self.assertEqual(self.backend.state, "paused")
        note = self.backend.pause_note
        for part in ("Paula", "Shop moves house"):
            self.assertIn(part, note)
            self.assertIn(part, self.flow.backend_pause_note)
        self.assertTrue(self.backend.paused_at)
        self.backend.with_user(self.operator).action_resume()
        self.assertFalse(self.backend.pause_note or self.backend.pause_reason or self.backend.paused_by_id)

    def test_reason_is_required_and_on_record(self):
        flow = self.flow.with_user(self.operator)
        with self.assertRaises(UserError):
            flow.action_pause_with(" ")
        flow.action_pause_with("Stocktaking")
        flow.action_resume()
        entries = self.env["integration.audit"].search(
            [("res_model", "=", "integration.flow"), ("res_id", "=", flow.id)], order="id"
        )
        found = [(entry.action, entry.reason or "", entry.user_id) for entry in entries][-2:]
        self.assertEqual(found, [("flow.pause", "Stocktaking", self.operator), ("flow.resume", "", self.operator)])
        self.assertIn("Stocktaking", json.loads(entries[-1].before)["pause_reason"])

    def test_dialog_asks_for_the_reason(self):
        action = self.flow.with_user(self.operator).action_pause()
        wizard = self.env[action["res_model"]].with_user(self.operator).with_context(**action["context"])
        wizard.create({"reason": "Stocktaking"}).action_pause()
        self.assertEqual(self.flow.pause_reason, "Stocktaking")

    def test_viewer_may_not_and_no_other_company(self):
        viewer = new_test_user(self.env, login="pause_viewer", groups="connector_base.group_viewer")
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            login="pause_stranger",
            groups="connector_base.group_admin",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        for user in (viewer, stranger):
            for record in (self.backend, self.flow):
                with self.assertRaises(AccessError):
                    record.with_user(user).action_pause_with("Because")
                with self.assertRaises(AccessError):
                    record.with_user(user).action_resume()

    def test_operator_cannot_connect_what_was_never_connected(self):
        self.backend.state = "draft"
        with self.assertRaises(UserError):
            self.backend.with_user(self.operator).action_resume()
        with self.assertRaises(UserError):
            self.backend.with_user(self.operator).action_pause_with("Because")

    def test_backend_that_pauses_itself_says_so_and_is_told_at_once(self):
        self.backend._pause_for(AuthError("HTTP 401"))
        self.assertIn("the system", self.backend.pause_note)
        self.env["integration.alert"]._cron_watch()
        alert = self.env["integration.alert"].search([("kind", "=", "paused"), ("backend_id", "=", self.backend.id)])
        self.assertIn("HTTP 401", alert.cause)

    def test_pause_by_hand_is_told_when_it_lasts(self):
        alerts = self.env["integration.alert"]
        self.flow.with_user(self.operator).action_pause_with("Stocktaking")
        self.env.flush_all()
        alerts._cron_watch()
        self.assertFalse(alerts.search([("kind", "=", "paused"), ("flow_id", "=", self.flow.id)]))
        self.flow.paused_at = fields.Datetime.subtract(fields.Datetime.now(), hours=5)
        self.env.flush_all()
        alerts._cron_watch()
        alert = alerts.search([("kind", "=", "paused"), ("flow_id", "=", self.flow.id)])
        self.assertIn("Paula", alert.cause)

    def test_paused_flow_raises_no_alert_about_what_waits_and_is_not_looked_up(self):
        self.flow.write({"freshness_minutes": 5, "poll_minutes": 5})
        self.flow.action_pause_with("Stocktaking")
        message = self.receive(self.flow, {"name": "late"})
        self.env.cr.execute(
            "UPDATE integration_message SET received_at = received_at - interval '1 day' WHERE id = %s", (message.id,)
        )
        self.env.flush_all()
        self.env["integration.alert"]._cron_watch()
        self.assertFalse(self.env["integration.alert"].search([("flow_id", "=", self.flow.id)]))
        model, asked = self.registry["integration.flow"], []
        with (
            patch.object(model, "_request_poll", lambda flows, eta=None: asked.extend(flows.ids)),
            patch.object(model, "_request_drain", lambda flows, eta=None: asked.extend(flows.ids)),
        ):
            self.env["integration.flow"]._cron_poll()
            self.env["integration.flow"]._cron_sweep()
        self.assertNotIn(self.flow.id, asked)


@tagged("post_install", "-at_install")
class TestPausedWebhook(HubHttpCase):
    """Partners notice nothing of a pause."""

    def test_webhook_of_a_paused_flow_or_backend_is_kept(self):
        flow = self.make_flow("test.in")
        url = f"/integration/webhook/{self.backend.webhook_token}"
        flow.action_pause_with("Stocktaking")
        self.backend.action_pause_with("Shop moves house")
        self.env.flush_all()
        for number in ("1", "2"):
            answer = self.url_open(url, data=b"{}", headers={"x-signature": "good", "x-id": number})
            self.assertEqual((answer.status_code, answer.text), (200, "kept"))
        kept = self.env["integration.message"].search([("flow_id", "=", flow.id)])
        self.assertEqual(kept.mapped("state"), ["pending", "pending"])
