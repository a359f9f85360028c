"""Goods that another warehouse, or a supplier, brings for an order first."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .builder import line, order
from .test_routing import RoutingCase


class FeedCase(RoutingCase):
    """Reno may get goods from Dallas: two days on the way, 3 a transfer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reno.resupply_wh_ids = cls.dallas
        cls.route = cls.reno.resupply_route_ids
        cls.route.write({"integration_days": 2, "integration_cost": 3.0, "integration_unit_cost": 0.5})
        cls.dallas.integration_hazmat = False
        cls.c.integration_hazmat = True

    def short_order(self, units=4):
        """An order of which Reno has 1, and Dallas, which may not ship it to customers, the rest."""
        self.new_rules(resupply="short")
        self.put(self.reno, self.c, 1)
        self.put(self.dallas, self.c, 10)
        return self.bring(order(lines=[line("SKU-C", units)]))

    def free(self, warehouse, product=None):
        product = product or self.c
        found = self.env["integration.stock.availability"]._available(product, warehouse)
        return found[product.id, warehouse.id]

    def feeders(self, sale):
        """The transfer's moves: into the warehouse that ships, out of the one that has it."""
        moves = sale.order_line.move_ids.filtered(lambda m: m.integration_allocation_id and m.state != "cancel")
        return moves._integration_feeders() if moves else moves

    def do(self, moves):
        moves._action_assign()
        moves.picked = True
        moves.picking_id._action_done()


@tagged("post_install", "-at_install")
class TestRoutingFeed(FeedCase):
    """From another warehouse."""

    def test_days_on_the_way_are_the_lead_time_that_odoo_plans_by(self):
        receiving = self.route.rule_ids.filtered(lambda rule: rule.location_src_id.usage == "transit")
        self.assertEqual((receiving.delay, self.route.integration_days), (2, 2))
        receiving.delay = 5
        self.assertEqual(self.route.integration_days, 5)
        for values in ({"integration_days": -1}, {"integration_cost": -1}):
            with self.assertRaises(ValidationError):
                self.route.write(values)

    def test_rest_of_an_order_is_brought_and_shipped_together(self):
        sale = self.short_order()
        decision = sale.integration_decision_id
        self.assertEqual((sale.warehouse_id, decision.shipments, decision.units_missing), (self.reno, 1, 0))
        self.assertEqual(decision.cost, 5.0 + 3.0 + 3 * 0.5)
        self.assertIn("Reno gets 3 × [SKU-C] Product SKU-C from Dallas first.", decision.explanation)
        self.assertEqual(
            [(part.units, part.source_id, part.feed_days) for part in decision.allocation_ids],
            [(1, self.env["stock.warehouse"], 0), (3, self.dallas, 2)],
        )
        self.assertFalse(self.exceptions("allocation"))
        self.assertEqual(self.ship_from(sale), {self.reno: {self.c: 4}})
        self.assertEqual((self.free(self.reno), self.free(self.dallas)), (0, 7), "promised where it is")
        self.assertEqual(self.feeders(sale).picking_type_id.mapped("warehouse_id"), self.reno | self.dallas)

    def test_delivery_gets_what_arrives_and_nobody_else_does(self):
        sale = self.short_order()
        into, out = self.feeders(sale)
        self.do(out)
        self.assertEqual(sale.order_line.qty_delivered, 0)
        self.assertEqual((self.free(self.reno), self.free(self.dallas)), (0, 7))
        self.do(into)
        delivery = sale.order_line.move_ids.filtered("integration_allocation_id")
        self.assertEqual((delivery.state, delivery.quantity), ("assigned", 3))
        self.assertEqual(self.free(self.reno), 0, "what has come is the order's")
        self.do(sale.picking_ids.move_ids)
        self.assertEqual(sale.order_line.qty_delivered, 4)
        self.assertFalse(self.exceptions())

    def test_what_is_on_its_way_for_an_order_is_not_sold_before_it_arrives(self):
        self.short_order()
        coming = self.env["integration.stock.availability"]._incoming(self.c, self.reno)
        self.assertEqual(sum(units for __, units in coming.get((self.c.id, self.reno.id), [])), 0)
        promise = self.env["integration.stock.availability"]._figures(self.c, self.reno)
        self.assertEqual(promise[self.c.id, self.reno.id].get("demand", 0) + self.free(self.reno), 1)

    def test_cancelled_order_has_nothing_brought(self):
        sale = self.short_order()
        feeders = self.feeders(sale)
        sale._action_cancel()
        self.assertEqual(set(feeders.mapped("state")), {"cancel"})
        self.assertEqual((self.free(self.reno), self.free(self.dallas)), (1, 10))

    def test_what_has_left_arrives_though_the_order_was_cancelled(self):
        sale = self.short_order()
        into, out = self.feeders(sale)
        self.do(out)
        sale._action_cancel()
        self.assertEqual(into.state, "assigned")
        self.do(into)
        self.assertEqual((self.free(self.reno), self.free(self.dallas)), (4, 7))

    def test_less_is_brought_for_less(self):
        sale = self.short_order()
        into, out = self.feeders(sale)
        self.env["integration.order.lines"]._cut_moves(sale.order_line, 2)
        self.assertEqual((into.product_uom_qty, out.product_uom_qty), (1, 1))
        self.assertEqual((self.free(self.reno), self.free(self.dallas)), (0, 9))

    def test_transfer_that_is_called_off_leaves_the_delivery_to_a_person(self):
        sale = self.short_order()
        into, out = self.feeders(sale)
        out.picking_id.action_cancel()
        delivery = sale.order_line.move_ids.filtered("integration_allocation_id")
        self.assertEqual(
            (into.state, delivery.state, delivery.procure_method), ("cancel", "confirmed", "make_to_stock")
        )
        delivery.integration_reserve_pending = False
        sale.picking_ids.scheduled_date = fields.Datetime.now() - timedelta(hours=1)
        self.env["stock.picking"]._cron_integration_shortages()
        exception = self.exceptions("partial") | self.exceptions("allocation")
        self.assertIn("SKU-C", exception.cause)

    def test_transfer_that_is_late_is_put_to_a_person(self):
        sale = self.short_order()
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertFalse(self.exceptions(), "there is time")
        sale.picking_ids.move_ids.date = fields.Datetime.now() - timedelta(hours=1)
        self.env["stock.picking"]._cron_integration_shortages()
        exception = self.exceptions("partial") | self.exceptions("allocation")
        self.assertEqual((exception.res_model, exception.res_id), ("stock.picking", sale.picking_ids.id))
        for move in reversed(self.feeders(sale)):
            self.do(move)
        sale.picking_ids.move_ids._action_assign()
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertNotEqual(exception.state, "open")

    def test_raised_quantity_does_not_ask_for_what_is_brought_again(self):
        sale = self.short_order()
        sale.order_line.product_uom_qty = 5
        into, out = self.feeders(sale)
        self.assertEqual(out.product_uom_qty, 3)
        self.assertEqual(self.ship_from(sale), {self.reno: {self.c: 5}})

    def test_routing_again_waits_for_goods_that_are_on_their_way(self):
        sale = self.short_order()
        sale._integration_reroute("again")
        self.assertEqual(self.free(self.dallas), 7, "brought once")
        into, out = self.feeders(sale)
        self.do(out)
        with self.assertRaisesRegex(UserError, "on their way"):
            sale._integration_reroute("again")

    def test_person_chooses_it_priced(self):
        self.new_rules()
        self.put(self.reno, self.c, 1)
        self.put(self.dallas, self.c, 10)
        sale = self.bring(order(lines=[line("SKU-C", 4)]))
        self.assertTrue(self.exceptions("allocation"))
        self.new_rules(resupply="short")
        action = sale.action_integration_choose_route()
        choice = self.env[action["res_model"]].with_context(**action["context"]).create({})
        option = choice.option_ids.filtered(lambda one: one.name == "Reno (first from: Dallas)")
        self.assertEqual((option.shipments, option.missing, option.cost), (1, 0, 9.5))
        choice.reason = "one parcel"
        option.action_take()
        self.assertEqual(self.feeders(sale).mapped("product_uom_qty"), [3, 3])
        self.assertIn("Reno gets 3", sale.integration_routing_why)
        self.assertFalse(self.exceptions("allocation"))
        again = self.env[action["res_model"]].with_context(**action["context"]).create({})
        option = again.option_ids.filtered(lambda one: one.name == "Reno (first from: Dallas)")
        self.assertEqual(option.missing, 0, "its own transfer is not in its own way")

    def test_nothing_is_brought_where_the_rules_do_not_say_so(self):
        self.put(self.reno, self.c, 1)
        self.put(self.dallas, self.c, 10)
        sale = self.bring(order(lines=[line("SKU-C", 4)]))
        self.assertFalse(self.feeders(sale))
        self.assertTrue(self.exceptions("allocation"))

    def test_warehouse_with_steps_brings_it_to_its_shelf_first(self):
        (self.reno | self.dallas).write({"delivery_steps": "pick_ship", "reception_steps": "two_steps"})
        sale = self.short_order()
        self.assertEqual((self.free(self.reno), self.free(self.dallas)), (0, 7))
        for __ in range(8):
            step = self.env["stock.move"].search(
                [("product_id", "=", self.c.id), ("state", "in", ("assigned", "confirmed", "partially_available"))]
            )
            step._action_assign()
            ready = step.filtered(lambda move: move.state == "assigned")
            if not ready:
                break
            ready.picked = True
            ready.picking_id.with_context(skip_backorder=True)._action_done()
        self.assertEqual(sale.order_line.qty_delivered, 4)
        self.assertEqual((self.free(self.reno), self.free(self.dallas)), (0, 7))


@tagged("post_install", "-at_install")
class TestRoutingPurchase(FeedCase):
    """From a supplier, for the order."""

    def buy(self, units=2, **rules):
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        self.d.seller_ids = [(0, 0, {"partner_id": vendor.id, "price": 2.0, "delay": 6})]
        self.new_rules(buy_to_order=True, **rules)
        return self.bring(order(lines=[line("SKU-D", units)]))

    def test_what_is_nowhere_is_bought_and_goes_straight_to_the_delivery(self):
        sale = self.buy()
        self.assertIn("2 × [SKU-D] Product SKU-D is bought for the order", sale.integration_routing_why)
        self.assertFalse(self.exceptions("allocation"))
        part = sale.integration_decision_id.allocation_ids
        self.assertEqual((part.is_bought, part.feed_days, part.units), (True, 6, 2))
        purchase = self.env["purchase.order.line"].search([("product_id", "=", self.d.id)])
        self.assertEqual((purchase.product_qty, purchase.order_id.state), (2, "draft"))
        purchase.order_id.button_confirm()
        place = part.warehouse_id
        coming = self.env["integration.stock.availability"]._incoming(self.d, place)
        self.assertEqual(sum(units for __, units in coming.get((self.d.id, place.id), [])), 0, "not for others")
        self.do(purchase.move_ids)
        self.assertEqual(sale.picking_ids.move_ids.state, "assigned")
        self.assertEqual(self.free(place, self.d), 0)

    def test_part_that_is_in_stock_is_not_bought(self):
        self.put(self.reno, self.d, 1)
        sale = self.buy(3)
        purchase = self.env["purchase.order.line"].search([("product_id", "=", self.d.id)])
        self.assertEqual(purchase.product_qty, 2)
        self.assertEqual(self.ship_from(sale), {self.reno: {self.d: 3}})

    def test_purchase_that_is_called_off_leaves_the_delivery(self):
        sale = self.buy()
        purchase = self.env["purchase.order.line"].search([("product_id", "=", self.d.id)]).order_id
        purchase.button_confirm()
        purchase.button_cancel()
        self.assertEqual(sale.picking_ids.state, "confirmed")
        sale.picking_ids.move_ids.integration_reserve_pending = False
        sale.picking_ids.scheduled_date = fields.Datetime.now() - timedelta(hours=1)
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertTrue(self.exceptions("allocation"))

    def test_nothing_is_bought_of_what_arrives_anyway(self):
        self.expect(self.dallas, self.d, 9)
        self.put(self.reno, self.c, 1)
        sale = self.buy(wait_days=5)
        self.assertFalse(self.env["purchase.order.line"].search([("product_id", "=", self.d.id)]))
        self.assertFalse(sale.integration_decision_id.allocation_ids.filtered("is_bought"))

    def test_nothing_is_bought_without_a_vendor(self):
        self.new_rules(buy_to_order=True)
        self.bring(order(lines=[line("SKU-D", 2)]))
        self.assertTrue(self.exceptions("allocation"))
