from datetime import timedelta
from decimal import Decimal
from unittest.mock import Mock

from odoo import fields
from odoo.tests import tagged

from odoo.addons.connector_base.lib.errors import PermanentError, RateLimitedError, TransientError

from ..catalogue import round as catalogue_round
from ..models import integration_flow_publish as publishing
from .catalogue_case import CatalogueCase


@tagged("post_install", "-at_install")
class TestCatalogueOut(CatalogueCase):
    """Odoo owns a field: the channel shows what Odoo says."""

    def test_nothing_is_touched_while_nobody_owns_it(self):
        self.product.list_price = 25.0
        self.work()
        self.assertFalse(self.env["integration.catalogue.value"].search([("backend_id", "=", self.backend.id)]))
        self.assertFalse(self.adapter.asked)

    def test_what_is_the_same_is_not_sent(self):
        self.own(price="odoo", barcode="odoo", weight="odoo", title="odoo")
        states = self.env["integration.catalogue.value"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(states.mapped("state"), ["same"] * 4)
        self.assertFalse(self.adapter.sent)

    def test_a_new_price_reaches_the_channel_once(self):
        self.own(price="odoo")
        self.product.list_price = 21.5
        self.work()
        self.work()
        self.assertEqual(self.adapter.taken, [("v1", "price", "21.50")])
        self.assertEqual((self.value().state, self.value().known), ("same", "21.50"))

    def test_a_rule_of_the_price_list_counts(self):
        self.own(price="odoo")
        self.env["product.pricelist.item"].create(
            {
                "pricelist_id": self.pricelist.id,
                "applied_on": "3_global",
                "compute_price": "percentage",
                "percent_price": 10,
            }
        )
        self.work()
        self.assertEqual(self.shown(), Decimal("18.00"))

    def test_a_price_that_begins_by_the_clock(self):
        self.own(price="odoo")
        self.env["product.pricelist.item"].create(
            {
                "pricelist_id": self.pricelist.id,
                "applied_on": "0_product_variant",
                "product_id": self.product.id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "compute_price": "fixed",
                "fixed_price": 15,
                "date_start": fields.Datetime.now() + timedelta(hours=1),
            }
        )
        self.work()
        self.assertEqual(self.shown(), Decimal("20.00"))
        # an hour passes: the rule lies behind us, and nobody wrote anything
        self.env.cr.execute("UPDATE product_pricelist_item SET date_start = now() AT TIME ZONE 'UTC' - interval '1 s'")
        self.env.cr.execute(
            "UPDATE integration_catalogue_run SET dated_until = now() AT TIME ZONE 'UTC' - interval '1 minute'"
        )
        self.env.invalidate_all()
        self.out._cron_publish_catalogue()
        self.work()
        self.assertEqual(self.shown(), Decimal("15.00"))

    def test_prices_with_taxes(self):
        self.product.taxes_id = self.vat
        self.backend.price_taxes = "with"
        self.own(price="odoo")
        self.assertEqual(self.shown(), Decimal("23.80"))

    def test_barcode_weight_and_name(self):
        self.own(barcode="odoo", weight="odoo", title="odoo")
        self.product.write({"barcode": "5000000000000", "weight": 1.5, "name": "Shirt, long"})
        self.work()
        self.assertEqual(self.shown("barcode"), "5000000000000")
        self.assertEqual(self.shown("weight_kg"), Decimal("1.500"))
        self.assertEqual(self.shown("title"), "Shirt, long")

    def test_what_odoo_does_not_know_is_not_taken_away(self):
        self.product.write({"barcode": False, "weight": 0, "list_price": 0})
        self.own(price="odoo", barcode="odoo", weight="odoo")
        self.assertFalse(self.adapter.sent)
        self.assertEqual(self.value("barcode").state, "nothing")

    def test_variants_of_several_products_have_no_name_in_common(self):
        self.env["integration.product.binding"]._bind(
            self.backend, {"v2": self.product_b}, values={"v2": {"group_id": "p1"}}
        )
        self.show("v2", group_id="p1")
        self.own(title="odoo")
        self.assertFalse(self.adapter.sent)
        self.assertEqual(self.value("title").state, "nothing")

    def test_a_link_without_group_learns_it(self):
        self.env["integration.product.binding"].search([("external_id", "=", "v1")]).group_id = False
        self.product.list_price = 22
        self.own(price="odoo")
        self.assertEqual(self.shown(), Decimal("22.00"))

    def test_a_large_comparison_reads_the_list_instead_of_each(self):
        *listed, gone = self.many(4)
        del self.adapter.shown[gone]
        self.patch(publishing, "LIST_FROM", 3)
        self.backend.price_jump_percent = 0
        self.own(price="odoo")
        self.assertEqual((self.adapter.lists, self.adapter.asked), (1, []))
        self.assertEqual({self.shown(key=key) for key in listed}, {Decimal("1.00")})
        self.assertEqual(len(self.value().search([("state", "=", "gone")])), 1)
        self.product.list_price = 21
        self.work()
        self.assertEqual((self.adapter.lists, self.adapter.asked), (1, [["v1"]]))

    def many(self, count):
        """Link so many products more, shown at half a dollar: their keys."""
        products = [self.make_product(f"P{n}", stock=0) for n in range(count)]
        links = {f"v{n}": product for n, product in enumerate(products, 10)}
        self.env["integration.product.binding"]._bind(
            self.backend, links, values={key: {"group_id": f"p{key[1:]}"} for key in links}
        )
        for key in links:
            self.show(key, price=Decimal("0.50"))
        return list(links)

    def take_in_bulk(self, least, most):
        self.patch(self.registry["integration.backend"], "_catalogue_bulk", lambda backend: (least, most))
        self.patch(publishing, "LIST_FROM", 3)
        self.patch(publishing, "READ_AT_ONCE", 2)

    def test_a_channel_that_takes_much_at_once_gets_it_in_one_message(self):
        keys = self.many(7)
        self.patch(catalogue_round, "GROUPS_PER_MESSAGE", 1)
        self.take_in_bulk(4, 100)
        self.backend.price_jump_percent = 0
        self.own(price="odoo")
        self.assertEqual({self.shown(key=key) for key in keys}, {Decimal("1.00")})
        messages = self.value().search([("state", "=", "same"), ("message_id", "!=", False)]).message_id
        self.assertEqual(len(messages), 1)
        self.product.list_price = 21
        self.work()
        self.assertEqual(self.shown(), Decimal("21.00"))

    def test_what_a_message_did_not_carry_after_all_comes_with_the_next(self):
        self.own(price="odoo", barcode="odoo")
        self.adapter.leave_out = {("v1", "price")}
        self.product.write({"barcode": "5000000000000", "list_price": 21})
        self.work()
        self.assertEqual((self.shown("barcode"), self.shown()), ("5000000000000", Decimal("21.00")))
        self.assertEqual(len(self.adapter.sent), 2)
        self.assertEqual({self.value().state, self.value("barcode").state}, {"same"})

    def test_it_leaves_the_larger_part_of_the_limit_to_orders(self):
        tiers = []
        build = self.registry["integration.backend"]._get_adapter
        self.patch(
            self.registry["integration.backend"],
            "_get_adapter",
            lambda backend: tiers.append(backend.env.context.get("integration_tier")) or build(backend),
        )
        self.backend.price_owner = "odoo"
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.out._job_publish_catalogue()
        self.assertEqual(set(tiers), {"2"})

    def test_it_waits_when_the_channel_asks_it_to(self):
        self.backend.price_owner = "odoo"
        read = self.adapter.read_products
        self.adapter.read_products = Mock(side_effect=RateLimitedError("slow down", retry_after=30))
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.out._job_publish_catalogue()
        self.env.cr.postcommit.run()
        waiting = [("identity_key", "=like", "integration:publish-catalogue-later:%"), ("state", "=", "pending")]
        self.assertTrue(self.env["queue.job"].search(waiting).eta)
        self.adapter.read_products = read
        self.work()
        self.assertEqual(self.value().state, "same")

    def test_no_longer_listed(self):
        del self.adapter.shown["v1"]
        self.own(price="odoo")
        self.assertEqual(self.value().state, "gone")

    def test_the_newest_price_is_sent(self):
        self.own(price="odoo")
        self.product.list_price = 21
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.out._job_publish_catalogue()
        self.product.list_price = 22
        self.work()
        self.assertEqual(self.shown(), Decimal("22.00"))
        self.assertEqual(self.value().state, "same")

    def test_a_lost_answer_is_looked_up_not_sent_again(self):
        self.own(price="odoo")
        self.adapter.script = ["lost"]
        self.product.list_price = 21
        self.work()
        message = self.value().message_id
        self.make_due(message)
        self.drain(self.out)
        self.assertEqual(message.state, "done")
        self.assertEqual((len(self.adapter.sent), len(self.adapter.lookups)), (1, 1))
        self.assertEqual(self.value().state, "same")

    def test_trouble_is_tried_again(self):
        self.own(price="odoo")
        self.adapter.script = [TransientError("down")]
        self.product.list_price = 21
        self.work()
        self.make_due(self.value().message_id)
        self.drain(self.out)
        self.work()
        self.assertEqual((self.shown(), self.value().state), (Decimal("21.00"), "same"))

    def test_a_message_that_was_given_up_holds_nothing_back(self):
        self.own(price="odoo")
        self.adapter.script = [PermanentError("No.")]
        self.product.list_price = 21
        self.work()
        self.assertEqual((self.value().state, self.value().message_id.state), ("sending", "blocked"))
        self.work()
        self.assertEqual(len(self.adapter.sent), 1, "the same is not sent again by itself")
        self.product.list_price = 22
        self.work()
        self.assertEqual((self.shown(), self.value().state), (Decimal("22.00"), "same"))

    def test_a_decision_is_not_undone_by_a_comparison_that_waits(self):
        self.own(price="odoo")
        self.product.list_price = 2.0
        self.work()
        self.env["integration.catalogue.value"]._recheck(self.backend)
        self.value().action_set_ours()
        self.work()
        self.assertEqual(self.shown(), Decimal("2.00"))

    def test_a_refusal_is_reported_and_does_not_stop_the_rest(self):
        self.own(price="odoo", barcode="odoo")
        self.adapter.refuse = {("v1", "barcode"): "Barcode is taken."}
        self.product.write({"barcode": "5000000000000", "list_price": 21})
        self.work()
        self.assertEqual(self.shown(), Decimal("21.00"))
        self.assertEqual((self.value("barcode").state, self.value("barcode").problem), ("refused", "Barcode is taken."))
        self.assertIn("Barcode is taken.", self.exceptions("catalogue").cause)
        self.adapter.refuse = {}
        self.value("barcode").action_set_ours()
        self.work()
        self.assertEqual(self.value("barcode").state, "same")
        self.assertFalse(self.exceptions("catalogue"))

    def test_a_large_change_waits_for_a_person(self):
        self.own(price="odoo")
        self.product.list_price = 2.0
        self.work()
        self.assertEqual((self.value().state, self.value().reason), ("ask", "jump"))
        self.assertEqual(self.shown(), Decimal("20.00"))
        self.value().action_set_ours()
        self.work()
        self.assertEqual(self.shown(), Decimal("2.00"))
        self.assertFalse(self.exceptions("catalogue"))

    def test_another_currency_is_not_converted_unawares(self):
        self.company.currency_id = self.env.ref("base.USD")
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.patch(self.registry["integration.backend"], "_catalogue_currency", lambda backend: euro)
        self.own(price="odoo")
        self.assertFalse(self.adapter.sent)
        self.assertIn("EUR", self.exceptions("configuration").cause)
