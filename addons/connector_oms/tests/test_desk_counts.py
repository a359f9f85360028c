from odoo import fields
from odoo.exceptions import AccessError

from .builder import line, order
from .desk_case import DeskOrderCase


class CountCase(DeskOrderCase):
    """A product with 100 units on the shelf, which the shop offers, at 2.00 each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_flow("stock.out")
        cls.product_a.standard_price = 2
        cls.env["integration.product.binding"]._bind(cls.backend, {"variant-SKU-A": cls.product_a})
        cls.env.flush_all()
        cls.env.cr.execute(
            """INSERT INTO integration_stock_level (backend_id, company_id, product_id, warehouse_id, available,
                                                    version, published_version, mismatches)
               VALUES (%s, %s, %s, %s, 100, 1, 1, 0) RETURNING id""",
            (cls.backend.id, cls.company.id, cls.product_a.id, cls.warehouse.id),
        )
        cls.level = cls.env["integration.stock.level"].browse(cls.env.cr.fetchone()[0])

    def shelf(self, product=None):
        return self.env["stock.quant"].search(
            [("product_id", "=", (product or self.product_a).id), ("location_id", "=", self.warehouse.lot_stock_id.id)]
        )

    def count(self, units, product=None):
        """Somebody counts the shelf."""
        quant = self.shelf(product).with_context(inventory_mode=True)
        quant.inventory_quantity = units
        quant.action_apply_inventory()
        self.env.flush_all()

    def reserved(self, number=1, quantity=5, printed=True):
        """A delivery whose goods are reserved; the warehouse has begun with it."""
        picking = self.bring(order(number, [line("SKU-A", quantity, "50.00")])).picking_ids
        picking.action_assign()
        picking.printed = printed
        self.assertEqual(picking.state, "assigned")
        return picking


class TestCounts(CountCase):
    """A count that changes much of what the shop is offered."""

    def test_above_the_units(self):
        self.count(80)
        exception = self.exceptions("discrepancy")
        self.assertEqual(exception.group_label, "Counted differently: SKU-A")
        self.assertEqual((exception.res_model, exception.res_id), (self.level._name, self.level.id))
        self.assertEqual((exception.counted_units, exception.amount), (-20, 40))
        for words in ("80 counted", "Odoo had 100", "No delivery loses"):
            self.assertIn(words, exception.cause)
        self.assertEqual(exception.warehouse_id, self.warehouse)

    def test_within_the_limits_nothing_is_said(self):
        self.count(90)
        self.count(95)
        self.assertFalse(self.exceptions("discrepancy"))

    def test_above_the_value(self):
        self.product_a.standard_price = 30
        self.count(96)
        self.assertEqual(self.exceptions("discrepancy").amount, 120)

    def test_limits_of_nothing_are_none(self):
        self.backend.write({"count_limit_units": 0, "count_limit_value": 0})
        self.count(1)
        self.assertFalse(self.exceptions("discrepancy"))

    def test_products_that_no_channel_is_offered_are_left_alone(self):
        self.count(1, self.product_b)
        self.assertFalse(self.exceptions("discrepancy"))

    def test_moved_to_another_shelf_is_no_difference(self):
        other = self.env["stock.location"].create({"name": "Shelf 2", "location_id": self.warehouse.lot_stock_id.id})
        quants = self.shelf() | self.env["stock.quant"].create(
            {"product_id": self.product_a.id, "location_id": other.id, "quantity": 50}
        )
        counted = quants.with_context(inventory_mode=True)
        counted[0].inventory_quantity, counted[1].inventory_quantity = 70, 80
        counted.action_apply_inventory()
        self.assertFalse(self.exceptions("discrepancy"))

    def test_several_small_counts_add_up_once_it_is_open(self):
        self.count(80)
        exception = self.exceptions("discrepancy")
        self.count(75)
        self.assertEqual(self.exceptions("discrepancy"), exception)
        self.assertEqual((exception.counted_units, exception.amount, exception.occurrences), (-25, 50, 2))

    def test_counted_again_it_closes_by_itself(self):
        self.count(80)
        exception = self.exceptions("discrepancy")
        self.count(99)
        self.assertClosed(exception, "healed")

    def test_have_it_counted_again(self):
        self.count(80)
        exception = self.exceptions("discrepancy")
        self.assertEqual(self.codes(exception), ["recount", "accept"])
        self.apply(exception, "recount")
        self.assertEqual(self.shelf().inventory_date, fields.Date.context_today(exception.with_user(self.ann)))
        self.assertEqual(exception.state, "open")

    def test_a_large_value_needs_a_manager(self):
        self.count(80)
        exception = self.exceptions("discrepancy")
        with self.assertRaises(AccessError):
            self.apply(exception, "accept", reason="Broken")
        self.apply(exception, "accept", self.max, reason="Broken")
        self.assertClosed(exception, "accepted")

    def test_it_says_which_deliveries_lose_their_goods(self):
        picking = self.reserved(quantity=5, printed=False)
        self.count(3)
        cause = self.exceptions("discrepancy").cause
        self.assertIn(f"1 ({picking.name})", cause)


class TestPicks(CountCase):
    """What was reserved for a delivery that the warehouse has begun with is gone."""

    def test_counted_away(self):
        picking = self.reserved()
        self.count(3)
        exception = self.exceptions("pick")
        self.assertEqual((exception.res_id, exception.group_label), (picking.id, "Could not be picked: SKU-A"))
        for words in (picking.name, picking.sale_id.name, "2 × "):
            self.assertIn(words, exception.cause)
        self.assertEqual(self.codes(exception), ["reserve", "drop_rest", "accept"])

    def test_scrapped(self):
        picking = self.reserved(quantity=98)
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.product_a.id,
                "scrap_qty": 10,
                "location_id": self.warehouse.lot_stock_id.id,
                "company_id": self.company.id,
            }
        )
        scrap.do_scrap()
        self.assertEqual(self.exceptions("pick").res_id, picking.id)
        self.assertIn("8 × ", self.exceptions("pick").cause)

    def test_what_is_not_begun_with_waits_until_it_is_due(self):
        self.reserved(printed=False)
        self.count(3)
        self.assertFalse(self.exceptions("pick"))

    def test_taken_from_another_shelf_instead_nothing_is_lost(self):
        self.reserved()
        other = self.env["stock.location"].create({"name": "Shelf 2", "location_id": self.warehouse.lot_stock_id.id})
        self.env["stock.quant"].create({"product_id": self.product_a.id, "location_id": other.id, "quantity": 50})
        self.count(3)
        self.assertFalse(self.exceptions("pick"))

    def test_enough_left_for_all(self):
        self.reserved()
        self.count(5)
        self.assertFalse(self.exceptions("pick"))

    def test_check_availability_closes_it_when_the_goods_are_found(self):
        picking = self.reserved()
        self.count(3)
        exception = self.exceptions("pick")
        self.apply(exception, "reserve")
        self.assertEqual(exception.state, "open")
        self.count(50)
        self.apply(exception, "reserve")
        self.assertEqual(picking.state, "assigned")
        self.assertClosed(exception, "healed")

    def test_the_cron_closes_it_when_the_goods_are_found(self):
        picking = self.reserved()
        self.count(3)
        exception = self.exceptions("pick")
        self.count(50)
        picking.action_assign()
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertClosed(exception, "healed")

    def test_it_is_not_told_twice_as_a_shortage(self):
        picking = self.reserved()
        self.count(3)
        picking.scheduled_date = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertEqual(self.exceptions().filtered(lambda one: one.res_id == picking.id).mapped("category"), ["pick"])

    def test_the_rest_is_cancelled(self):
        picking = self.reserved()
        self.count(3)
        exception = self.exceptions("pick")
        self.apply(exception, "drop_rest", reason="Customer agrees")
        self.assertEqual((picking.state, exception.state), ("cancel", "resolved"))

    def test_reports_of_other_addons_are_not_closed(self):
        picking = self.reserved()
        other = self.env["integration.exception"]._report(self.backend, "pick", "Blocked aisle", record=picking)
        picking._integration_check_reserved()
        self.assertEqual(other.state, "open")
