from datetime import timedelta

from odoo import fields

from .builder import line, order
from .desk_case import DeskOrderCase


class TestDeliveries(DeskOrderCase):
    """Backorders, short shipments, nothing in stock."""

    def deliver(self, picking, done, backorder=True):
        """Ship ``done`` units of the first move."""
        picking.move_ids.quantity = done
        picking.move_ids.picked = True
        context = {"skip_backorder": True}
        if not backorder:
            context["picking_ids_not_to_backorder"] = picking.ids
        picking.with_context(**context).button_validate()

    def picking(self, quantity=5):
        sale = self.bring(order(1, [line("SKU-A", quantity, "50.00")]))
        picking = sale.picking_ids
        picking.action_assign()
        return picking

    def test_a_backorder_is_told_and_closes_when_it_leaves(self):
        picking = self.picking()
        self.deliver(picking, 3)
        rest = picking.backorder_ids
        exception = self.exceptions("backorder")
        self.assertEqual((exception.res_id, exception.group_key), (rest.id, "SKU-A"))
        self.assertIn("2 × ", exception.cause)
        self.assertEqual(exception.amount, 50)
        rest.action_assign()
        self.deliver(rest, 2)
        self.assertClosed(exception, "healed")
        self.assertFalse(self.exceptions())

    def test_the_rest_is_cancelled(self):
        picking = self.picking()
        self.deliver(picking, 3)
        exception = self.exceptions("backorder")
        self.apply(exception, "drop_rest", reason="Customer agrees")
        self.assertEqual(picking.backorder_ids.state, "cancel")
        self.assertEqual(exception.state, "resolved")
        self.assertOnRecord(exception, "drop_rest")

    def test_shipped_short_and_the_rest_is_sent_after_all(self):
        picking = self.picking()
        self.deliver(picking, 3, backorder=False)
        exception = self.exceptions("short")
        self.assertIn("2 × ", exception.cause)
        self.apply(exception, "deliver_rest", reason="Found two more")
        fresh = picking.sale_id.picking_ids - picking
        self.assertEqual(fresh.move_ids.product_uom_qty, 2)
        self.assertClosed(exception)

    def test_shipped_short_and_left_so(self):
        self.deliver(self.picking(), 3, backorder=False)
        exception = self.exceptions("short")
        self.apply(exception, "accept", reason="Refunded")
        self.assertClosed(exception, "accepted")

    def test_a_whole_delivery_says_nothing(self):
        self.deliver(self.picking(), 5)
        self.assertFalse(self.exceptions())

    def test_other_orders_are_not_our_business(self):
        picking = self.picking()
        picking.sale_id.integration_backend_id = False
        self.deliver(picking, 3)
        self.assertFalse(self.exceptions())

    def short_of(self, stock):
        product = self.make_product("RARE", stock=stock)
        sale = self.bring(order(7, [line("RARE", 5, "50.00")]))
        picking = sale.picking_ids
        picking.action_assign()
        picking.move_ids.integration_reserve_pending = False
        picking.scheduled_date = fields.Datetime.now() - timedelta(hours=1)
        return product, picking

    def test_nothing_in_stock_when_due(self):
        product, picking = self.short_of(0)
        self.env["stock.picking"]._cron_integration_shortages()
        exception = self.exceptions("allocation")
        self.assertEqual((exception.res_id, exception.group_key), (picking.id, "RARE"))
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertEqual(exception.occurrences, 1)
        self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 9)
        self.apply(exception, "reserve")
        self.assertEqual(picking.state, "assigned")
        self.assertEqual(exception.state, "resolved")

    def test_partly_in_stock_closes_when_the_goods_come(self):
        product, picking = self.short_of(2)
        self.env["stock.picking"]._cron_integration_shortages()
        exception = self.exceptions("partial")
        self.assertIn("3 × ", exception.cause)
        self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 9)
        picking.action_assign()
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertClosed(exception, "healed")

    def test_not_due_is_not_told(self):
        __, picking = self.short_of(0)
        picking.scheduled_date = fields.Datetime.now() + timedelta(days=2)
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertFalse(self.exceptions("allocation"))
