"""What may be sold: one SQL, held against the ORM and against hand-made cases."""

import random
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .stock_common import StockCase


@tagged("post_install", "-at_install")
class TestAvailability(StockCase):
    """``available`` is what one product has in the test warehouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.products[0]

    def available(self, product=None, warehouse=None):
        product = product or self.product
        warehouse = warehouse or self.warehouse
        found = self.env["integration.stock.availability"]._available(product, warehouse)
        return found[product.id, warehouse.id]

    def test_equals_free_qty_on_plain_stock(self):
        rng = random.Random(7)
        products = self.make_products(30)
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        for product in products:
            for location in (self.stock, *self.shelves, other.lot_stock_id):
                if rng.random() < 0.6:
                    self.stock_up(product, location, rng.choice([-3, 0, 1, 2.5, 40]))
            if rng.random() < 0.7:
                self.make_move(product, rng.choice([1, 2]), confirm=True)._action_assign()
        # what could not be reserved is demand for us, and still free for free_qty
        self.env["stock.move"].search(
            [("product_id", "in", products.ids), ("state", "!=", "assigned")]
        )._action_cancel()
        found = self.env["integration.stock.availability"]._available(products, self.warehouse + other)
        for warehouse in self.warehouse + other:
            for product in products.with_context(warehouse_id=warehouse.id):
                self.assertAlmostEqual(found[product.id, warehouse.id], product.free_qty, 6, product.name)
        everything = self.env["integration.stock.availability"]._available(None, other)
        self.assertEqual(
            {key: units for key, units in found.items() if key[1] == other.id and units},
            {k: v for k, v in everything.items() if k[0] in products.ids and v},
        )

    def test_first_question_after_a_restart_is_answered_like_the_next(self):
        self.stock_up(self.product, self.stock, 3)
        self.registry.clear_all_caches()
        self.assertEqual(self.available(), 3)

    def test_no_stock_is_nothing(self):
        self.assertEqual(self.available(), 0)

    def test_unreserved_demand_is_taken_off_at_once(self):
        self.stock_up(self.product, self.stock, 10)
        self.make_move(self.product, 4, confirm=True)
        self.assertEqual(self.available(), 6)
        self.make_move(self.product, 20, confirm=True)._action_assign()
        self.assertEqual(self.available(), -14)

    def test_partly_reserved_move_counts_once(self):
        self.stock_up(self.product, self.stock, 3)
        dozen = self.env.ref("uom.product_uom_dozen")
        move = self.make_move(self.product, 2, confirm=True, product_uom=dozen.id)
        self.assertEqual(self.available(), -21)
        move._action_assign()
        self.assertEqual(self.available(), -21)

    def test_draft_cancelled_and_done_moves_are_no_demand(self):
        self.stock_up(self.product, self.stock, 10)
        self.make_move(self.product, 1)
        self.make_move(self.product, 2, confirm=True)._action_cancel()
        done = self.make_move(self.product, 3, confirm=True)
        done._action_assign()
        done.picked = True
        done._action_done()
        self.assertEqual(self.available(), 7)

    def test_receipts_are_no_demand(self):
        supplier = self.env.ref("stock.stock_location_suppliers")
        self.make_move(
            self.product,
            5,
            location_id=supplier.id,
            location_dest_id=self.stock.id,
            picking_type_id=self.warehouse.in_type_id.id,
        )._action_confirm()
        self.assertEqual(self.available(), 0)

    def test_three_steps_ask_for_their_units_once(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self.warehouse.pick_type_id.reservation_method = "manual"
        self.stock_up(self.product, self.stock, 10)
        order = self.make_order([(self.product, 4)])
        order.action_confirm()
        self.assertEqual(self.available(), 6)
        for __ in range(3):
            picking = order.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
            picking.action_assign()
            self.assertEqual(self.available(), 6)
            picking.move_ids.picked = True
            picking.button_validate()
            self.assertEqual(self.available(), 6)
        self.assertEqual(order.order_line.qty_delivered, 4)

    def test_pull_chain_asks_for_its_units_once(self):
        """Pick and ship made together: the first takes from stock, the second waits."""
        self.stock_up(self.product, self.stock, 10)
        output = self.warehouse.wh_output_stock_loc_id
        output.active = True
        ship = self.make_move(self.product, 4, location_id=output.id)
        self.make_move(
            self.product,
            4,
            location_dest_id=output.id,
            move_dest_ids=[(4, ship.id)],
            picking_type_id=self.warehouse.pick_type_id.id,
            confirm=True,
        )
        ship._action_confirm(merge=False)
        self.assertEqual(ship.state, "waiting")
        self.assertEqual(self.available(), 6)

    def test_what_is_bought_for_an_order_takes_nothing_from_stock(self):
        self.stock_up(self.product, self.stock, 10)
        move = self.make_move(self.product, 4, confirm=True)
        move.write({"procure_method": "make_to_order", "state": "waiting"})
        self.assertEqual(self.available(), 10)

    def test_places_that_are_not_for_sale_do_not_count(self):
        self.stock_up(self.product, self.stock, 10)
        damaged = self.env["stock.location"].create(
            {"name": "Damaged", "location_id": self.stock.id, "integration_unsellable": True}
        )
        box = self.env["stock.location"].create({"name": "Box", "location_id": damaged.id})
        self.stock_up(self.product, damaged, 5)
        self.stock_up(self.product, box, 5)
        self.assertEqual(self.available(), 10)
        self.assertEqual(self.product.with_context(warehouse_id=self.warehouse.id).free_qty, 20)

    def test_warehouse_of_a_location_whose_grandparent_moved(self):
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        aisle = self.env["stock.location"].create({"name": "Aisle", "location_id": self.shelves[0].id})
        self.stock_up(self.product, aisle, 8)
        self.shelves[0].location_id = other.lot_stock_id
        self.assertEqual(self.available(), 0)
        self.assertEqual(self.available(warehouse=other), 8)

    def test_consignment_is_not_ours_to_sell(self):
        self.stock_up(self.product, self.stock, 10, owner_id=self.partner.id)
        self.stock_up(self.product, self.stock, 2)
        own = self.warehouse.company_id.partner_id
        self.stock_up(self.product, self.stock, 1, owner_id=own.id)
        self.assertEqual(self.available(), 3)

    def test_quantities_that_are_null(self):
        quant = self.stock_up(self.product, self.stock, 10)
        other = self.stock_up(self.product, self.shelves[0], 3)
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_quant SET quantity = NULL WHERE id = %s", (quant.id,))
        self.env.cr.execute(
            "ALTER TABLE stock_quant ALTER reserved_quantity DROP NOT NULL;"
            "UPDATE stock_quant SET reserved_quantity = NULL WHERE id = %s",
            (other.id,),
        )
        self.assertEqual(self.available(), 3)

    def test_held_orders_of_channels_keep_their_units(self):
        self.stock_up(self.product, self.stock, 30)
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.make_order([(self.product, 1, {"product_uom_id": dozen.id}), (self.product, 2)], self.backend)
        self.assertEqual(self.available(), 16)
        self.make_order([(self.product, 9)])  # a quotation of our own promises nothing
        self.assertEqual(self.available(), 16)
        order.action_confirm()
        self.assertEqual(self.available(), 16)
        order._action_cancel()
        self.assertEqual(self.available(), 30)

    def test_companies_stay_apart(self):
        company = self.env["res.company"].create({"name": "Other company"})
        theirs = self.env["stock.warehouse"].sudo().search([("company_id", "=", company.id)])
        self.stock_up(self.product, theirs.lot_stock_id, 7)
        self.stock_up(self.product, self.stock, 2)
        self.assertEqual(self.available(), 2)
        self.assertEqual(self.available(warehouse=theirs), 7)

    def test_removal_dates_count_only_where_they_exist(self):
        if self.env["integration.stock.availability"]._has_expiry():
            self.skipTest("product_expiry is installed")
        self.stock_up(self.product, self.stock, 2)
        self.assertEqual(self.available(), 2)

    def test_expired_lots_are_not_sold(self):
        if not self.env["integration.stock.availability"]._has_expiry():
            self.skipTest("product_expiry is not installed")
        product = self.make_products(1, tracking="lot", use_expiration_date=True)
        for days in (-1, 1):
            lot = self.env["stock.lot"].create({"product_id": product.id})
            lot.removal_date = fields.Datetime.now() + timedelta(days=days)
            self.stock_up(product, self.stock, 5, lot_id=lot.id)
        self.assertEqual(self.available(product), 5)
