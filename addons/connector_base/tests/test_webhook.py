import json
import logging
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged

from .common import HubHttpCase


@tagged("post_install", "-at_install")
class TestWebhook(HubHttpCase):
    """The door: real HTTP against the route."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")

    def post(self, body, token=None, **headers):
        token = token or self.backend.sudo().webhook_token
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.url_open(f"/integration/webhook/{token}", data=body, headers=names, timeout=60)

    def count(self):
        return self.env["integration.message"].search_count([("backend_id", "=", self.backend.id)])

    def test_genuine_delivery_is_kept_before_it_is_answered(self):
        answer = self.post(json.dumps({"object": "o1"}), x_signature="good", x_id="1")
        self.assertEqual((answer.status_code, answer.text), (200, "kept"))
        message = self.env["integration.message"].search([("key", "=", "1")])
        self.assertEqual((message.business_key, message.state), ("o1", "pending"))

    def test_second_delivery_is_answered_well_and_kept_once(self):
        for text in ("kept", "kept before"):
            answer = self.post("{}", x_signature="good", x_id="2")
            self.assertEqual((answer.status_code, answer.text), (200, text))
        self.assertEqual(self.count(), 1)

    def test_wrong_signature_is_401_and_nothing_stored(self):
        unknown = self.post("{}", token="x" * 43, x_signature="good", x_id="3")
        wrong = self.post("{}", x_signature="bad", x_id="3")
        self.assertEqual((unknown.status_code, wrong.status_code), (401, 401))
        self.assertEqual(unknown.content, wrong.content)
        self.assertEqual(self.count(), 0)

    def test_ten_megabytes_are_413_and_nothing_stored(self):
        with self.assertLogs("odoo", logging.DEBUG):
            answer = self.post(b"x" * 10 * 1024 * 1024, x_signature="good", x_id="4")
        self.assertEqual(answer.status_code, 413)
        self.assertEqual(self.count(), 0)

    def test_malformed_json_is_kept(self):
        answer = self.post("not json", x_signature="good", x_id="5")
        self.assertEqual(answer.status_code, 200)
        message = self.env["integration.message"].search([("key", "=", "5")])
        self.assertEqual(message._raws()[message.id], b"not json")

    def test_old_address_is_closed_as_soon_as_there_is_a_new_one(self):
        old = self.backend.sudo().webhook_token
        self.assertEqual(self.post("{}", x_signature="good", x_id="6").status_code, 200)
        self.backend.action_new_webhook_token()
        self.assertEqual(self.post("{}", token=old, x_signature="good", x_id="7").status_code, 401)
        self.assertEqual(self.post("{}", x_signature="good", x_id="7").status_code, 200)

    def test_flow_that_is_switched_off_keeps_nothing(self):
        self.assertEqual(self.post("{}", x_signature="good", x_id="8").text, "kept")
        self.flow.active = False
        self.env.flush_all()
        self.assertEqual(self.post("{}", x_signature="good", x_id="9").text, "ignored")
        self.flow.active = True
        self.env.flush_all()
        self.assertEqual(self.post("{}", x_signature="good", x_id="9").text, "kept")

    def test_archived_backend_has_no_address(self):
        self.assertEqual(self.post("{}", x_signature="good", x_id="10").status_code, 200)
        self.backend.active = False
        self.env.flush_all()
        self.assertEqual(self.post("{}", x_signature="good", x_id="11").status_code, 401)

    def test_delivery_asks_for_one_drain(self):
        for number in ("12", "13"):
            self.post("{}", x_signature="good", x_id=number)
        jobs = self.env["queue.job"].search([("identity_key", "=", f"integration:drain:{self.flow.id}")])
        self.assertEqual(jobs.mapped("method_name"), ["_job_drain"])

    def test_what_is_not_kept_is_to_be_delivered_again(self):
        away = patch.object(
            self.registry["integration.message"], "_keep_here", side_effect=psycopg2.OperationalError("away")
        )
        with away, self.assertLogs("odoo.addons.connector_base.controllers.webhook", logging.ERROR):
            answer = self.post("{}", x_signature="good", x_id="14")
        self.assertEqual((answer.status_code, answer.text), (503, "not kept"))
        self.assertEqual(self.count(), 0)

    def test_get_is_not_offered(self):
        answer = self.url_open(f"/integration/webhook/{self.backend.sudo().webhook_token}")
        self.assertEqual(answer.status_code, 405)
