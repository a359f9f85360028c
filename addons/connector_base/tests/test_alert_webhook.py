import hashlib
import hmac
import json
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..lib.alerts import Finding
from ..lib.errors import AuthError, TransientError
from ..models import integration_alert_delivery as delivery
from .common import HubCase


@tagged("post_install", "-at_install")
class TestAlertWebhook(HubCase):
    """Alerts reach another system signed, without ever keeping the watch from its work."""

    def setUp(self):
        super().setUp()
        settings = self.env["res.config.settings"].create({})
        settings.integration_alert_webhook_url = "https://pager.example.com/hook"
        settings.integration_alert_webhook_secret = "s3cret"
        settings.set_values()

    def open_alert(self):
        alerts = self.env["integration.alert"]
        finding = Finding("expiry", "x", self.env.company.id, self.backend.id, params={"name": "token"})
        alerts._reconcile([finding], {"expiry"})
        alerts._tell_due()
        return alerts.search([("key", "=", finding.key)])

    def deliver(self, call):
        with patch.object(delivery.HttpClient, "request", side_effect=call) as request:
            self.env["integration.alert.delivery"]._cron_tell()
        self.env.invalidate_all()
        return request

    def test_call_is_signed_over_time_and_body(self):
        alert = self.open_alert()
        request = self.deliver(lambda *args, **values: None)
        body, headers = request.call_args.kwargs["body"], request.call_args.kwargs["headers"]
        signed = headers["X-Integration-Timestamp"].encode() + b"." + body
        expected = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
        self.assertEqual(headers["X-Integration-Signature"], f"sha256={expected}")
        self.assertEqual(json.loads(body)["event"], "alert.opened")
        self.assertEqual(json.loads(body)["backend"], self.backend.name)
        self.assertEqual(alert.delivery_ids.state, "done")

    def test_end_of_a_cause_is_told_too(self):
        alert = self.open_alert()
        self.env["integration.alert"]._reconcile([], {"expiry"})
        request = self.deliver(lambda *args, **values: None)
        events = [json.loads(call.kwargs["body"])["event"] for call in request.call_args_list]
        self.assertEqual(events, ["alert.opened", "alert.closed"])
        self.assertEqual(alert.state, "closed")

    def test_watching_sends_nothing_itself(self):
        with patch.object(delivery.HttpClient, "request", side_effect=AssertionError("sent while watching")):
            alert = self.open_alert()
        self.assertEqual(alert.delivery_ids.state, "pending")

    def test_dead_receiver_is_tried_later_and_given_up_in_the_end(self):
        alert = self.open_alert()
        self.env["integration.alert"]._reconcile([], {"expiry"})
        request = self.deliver(TransientError("connection refused"))
        self.assertEqual(request.call_count, 1, "the others wait: each call may take its deadline")
        first = alert.delivery_ids.sorted("id")[0]
        self.assertEqual((first.state, first.attempts), ("pending", 1))
        first.attempts = delivery.POLICY.max_attempts - 1
        first.next_at = first.create_date
        self.deliver(TransientError("connection refused"))
        self.assertEqual(first.state, "dead")

    def test_receiver_that_refuses_us_is_not_tried_again(self):
        alert = self.open_alert()
        self.deliver(AuthError("HTTP 401"))
        self.assertEqual(alert.delivery_ids.state, "dead")

    def test_secret_is_kept_encrypted_and_goes_to_no_other_address(self):
        parameters = self.env["ir.config_parameter"].sudo()
        self.assertNotIn("s3cret", parameters.get_param(delivery.SECRET))
        settings = self.env["res.config.settings"].create({})
        self.assertNotEqual(settings.integration_alert_webhook_secret, "s3cret")
        settings.integration_alert_webhook_url = "https://elsewhere.example.com/"
        settings.set_values()
        self.assertFalse(parameters.get_param(delivery.SECRET))

    def test_copied_database_tells_nobody(self):
        self.env["ir.config_parameter"].sudo().set_param("database.uuid", "another")
        self.assertFalse(self.open_alert().delivery_ids)

    def test_private_addresses_are_refused(self):
        settings = self.env["res.config.settings"].create({})
        settings.integration_alert_webhook_url = "http://169.254.169.254/latest"
        target = "odoo.addons.connector_base.models.res_config_settings_alert.allow_private_hosts"
        with patch(target, return_value=False), self.assertRaises(ValidationError):
            settings.set_values()
