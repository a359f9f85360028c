"""Two transactions want the last units: with real cursors and real commits.

A test in one transaction cannot show this. What is committed here is deleted again.
"""

import threading
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from ..models.stock_move import StockMove

UNITS = 5


@tagged("post_install", "-at_install")
class TestOverReservation(BaseCase):
    """Both want all units there are; one move each."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            warehouse = env["stock.warehouse"].search([], limit=1)
            self.product_id, self.move_ids = self.make(env, warehouse)
        self.addCleanup(self.clean)

    def make(self, env, warehouse):
        product = env["product.product"].create({"name": "Wanted by two", "type": "consu", "is_storable": True})
        env["stock.quant"].create(
            {
                "product_id": product.id,
                "location_id": warehouse.lot_stock_id.id,
                "quantity": UNITS,
            }
        )
        moves = env["stock.move"].create(
            [
                {
                    "product_id": product.id,
                    "product_uom_qty": UNITS,
                    "location_id": warehouse.lot_stock_id.id,
                    "location_dest_id": env.ref("stock.stock_location_customers").id,
                    "picking_type_id": warehouse.out_type_id.id,
                    "state": "confirmed",
                }
                for __ in range(2)
            ]
        )
        return product.id, moves.ids

    def clean(self):
        with self.registry.cursor() as cr:
            for table in ("stock_move_line", "stock_move", "stock_quant"):
                cr.execute(f"DELETE FROM {table} WHERE product_id = %s", (self.product_id,))
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["product.product"].browse(self.product_id).product_tmpl_id.unlink()

    def reserved(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT sum(quantity), sum(reserved_quantity) FROM stock_quant"
                " WHERE product_id = %s AND location_id IN"
                " (SELECT id FROM stock_location WHERE usage = 'internal')",
                (self.product_id,),
            )
            return cr.fetchone()

    def assign(self, cr, move_id):
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["stock.move"].browse(move_id)._action_assign()
        env.flush_all()

    def race(self):
        """Both take their snapshot, the first reserves, the second reserves, both commit.

        :return: what went wrong for the second, or None
        """
        errors = []

        def second(cr):
            try:
                self.assign(cr, self.move_ids[1])
                cr.commit()
            except psycopg2.Error as error:
                errors.append(error)
                cr.rollback()

        with self.registry.cursor() as one, self.registry.cursor() as two:
            one.execute("SELECT 1")
            two.execute("SELECT 1")
            self.assign(one, self.move_ids[0])
            thread = threading.Thread(target=second, args=(two,))
            thread.start()
            thread.join(1.0)  # with the lock it waits for the first one's commit
            one.commit()
            thread.join(20.0)
            self.assertFalse(thread.is_alive())
        return errors[0] if errors else None

    def test_the_second_one_fails_and_finds_nothing_left_when_it_tries_again(self):
        error = self.race()
        self.assertIsInstance(error, psycopg2.errors.SerializationFailure)
        with self.registry.cursor() as cr:
            self.assign(cr, self.move_ids[1])
        self.assertEqual(self.reserved(), (UNITS, UNITS))
        with self.registry.cursor() as cr:
            moves = api.Environment(cr, SUPERUSER_ID, {})["stock.move"].browse(self.move_ids)
            self.assertEqual(moves.mapped("state"), ["assigned", "confirmed"])

    def test_without_the_lock_core_over_reserves(self):
        with patch.object(StockMove, "_integration_lock_products", lambda self: None):
            error = self.race()
        self.assertIsNone(error)
        self.assertEqual(self.reserved(), (UNITS, 2 * UNITS))

    def test_bulk_leaves_stock_that_somebody_is_changing_for_later(self):
        with self.registry.cursor() as other, self.registry.cursor() as cr:
            other.execute(
                "SELECT id FROM stock_quant WHERE product_id = %s FOR NO KEY UPDATE",
                (self.product_id,),
            )
            env = api.Environment(cr, SUPERUSER_ID, {"integration_bulk_reservation": True})
            move = env["stock.move"].browse(self.move_ids[0])
            move.integration_reserve_pending = True
            move._action_assign()
            self.assertEqual(move.state, "confirmed")
            self.assertTrue(move.integration_reserve_pending)
            other.rollback()
            move._action_assign()
            self.assertEqual(move.state, "assigned")
            self.assertFalse(move.integration_reserve_pending)
