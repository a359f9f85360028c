from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from .builder import line, order
from .purchase_case import PurchaseCase


class TestPurchaseLate(PurchaseCase):
    """Goods that did not come are put to a person once, and close by themselves."""

    def look(self):
        self.env["purchase.order"]._cron_integration_late()
        return self.exceptions("supplier_late")

    def offered(self):
        """A product that the shop sells, with none in stock."""
        product = self.make_product("LAMP", stock=0)
        self.env["integration.product.binding"]._bind(self.backend, {"variant-LAMP": product})
        return product

    def waiting(self, product, number=7):
        """An order of the shop whose delivery waits for ``product``."""
        sale = self.bring(order(number, [line(product.default_code, 5, "50.00")]))
        sale.picking_ids.action_assign()
        sale.picking_ids.move_ids.integration_reserve_pending = False
        return sale

    def test_made_for_an_order(self):
        sale, purchase = self.buy_for_order()
        purchase.button_confirm()
        self.plan(purchase, -1)
        exception = self.look()
        self.assertEqual((exception.res_model, exception.res_id), ("purchase.order", purchase.id))
        self.assertEqual(exception.group_label, "Supplier is late: Lamp Works")
        for word in (purchase.name, "Lamp Works", sale.name):
            self.assertIn(word, exception.cause)
        self.assertEqual(exception.amount, 50)
        self.assertEqual(purchase.integration_banner[0]["fixes"][0]["code"], "new_date")
        self.assertEqual((self.look(), exception.occurrences), (exception, 1))

    def test_for_stock_that_deliveries_lack(self):
        product = self.offered()
        sale = self.waiting(product)
        self.purchase(product, days=-1)
        self.assertIn(sale.name, self.look().cause)

    def test_for_stock_that_nobody_waits_for_it_takes_longer(self):
        purchase = self.purchase(self.offered(), days=-1)
        self.assertFalse(self.look())
        self.plan(purchase, -3)
        self.assertNotIn("wait for it", self.look().cause)

    def test_the_hours_are_the_backends(self):
        purchase = self.purchase(self.offered(), days=-3)
        for hours, found in ((0, False), (24 * 4, False), (24 * 2, True)):
            self.backend.late_hours = hours
            self.assertEqual(bool(self.look()), found, hours)
        self.backend.late_hours = 24 * 4
        self.assertFalse(self.look(), purchase.name)

    def test_what_no_channel_is_concerned_with_is_left_to_odoo(self):
        self.purchase(self.make_product("SPARE", stock=0), days=-9)
        self.assertFalse(self.look())

    def test_not_late_yet_and_drafts_are_not_told(self):
        product = self.offered()
        self.purchase(product, days=2)
        draft = self.purchase(product, days=-9)
        draft.button_cancel()
        self.assertFalse(self.look())

    def test_closes_when_it_comes(self):
        purchase = self.purchase(self.offered(), days=-3)
        exception = self.look()
        self.take_in(purchase.picking_ids, 4)
        self.assertEqual(exception.state, "open", "six are still to come")
        self.take_in(purchase.picking_ids.filtered(lambda picking: picking.state != "done"))
        self.assertClosed(exception, "healed")

    def test_closes_when_the_supplier_names_a_day_and_comes_back_after_it(self):
        purchase = self.purchase(self.offered(), days=-3)
        exception = self.look()
        self.plan(purchase, 5)
        self.assertClosed(exception, "healed")
        self.assertFalse(self.look())
        self.plan(purchase, -4)
        self.assertTrue(self.look())

    def test_closes_when_it_is_called_off(self):
        purchase = self.purchase(self.offered(), days=-3)
        exception = self.look()
        purchase.button_cancel()
        self.assertClosed(exception, "healed")

    def test_what_was_let_stand_stays_so_until_another_day_passes(self):
        purchase = self.purchase(self.offered(), days=-3)
        exception = self.look()
        self.apply(exception, "accept", reason="They will come")
        self.assertFalse(self.look())
        exception.resolved_at = fields.Datetime.now() - timedelta(days=4)
        self.assertTrue(self.look(), "another date has passed since")
        self.assertEqual(purchase.state, "purchase")

    def test_reports_of_other_addons_are_not_closed(self):
        purchase = self.purchase(self.offered(), days=5)
        other = self.env["integration.exception"]._report(
            self.backend, "supplier_late", "Not confirmed", group_key="855", record=purchase
        )
        self.look()
        purchase.button_cancel()
        self.assertEqual(other.state, "open")

    def test_enter_the_new_date(self):
        sale, purchase = self.buy_for_order()
        purchase.button_confirm()
        self.plan(purchase, -1)
        exception = self.look()
        coming = (fields.Datetime.now() + timedelta(days=6)).replace(microsecond=0)
        with self.assertRaises(UserError):
            self.apply(exception, "new_date", date_planned=fields.Datetime.now() - timedelta(days=1))
        self.apply(exception, "new_date", date_planned=coming, reason="Ship was late")
        self.assertEqual(purchase.order_line.date_planned, coming)
        self.assertClosed(exception)
        self.assertOnRecord(exception, "new_date")
        self.assertFalse(self.look())
        self.assertIn("Ship was late", purchase.message_ids[0].body)
