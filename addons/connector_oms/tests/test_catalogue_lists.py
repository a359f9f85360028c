from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.connector_base.lib.errors import DataError

from ..models import integration_flow_publish as publishing
from .catalogue_case import CatalogueCase


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

    def test_a_list_that_is_gone_does_not_hold_up_the_rest(self):
        self.backend.price_owner = "odoo"
        self.list.write({"pricelist_id": self.gold.id, "owner": "odoo"})

        def gone(list_id, keys):
            raise DataError("does not know the price list")

        self.adapter.read_list_prices = gone
        self.product.list_price = 22
        self.work()
        del self.adapter.read_list_prices
        self.assertEqual(self.shown(), Decimal("22.00"))
        self.assertFalse(self.list.pricelist_id)
        self.assertIn("Gold customers", self.exceptions("configuration").cause)
        self.work()
        self.assertFalse(self.listed())
        self.list.pricelist_id = self.gold
        self.assertFalse(self.exceptions("configuration"))

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
