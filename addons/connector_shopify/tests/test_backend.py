import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.connector_base.lib.adapter import Check, Incoming
from odoo.addons.connector_base.lib.errors import AuthError, ConfigurationError
from odoo.addons.connector_base.lib.redact import MASK

from ..lib.const import API_VERSION
from ..lib.notices import BackendNotice, PrivacyRequest, privacy_request
from ..lib.subscriptions import Changes
from .common import SECRET, ShopifyMixin


@tagged("post_install", "-at_install")
class TestShopifyBackend(ShopifyMixin, TransactionCase):
    """Credentials, locations, products and alarms of a Shopify backend."""

    def open_exceptions(self, category):
        return self.env["integration.exception"].search(
            [
                ("backend_id", "=", self.backend.id),
                ("category", "=", category),
                ("state", "=", "open"),
            ]
        )

    def test_new_backend_has_its_flows(self):
        codes = set(self.backend.flow_ids.mapped("code"))
        self.assertEqual(
            codes,
            {
                "order.in",
                "product.in",
                "stock.out",
                "shipment.out",
                "cancel.out",
                "catalogue.out",
                "return.out",
                "payout.in",
                "privacy.in",
                "backend.in",
            },
        )
        self.assertTrue(self.backend._flow("order.in").full_state)

    def test_an_update_completes_the_flows(self):
        before = self.backend.flow_ids
        before.filtered(lambda flow: flow.code in ("return.out", "catalogue.out")).unlink()
        kept = self.backend.flow_ids
        self.backend.active = False
        self.env["integration.backend"]._complete_shopify_flows()
        self.assertEqual(
            set(self.backend.flow_ids.mapped("code")), set(kept.mapped("code")) | {"return.out", "catalogue.out"}
        )
        self.assertLessEqual(kept, self.backend.flow_ids, "those that were there stay as they are")

    def test_prices_are_the_shops_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.backend.shopify_currency = "EUR"
        self.assertEqual(self.backend._catalogue_currency(), euro)
        self.assertFalse(self.backend._check_price_currency(self.env.ref("base.USD")))
        self.assertIn("EUR", self.open_exceptions("configuration").cause)
        self.assertTrue(self.backend._check_price_currency(euro))
        self.assertFalse(self.open_exceptions("configuration"))

    def test_secrets_can_be_written_and_not_read(self):
        self.backend.invalidate_recordset()
        self.assertEqual(self.backend.shopify_client_secret, MASK)
        self.assertEqual(self.backend._secret("client_secret"), SECRET)
        self.backend.shopify_client_secret = MASK  # what a form sends back untouched
        self.assertEqual(self.backend._secret("client_secret"), SECRET)
        self.assertNotIn(SECRET, str(self.backend.read()))

    def test_replaced_secret_signs_for_a_while_then_ends(self):
        self.backend.shopify_client_secret = "the new one"
        self.assertEqual(self.backend._webhook_secrets(), ("the new one", SECRET))
        ends = fields.Datetime.now() - timedelta(seconds=1)
        self.backend._set_secret("former_client_secret", SECRET, ends)
        self.assertEqual(self.backend._webhook_secrets(), ("the new one",))

    def test_granted_token_is_kept_encrypted_with_its_end(self):
        ends = fields.Datetime.now().replace(microsecond=0) + timedelta(hours=1)
        from ..models.integration_backend_connection import UTC

        self.backend._save_granted_token("shpat_granted", ends.replace(tzinfo=UTC))
        self.assertEqual(self.backend._load_granted_token(), ("shpat_granted", ends.replace(tzinfo=UTC)))
        self.env.cr.execute("SELECT string_agg(token, ' ') FROM integration_secret")
        self.assertNotIn("shpat_granted", self.env.cr.fetchone()[0])

    def test_another_version_is_reported_once(self):
        self.backend._on_version("2027-01")
        self.backend._on_version("2027-01")
        exception = self.open_exceptions("version")
        self.assertEqual(len(exception), 1)
        self.assertIn("2027-01", exception.cause)
        self.assertIn(API_VERSION, exception.cause)

    def test_locations_are_proposed_by_name_and_linked(self):
        self.shop_in_memory()
        reno = self.env["stock.warehouse"].create({"name": "Reno", "code": "RENO"})
        action = self.backend.action_link_locations()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.mapped("warehouse_id"), reno)
        wizard.action_apply()
        bindings = self.env["integration.location.binding"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(bindings.record_id, reno)
        self.assertEqual(bindings.external_id, "gid://shopify/Location/1")

    def test_location_can_be_linked_elsewhere_or_no_more(self):
        self.shop_in_memory()
        houses = self.env["stock.warehouse"].create(
            [{"name": "Reno", "code": "RENO"}, {"name": "Lyon", "code": "LYON"}]
        )
        bindings = self.env["integration.location.binding"]
        for warehouse in (houses[0], houses[1], houses.browse()):
            action = self.backend.action_link_locations()
            wizard = self.env[action["res_model"]].browse(action["res_id"])
            wizard.line_ids[0].warehouse_id = warehouse
            wizard.action_apply()
            found = bindings.search([("backend_id", "=", self.backend.id)])
            self.assertEqual(found.record_id, warehouse)

    def test_unreachable_shop_says_so_when_locations_are_linked(self):
        shop = self.shop_in_memory()
        shop.list_locations = lambda: (_ for _ in ()).throw(AuthError("token expired"))
        with self.assertRaisesRegex(UserError, "token expired"):
            self.backend.action_link_locations()

    def test_products_are_matched_by_sku_and_the_rest_is_reported(self):
        shop = self.shop_in_memory()
        product = self.env["product.product"].create({"name": "Lamp", "default_code": "LAMP-1"})
        shop.add_product(1, "LAMP-1")
        shop.add_product(2, "NOBODY-KNOWS")
        result = self.backend._flow("product.in")._job_match_products()
        self.assertEqual(result, "2 matched")
        self.env.invalidate_all()
        binding = self.env["integration.product.binding"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(binding.record_id, product)
        self.assertEqual(binding.stock_id, "gid://shopify/InventoryItem/1")
        self.assertEqual(self.open_exceptions("product").group_key, "NOBODY-KNOWS")

    def test_matching_again_changes_nothing(self):
        shop = self.shop_in_memory()
        self.env["product.product"].create({"name": "Lamp", "default_code": "LAMP-1"})
        shop.add_product(1, "LAMP-1")
        for __ in range(2):
            self.backend._flow("product.in")._job_match_products()
        self.env.invalidate_all()
        count = self.env["integration.product.binding"].search_count([("backend_id", "=", self.backend.id)])
        self.assertEqual(count, 1)

    def test_refused_webhook_address_is_reported_and_healed(self):
        shop = self.shop_in_memory()
        with patch.object(
            type(shop),
            "ensure_subscriptions",
            side_effect=ConfigurationError("address is not https"),
            create=True,
        ):
            self.backend._ensure_subscriptions()
        self.assertIn("not https", self.open_exceptions("configuration").cause)
        with patch.object(type(shop), "ensure_subscriptions", lambda *a, **k: Changes(), create=True):
            self.backend._ensure_subscriptions()
        self.assertFalse(self.open_exceptions("configuration"))

    def test_subscriptions_that_vanished_start_a_look_for_orders(self):
        shop = self.shop_in_memory()
        asked = []
        model = self.registry["integration.flow"]
        with (
            patch.object(
                type(shop),
                "ensure_subscriptions",
                lambda *a, **k: Changes(created=["ORDERS_CREATE"]),
                create=True,
            ),
            patch.object(model, "_request_poll", lambda flow: asked.append(flow.code)),
        ):
            self.env["integration.backend"]._cron_check_subscriptions()
        self.assertEqual(asked, ["order.in"])

    def deliver(self, topic, document):
        """Send one canonical document through the ledger and its handler."""
        shop = self.shop_in_memory()
        shop.decoder = lambda raw: document
        flow = self.backend._flow(topic)
        incoming = Incoming(topic, f"{topic}-1", b"{}", "")
        message = self.env["integration.message"].browse(self.env["integration.message"]._receive(flow, incoming))
        self.env.flush_all()
        flow._drain_batch()
        self.env.invalidate_all()
        return shop, message

    def test_privacy_request_is_put_before_a_person_with_its_date(self):
        request = PrivacyRequest(kind="redact_customer", customer_id="gid://shopify/Customer/7")
        __, message = self.deliver("privacy.in", request)
        exception = self.open_exceptions("privacy")
        self.assertEqual(message.state, "done")
        due = fields.Date.to_string(fields.Date.today() + timedelta(days=30))
        self.assertIn(due, exception.suggestion)
        self.assertIn("gid://shopify/Customer/7", exception.suggestion)

    def test_privacy_request_leads_to_the_person_and_is_forgotten_with_them(self):
        raw = json.dumps({"customer": {"id": 7, "email": "ada@example.com"}, "orders_to_redact": [1]}).encode()
        flow = self.backend._flow("privacy.in")
        self.assertEqual(flow._person_of(raw), ("ada@example.com", ""))
        self.assertEqual(flow._person_of(b"{}"), ("", ""))
        terms = flow._search_terms([privacy_request(raw)], lambda external_id: ())
        self.assertIn(("email", "ada@example.com"), terms)

    def test_uninstalled_app_pauses_the_backend(self):
        class Refusing:
            def query(self, name):
                raise AuthError("the app is gone")

        with patch(
            "odoo.addons.connector_shopify.tests.common.ShopInMemory.client",
            Refusing(),
            create=True,
        ):
            __, message = self.deliver("backend.in", BackendNotice())
        self.assertEqual(message.state, "done")
        self.assertEqual(self.backend.state, "paused")
        self.assertTrue(self.open_exceptions("credentials"))

    def test_manager_sees_no_credentials(self):
        manager = new_test_user(self.env, login="shopify_manager", groups="connector_base.group_manager")
        backend = self.backend.with_user(manager)
        self.assertEqual(backend.name, "Web shop")
        for name in ("shopify_client_secret", "shopify_access_token", "webhook_token"):
            self.assertNotIn(name, backend.fields_get())

    def test_check_lists_what_is_missing(self):
        shop = self.shop_in_memory()
        with patch.object(type(shop), "check", lambda s: [Check("scopes", False, "write_orders")]):
            action = self.backend.action_test()
        self.assertIn("write_orders", action["params"]["message"])
        self.assertEqual(action["params"]["type"], "danger")
