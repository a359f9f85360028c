from decimal import Decimal

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..catalogue import round as rounds
from .catalogue_case import CatalogueCase


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

        def reading(ids, **options):
            found = read(ids, **options)
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
