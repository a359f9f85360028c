from odoo.tests import Form

from .builder import line, order
from .purchase_case import PurchaseCase


class TestPurchaseBanner(PurchaseCase):
    """A purchase order shows what is wrong with it, and with its receipts."""

    def test_its_own_and_those_of_its_receipts(self):
        purchase = self.purchase()
        report = self.env["integration.exception"]._report
        own = report(self.backend, "supplier_late", "Late", record=purchase)
        theirs = report(self.backend, "discrepancy", "Counted", record=purchase.picking_ids)
        shown = purchase.integration_banner
        self.assertEqual({entry["id"] for entry in shown}, {own.id, theirs.id})
        self.assertEqual(purchase.integration_exception_count, 2)
        self.assertTrue(all(entry["can_open"] for entry in shown))
        self.assertEqual(own.warehouse_id, self.warehouse)
        action = purchase.action_open_integration_exceptions()
        self.assertEqual(set(action["domain"][0][2]), {own.id, theirs.id})

    def test_transfers_know_their_purchase_orders(self):
        purchase = self.purchase()
        self.assertEqual(purchase.picking_ids.integration_purchase_ids, purchase)
        self.take_in(purchase.picking_ids, 4)
        first, rest = purchase.picking_ids.sorted("id")
        self.assertEqual((first.integration_purchase_ids, rest.integration_purchase_ids), (purchase, purchase))
        self.assertEqual(purchase.receipt_status, "partial")

    def test_another_order_of_the_supplier_shows_nothing(self):
        self.env["integration.exception"]._report(self.backend, "supplier_late", "Late", record=self.purchase())
        self.assertEqual(self.purchase().integration_exception_count, 0)

    def test_the_form_holds_it(self):
        purchase = self.purchase()
        exception = self.env["integration.exception"]._report(self.backend, "supplier_late", "Late", record=purchase)
        with Form(purchase) as form:
            self.assertEqual([entry["id"] for entry in form.integration_banner], exception.ids)


class TestPurchaseStory(PurchaseCase):
    """A purchase order is found by its number and the supplier's, with the order it was made for."""

    def find(self, text):
        return self.env["integration.find"].with_user(self.ann).action_find(text)["chains"]

    def story(self, correlation):
        return self.env["integration.timeline"].with_user(self.ann).action_read(correlation)

    def test_made_for_an_order_it_leads_to_that_orders_story(self):
        sale, purchase = self.buy_for_order()
        purchase.partner_ref = "LW-77"
        purchase.button_confirm()
        for text in (purchase.name, purchase.name.lower(), "LW-77"):
            (chain,) = self.find(text)
            self.assertEqual(chain["correlation"], sale.integration_correlation, text)
        told = [entry["title"] for entry in self.story(sale.integration_correlation)["entries"]]
        self.assertIn(f"Purchase order {purchase.name} made", told)
        self.assertIn(f"Purchase order {purchase.name} confirmed", told)
        self.assertIn(f"Transfer {purchase.picking_ids.name} made", told)
        action = purchase.action_open_integration_story()
        self.assertEqual(action["params"]["correlation"], sale.integration_correlation)

    def test_made_for_two_orders_it_leads_to_both(self):
        first, purchase = self.buy_for_order(1)
        second, other = self.buy_for_order(2)
        purchase.reference_ids |= other.reference_ids
        chains = self.find(purchase.name)
        self.assertEqual(
            {chain["correlation"] for chain in chains}, {first.integration_correlation, second.integration_correlation}
        )
        self.assertEqual(purchase._integration_chain(), purchase.integration_correlation)

    def test_called_off_it_stays_in_that_orders_story(self):
        sale, purchase = self.buy_for_order()
        purchase.button_cancel()
        self.assertFalse(purchase.reference_ids)
        (chain,) = self.find(purchase.name)
        self.assertEqual(chain["correlation"], sale.integration_correlation)
        told = [entry["title"] for entry in self.story(sale.integration_correlation)["entries"]]
        self.assertIn(f"Purchase order {purchase.name} cancelled", told)

    def test_for_stock_it_has_a_story_of_its_own(self):
        purchase = self.purchase(partner_ref="LW-78")
        for text in (purchase.name, "lw-78", purchase.picking_ids.name):
            chains = self.find(text)
            self.assertEqual([chain["correlation"] for chain in chains], [purchase.integration_correlation], text)
        story = self.story(purchase.integration_correlation)
        self.assertEqual(story["title"], f"{purchase.name} · LW-78")
        self.assertIn(f"Transfer {purchase.picking_ids.name} made", [entry["title"] for entry in story["entries"]])

    def test_an_order_that_needed_none_tells_of_none(self):
        self.purchase()
        sale = self.bring(order(3, [line("SKU-A")]))
        told = [entry["title"] for entry in self.story(sale.integration_correlation)["entries"]]
        self.assertFalse([title for title in told if title.startswith("Purchase order")])

    def test_what_the_supplier_sends_to_a_customer_belongs_to_that_customers_order(self):
        sale, purchase = self.buy_for_order()
        direct = self.env["stock.picking.type"].create(
            {
                "name": "Straight to the customer",
                "code": "incoming",
                "sequence_code": "DIR",
                "company_id": self.company.id,
                "default_location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        purchase.write({"picking_type_id": direct.id, "dest_address_id": sale.partner_shipping_id.id})
        purchase.button_confirm()
        self.assertEqual(purchase.picking_ids.integration_correlation, sale.integration_correlation)

    def test_the_reader_gets_no_link_to_what_is_closed_to_them(self):
        purchase = self.purchase()
        entries = self.story(purchase.integration_correlation)["entries"]
        self.assertFalse([entry for entry in entries if entry["model"] == "purchase.order"])
