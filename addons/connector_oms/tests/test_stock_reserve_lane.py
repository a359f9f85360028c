"""Reservation taken out of the confirmation and done by the warehouse's lane."""

from unittest.mock import patch

import psycopg2

from odoo.tests import tagged

from ..models.stock_move import StockMove
from .stock_common import StockCase


@tagged("post_install", "-at_install")
class TestReserveLane(StockCase):
    """Orders are confirmed without reserving; the lane does it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.products[0]
        cls.stock_up(cls.product, cls.stock, 10)
        cls.warehouse.out_type_id.reservation_method = "at_confirm"

    def confirm(self, *units, **values):
        """Confirm one order a number of units, as the import does; their moves."""
        orders = self.env["sale.order"].concat(
            *(self.make_order([(self.product, unit)], client_order_ref=str(unit), **values) for unit in units)
        )
        orders.with_context(integration_defer_reservation=True).action_confirm()
        return orders.order_line.move_ids

    def reserve(self):
        """Run the lane on what has been written so far."""
        self.env.flush_all()
        result = self.warehouse._job_reserve()
        self.env.invalidate_all()
        return result

    def jobs(self):
        return self.env["queue.job"].search([("method_name", "=", "_job_reserve"), ("state", "=", "pending")])

    def test_confirming_only_marks(self):
        move = self.confirm(4)
        self.assertEqual(move.state, "confirmed")
        self.assertTrue(move.integration_reserve_pending)
        self.assertFalse(move.move_line_ids)
        self.assertEqual(self.product.with_context(warehouse_id=self.warehouse.id).free_qty, 10)

    def test_one_job_is_asked_for_after_the_commit(self):
        self.confirm(1, 1)
        self.assertFalse(self.jobs())
        self.env.cr.postcommit.run()
        job = self.jobs()
        self.assertEqual(len(job), 1)
        self.assertEqual(job.channel, "root.connector.reserve")
        self.confirm(1)
        self.env.cr.postcommit.run()
        self.assertEqual(self.jobs(), job)

    def test_lane_serves_by_priority_then_date(self):
        moves = self.confirm(6, 5, 4)
        late, early, urgent = moves.sorted("product_uom_qty", reverse=True)
        late.date = "2030-01-02 00:00:00"
        early.date = "2030-01-01 00:00:00"
        urgent.write({"date": "2030-01-03 00:00:00", "priority": "1"})
        self.reserve()
        self.assertEqual(urgent.state, "assigned")
        self.assertEqual(early.state, "assigned")
        self.assertEqual(late.state, "partially_available")
        self.assertEqual(late.quantity, 1)
        self.assertFalse(any(moves.mapped("integration_reserve_pending")))

    def test_lost_job_is_found_by_the_sweep(self):
        self.confirm(1)
        self.env.cr.postcommit.clear()
        self.env["stock.warehouse"]._cron_reserve()
        self.env.cr.postcommit.run()
        self.assertEqual(len(self.jobs()), 1)

    def test_cancelled_while_waiting(self):
        move = self.confirm(1)
        move._action_cancel()
        self.env.flush_all()
        self.env["stock.warehouse"]._cron_reserve()
        self.env.invalidate_all()
        self.assertFalse(move.integration_reserve_pending)
        self.assertIn("0 moves", self.reserve())

    def test_manual_transfers_stay_manual(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        move = self.confirm(1)
        self.assertFalse(move.integration_reserve_pending)
        self.reserve()
        self.assertEqual(move.state, "confirmed")

    def test_receipts_are_not_put_off(self):
        supplier = self.env.ref("stock.stock_location_suppliers")
        receipt = self.make_move(
            self.product,
            3,
            location_id=supplier.id,
            location_dest_id=self.stock.id,
            picking_type_id=self.warehouse.in_type_id.id,
        )
        receipt.with_context(integration_defer_reservation=True)._action_confirm()
        self.assertEqual(receipt.state, "assigned")

    def test_reserving_by_hand_takes_the_mark_away(self):
        move = self.confirm(4)
        move.picking_id.action_assign()
        self.assertEqual(move.state, "assigned")
        self.assertFalse(move.integration_reserve_pending)

    def test_a_move_that_cannot_be_reserved_holds_up_no_other(self):
        moves = self.confirm(1, 2, 3, backend=self.backend)
        bad = moves.filtered(lambda move: move.product_uom_qty == 2)
        reserve = StockMove._action_assign

        def fails(records, force_qty=False):
            if bad.id in records.ids:
                raise ValueError("odd data")
            return reserve(records, force_qty)

        with patch.object(StockMove, "_action_assign", fails):
            self.reserve()
        self.assertEqual((moves - bad).mapped("state"), ["assigned", "assigned"])
        self.assertEqual(bad.state, "confirmed")
        self.assertFalse(bad.integration_reserve_pending)
        self.assertIn("odd data", self.exceptions("stock").cause)

    def test_a_line_to_the_database_that_breaks_is_no_fault_of_a_move(self):
        moves = self.confirm(1, 2, backend=self.backend)
        calls = []

        def breaks(records, force_qty=False):
            calls.append(len(records))
            raise ValueError("odd data") if len(calls) == 1 else psycopg2.InterfaceError("connection already closed")

        with patch.object(StockMove, "_action_assign", breaks), self.assertRaises(psycopg2.InterfaceError):
            self.reserve()
        self.env.invalidate_all()
        self.assertEqual(moves.mapped("integration_reserve_pending"), [True, True])
        self.assertFalse(self.exceptions("stock"))

    def test_first_step_of_three_is_put_off_too(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self.warehouse.pick_type_id.reservation_method = "at_confirm"
        move = self.confirm(4)
        self.assertEqual(move.picking_type_id, self.warehouse.pick_type_id)
        self.assertTrue(move.integration_reserve_pending)
        self.reserve()
        self.assertEqual(move.state, "assigned")
