import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..lib.webhook import sign
from .common import DOMAIN, SECRET, ShopifyMixin

ORDER = {"id": 1001, "admin_graphql_api_id": "gid://shopify/Order/1001", "name": "#1001"}


@tagged("post_install", "-at_install")
class TestShopifyWebhook(ShopifyMixin, HttpCase):
    """Shopify's own signature, headers and topics at the real door."""

    def deliver(self, payload, topic="orders/create", webhook_id="w-1", secret=SECRET, **headers):
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.url_open(
            f"/integration/webhook/{self.backend.sudo().webhook_token}",
            data=raw,
            headers={
                "Content-Type": "application/json",
                "X-Shopify-Topic": topic,
                "X-Shopify-Hmac-Sha256": sign(raw, secret),
                "X-Shopify-Webhook-Id": webhook_id,
                "X-Shopify-Event-Id": "e-1",
                "X-Shopify-Shop-Domain": DOMAIN,
                "X-Shopify-Triggered-At": "2026-11-01T10:00:00.123Z",
                **headers,
            },
        )

    def messages(self):
        return self.env["integration.message"].search([("backend_id", "=", self.backend.id)])

    def test_order_is_kept_under_its_own_id(self):
        self.assertEqual(self.deliver(ORDER).status_code, 200)
        message = self.messages()
        self.assertEqual(message.topic, "order.in")
        self.assertEqual(message.source_topic, "orders/create")
        self.assertEqual(message.business_key, "gid://shopify/Order/1001")
        self.assertEqual((message.key, message.event_id), ("w-1", "e-1"))
        self.assertEqual(message.occurred_at.isoformat()[:19], "2026-11-01T10:00:00")

    def test_order_that_never_came_in_is_found_by_its_number(self):
        self.deliver(ORDER)
        message = self.messages()
        message._settle("dead", error="HTTP 500")
        self.assertEqual((message.subject, message.state), ("#1001", "dead"))
        found = self.env["integration.find"].action_find("#1001")["chains"]
        self.assertIn(message.correlation_id, str(found))

    def test_changed_byte_is_401(self):
        raw = json.dumps(ORDER).encode()
        answer = self.deliver(raw + b" ", **{"X-Shopify-Hmac-Sha256": sign(raw, SECRET)})
        self.assertEqual(answer.status_code, 401)
        self.assertFalse(self.messages())

    def test_former_secret_still_counts_after_a_rotation(self):
        self.backend.shopify_client_secret = "the new one"
        self.env.flush_all()
        self.assertEqual(self.deliver(ORDER, webhook_id="a").status_code, 200)
        self.assertEqual(self.deliver(ORDER, webhook_id="b", secret="the new one").status_code, 200)
        self.assertEqual(len(self.messages()), 2)

    def test_secret_that_was_replaced_and_whose_time_is_over_no_longer_counts(self):
        self.backend.shopify_client_secret = "the new one"
        self.env.flush_all()
        self.assertEqual(self.deliver(ORDER, webhook_id="a").status_code, 200)
        past = fields.Datetime.now() - timedelta(minutes=1)
        self.backend._set_secret("former_client_secret", SECRET, past)
        self.assertEqual(self.deliver(ORDER, webhook_id="b").status_code, 401)

    def test_other_shop_of_the_same_app_is_refused(self):
        answer = self.deliver(ORDER, **{"X-Shopify-Shop-Domain": "other.myshopify.com"})
        self.assertEqual(answer.status_code, 401)

    def test_topic_without_a_use_is_answered_and_not_kept(self):
        answer = self.deliver({"id": 1}, topic="carts/update")
        self.assertEqual((answer.status_code, answer.text), (200, "ignored"))
        self.assertFalse(self.messages())

    def test_signed_rubbish_is_kept_for_a_person(self):
        self.assertEqual(self.deliver(b"{not json").status_code, 200)
        self.assertEqual(self.messages().business_key, "")
