from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.connector_base.lib.errors import PermanentError, RateLimitedError, TransientError

from ..catalogue import round as rounds
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
        products = [self.make_product(f"P{n}", stock=0) for n in range(4)]
        links = {f"v{n}": product for n, product in enumerate(products, 10)}
        self.env["integration.product.binding"]._bind(
            self.backend, links, values={key: {"group_id": f"p{key[1:]}"} for key in links}
        )
        for key in list(links)[:3]:
            self.show(key, price=Decimal("1.50"))
        self.patch(publishing, "LIST_FROM", 3)
        self.own(price="odoo")
        self.assertEqual((self.adapter.lists, self.adapter.asked), (1, []))
        self.assertEqual({self.shown(key=key) for key in list(links)[:3]}, {Decimal("1.00")})
        self.assertEqual(self.value(product=products[3]).state, "gone")
        self.product.list_price = 21
        self.work()
        self.assertEqual((self.adapter.lists, self.adapter.asked), (1, [["v1"]]))

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
        self.adapter.read_products = lambda ids: (_ for _ in ()).throw(RateLimitedError("slow down", retry_after=30))
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


@tagged("post_install", "-at_install")
class TestCatalogueConflict(CatalogueCase):
    """Both sides can change: who counts, and when a person is asked."""

    def news(self, **values):
        """The channel changes something and tells of it."""
        self.adapter.shown["v1"].update(values)
        document = self.adapter.read_products(["v1"])["v1"]
        self.env["integration.catalogue.value"]._observe(self.backend, [document])
        self.work()

    def test_a_change_at_the_channel_is_put_right_once(self):
        self.own(price="odoo")
        self.news(price=Decimal("19.00"))
        self.assertEqual(self.shown(), Decimal("20.00"))
        self.news(price=Decimal("19.00"))
        self.assertEqual((self.value().state, self.value().reason), ("ask", "again"))
        self.assertEqual(self.shown(), Decimal("19.00"))
        self.assertEqual(len(self.adapter.sent), 1)

    def test_after_a_new_price_of_the_owner_it_is_put_right_again(self):
        self.own(price="odoo")
        self.news(price=Decimal("19.00"))
        self.product.list_price = 21
        self.work()
        self.news(price=Decimal("19.50"))
        self.assertEqual(self.shown(), Decimal("21.00"))

    def test_changed_on_both_sides(self):
        self.own(price="odoo")
        self.adapter.shown["v1"]["price"] = Decimal("19.00")
        self.product.list_price = 21
        self.work()
        self.assertEqual((self.value().state, self.value().reason), ("ask", "both"))
        self.assertFalse(self.adapter.sent)
        self.assertEqual(self.exceptions("catalogue").group_key, "both:price")

    def test_taking_the_channels_price_makes_it_the_price_list_s(self):
        self.test_changed_on_both_sides()
        self.value().action_take_theirs()
        self.work()
        self.assertEqual(self.pricelist._get_product_price(self.product, 1.0), 19.0)
        self.assertEqual(self.product.list_price, 21)
        self.assertEqual(self.value().state, "same")
        self.assertFalse(self.adapter.sent)

    def test_left_different_until_one_changes(self):
        self.test_changed_on_both_sides()
        self.value().action_leave()
        self.out._cron_compare_catalogue()
        self.work()
        self.assertEqual(self.value().state, "left")
        self.assertFalse(self.exceptions("catalogue"))
        self.product.list_price = 22
        self.work()
        self.assertEqual(self.value().state, "ask")

    def test_only_compared(self):
        self.product.list_price = 21
        self.own(price="compare", barcode="compare")
        self.assertEqual((self.value().state, self.value("barcode").state), ("differs", "same"))
        self.assertFalse(self.adapter.sent)
        self.backend.price_owner = "odoo"
        self.work()
        self.assertEqual(self.shown(), Decimal("21.00"))

    def test_the_nightly_comparison_finds_what_no_news_told(self):
        self.own(price="odoo")
        self.adapter.shown["v1"]["price"] = Decimal("19.00")
        self.work()
        self.assertEqual(self.shown(), Decimal("19.00"))
        self.out._cron_compare_catalogue()
        self.work()
        self.assertEqual(self.shown(), Decimal("20.00"))

    def test_the_channel_owns_it(self):
        self.own(barcode="channel", weight="channel", title="channel", price="channel")
        self.news(barcode="5000000000000", weight_kg=Decimal("0.75"), title="Shirt, new", price=Decimal("24.00"))
        self.assertEqual((self.product.barcode, self.product.weight), ("5000000000000", 0.75))
        self.assertEqual(self.product.name, "Shirt, new")
        self.assertEqual(self.pricelist._get_product_price(self.product, 1.0), 24.0)
        self.assertFalse(self.adapter.sent)

    def test_odoo_is_put_right_once_where_the_channel_owns_it(self):
        self.own(title="channel")
        self.product.name = "My own name"
        self.work()
        self.assertEqual(self.product.name, "Shirt")
        self.product.name = "My own name"
        self.work()
        self.assertEqual((self.product.name, self.value("title").state), ("My own name", "ask"))

    def test_what_odoo_cannot_take_is_asked_about(self):
        self.product_b.barcode = "5000000000000"
        self.own(barcode="channel")
        self.news(barcode="5000000000000")
        self.assertEqual((self.value("barcode").state, self.value("barcode").reason), ("ask", "untaken"))
        self.assertEqual(self.product.barcode, "4006381333931")
        self.assertTrue(self.exceptions("catalogue"))

    def test_deciding_for_all_from_the_exception(self):
        self.test_changed_on_both_sides()
        exception = self.exceptions("catalogue")
        self.assertEqual(exception.fixes[0]["code"], "catalogue")
        action = exception.action_fix("catalogue")
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual((wizard.value_count, wizard.choice), (1, "set_ours"))
        self.assertIn("21.00 / 19.00", wizard.sample)
        wizard.action_apply()
        self.work()
        self.assertEqual(self.shown(), Decimal("21.00"))
        self.assertEqual(exception.state, "resolved")

    def test_one_owner_for_each_field(self):
        other = self.backend.copy({"name": "Other shop"})
        self.backend.title_owner = "channel"
        with self.assertRaisesRegex(ValidationError, "follow Test shop already"), self.env.cr.savepoint():
            other.title_owner = "channel"
        self.backend.price_owner = "channel"
        other.pricelist_id = self.pricelist.copy()
        other.price_owner = "channel"

    def test_a_pass_goes_on_where_it_stopped(self):
        products = [self.make_product(f"P{n}", stock=0) for n in range(5)]
        links = {f"v{n}": product for n, product in enumerate(products, 10)}
        self.env["integration.product.binding"]._bind(
            self.backend, links, values={key: {"group_id": f"p{key[1:]}"} for key in links}
        )
        for key in links:
            self.show(key, price=Decimal("1.00"), barcode="")
        self.backend.price_owner = "odoo"
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.patch(rounds, "BATCH", 2)
        run = self.env["integration.catalogue.run"]._of(self.backend)
        self.out._in_round(lambda one: one.compute())
        run.invalidate_recordset()
        first = run.swept_up_to
        self.assertTrue(run.is_sweeping and first)
        self.out._in_round(lambda one: one.compute())
        run.invalidate_recordset()
        self.assertGreater(run.swept_up_to, first)
        self.work()
        run.invalidate_recordset()
        self.assertFalse(run.is_sweeping)
        self.assertEqual({self.shown(key=key) for key in links}, {Decimal("1.00")})

    def test_news_that_come_while_the_channel_is_read_are_not_lost(self):
        self.own(price="odoo")
        self.product.list_price = 21
        self.env.flush_all()
        self.env.cr.precommit.run()
        read = self.adapter.read_products

        def reading(ids):
            found = read(ids)
            # right after our reading somebody changes the price, and the channel tells of it
            self.adapter.read_products = read
            self.adapter.shown["v1"]["price"] = Decimal("23.00")
            self.env["integration.catalogue.value"]._observe(self.backend, read(["v1"]).values())
            return found

        self.adapter.read_products = reading
        self.out._job_publish_catalogue()
        self.drain(self.out)
        self.env.cr.execute("SELECT asks > seen FROM integration_catalogue_value WHERE id = %s", (self.value().id,))
        self.assertTrue(self.env.cr.fetchone()[0], "what was told after the reading is still to be looked at")
        self.work()
        self.assertEqual(self.value().state, "same")


@tagged("post_install", "-at_install")
class TestFurtherLists(CatalogueCase):
    """Price lists of companies and markets, each kept as a price list of Odoo says."""

    def setUp(self):
        super().setUp()
        self.backend.action_learn_price_lists()
        self.list = self.backend.price_list_ids
        usd = self.env.ref("base.USD")
        self.gold = self.env["product.pricelist"].create(
            {"name": "Gold", "currency_id": usd.id, "company_id": self.company.id}
        )
        self.rule = self.env["product.pricelist.item"].create(
            {
                "pricelist_id": self.gold.id,
                "applied_on": "3_global",
                "compute_price": "percentage",
                "percent_price": 25,
            }
        )

    def held(self, key="v1"):
        return self.adapter.list_prices.get("pl-gold", {}).get(key)

    def listed(self):
        return self.value(self.list._field_name)

    def test_which_lists_there_are_is_asked_once_and_kept(self):
        self.assertEqual(
            (self.list.name, self.list.currency_id.name, self.list.owner), ("Gold customers", "USD", "compare")
        )
        self.backend.action_learn_price_lists()
        self.assertEqual(self.backend.price_list_ids, self.list)
        self.work()
        self.assertFalse(self.adapter.asked, "no price list of Odoo stands for it")

    def test_its_prices_are_those_of_the_price_list(self):
        self.list.write({"pricelist_id": self.gold.id, "owner": "odoo"})
        self.work()
        self.assertEqual((self.held(), self.shown()), (Decimal("15.00"), Decimal("20.00")))
        self.assertEqual((self.listed().state, self.listed().field), ("same", self.list._field_name))
        self.assertIn("Gold customers", self.listed().display_name)
        self.rule.percent_price = 30
        self.work()
        self.assertEqual(self.held(), Decimal("14.00"))

    def test_beside_the_shops_own_prices(self):
        self.backend.price_owner = "odoo"
        self.list.write({"pricelist_id": self.gold.id, "owner": "odoo"})
        self.work()
        self.product.list_price = 22
        self.work()
        self.assertEqual((self.shown(), self.held()), (Decimal("22.00"), Decimal("16.50")))

    def test_only_compared(self):
        self.adapter.list_prices = {"pl-gold": {"v1": Decimal("19.00")}}
        self.list.pricelist_id = self.gold
        self.work()
        self.assertEqual((self.listed().state, self.held()), ("differs", Decimal("19.00")))
        self.listed().action_take_theirs()
        self.assertEqual(self.gold._get_product_price(self.product, 1.0), 19.0)

    def test_a_price_that_falls_by_much_is_asked_about(self):
        self.adapter.list_prices = {"pl-gold": {"v1": Decimal("90.00")}}
        self.list.write({"pricelist_id": self.gold.id, "owner": "odoo"})
        self.work()
        self.assertEqual((self.listed().reason, self.held()), ("jump", Decimal("90.00")))
        self.assertIn("Gold customers: 1", self.exceptions("catalogue").cause)

    def test_a_refused_price(self):
        self.adapter.refuse = {("v1", "list:pl-gold"): "No such variant."}
        self.list.write({"pricelist_id": self.gold.id, "owner": "odoo"})
        self.work()
        self.assertEqual((self.listed().state, self.listed().problem), ("refused", "No such variant."))

    def test_given_up_again(self):
        self.list.write({"pricelist_id": self.gold.id, "owner": "odoo"})
        self.work()
        self.list.pricelist_id = False
        self.work()
        self.assertFalse(self.listed())
        self.assertEqual(self.held(), Decimal("15.00"), "what is there stays")

    def test_a_large_comparison_reads_lists_too(self):
        self.patch(publishing, "LIST_FROM", 1)
        self.list.write({"pricelist_id": self.gold.id, "owner": "odoo"})
        self.work()
        self.assertEqual((self.adapter.lists > 0, self.held()), (True, Decimal("15.00")))
