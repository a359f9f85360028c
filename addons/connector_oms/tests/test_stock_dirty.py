"""Whatever changes availability leaves a mark, once a transaction."""

from odoo.tests import tagged

from .stock_common import StockCase


@tagged("post_install", "-at_install")
class TestDirty(StockCase):
    """Marks that the next commit would write."""

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        self.run_precommit()
        self.env.cr.execute("DELETE FROM integration_stock_dirty")

    def marks(self):
        """{(product id or None, warehouse id)} of this backend, each as often as written."""
        self.run_precommit()
        self.env.cr.execute(
            "DELETE FROM integration_stock_dirty WHERE backend_id = %s RETURNING product_id, warehouse_id",
            (self.backend.id,),
        )
        return sorted(self.env.cr.fetchall(), key=str)

    @property
    def mark(self):
        return [(self.product.id, self.warehouse.id)]

    def test_quants(self):
        quant = self.stock_up(self.product, self.shelves[0], 5)
        self.assertEqual(self.marks(), self.mark)
        quant.quantity = 6
        self.assertEqual(self.marks(), self.mark)
        quant.inventory_date = "2030-01-01"
        self.assertEqual(self.marks(), [])
        quant.unlink()
        self.assertEqual(self.marks(), self.mark)

    def test_many_changes_one_mark(self):
        for location in (self.stock, *self.shelves):
            self.stock_up(self.product, location, 5)
        self.make_move(self.product, 3, confirm=True)._action_assign()
        self.assertEqual(self.marks(), self.mark)

    def test_moves(self):
        move = self.make_move(self.product, 3)
        self.assertEqual(self.marks(), [])
        move._action_confirm(merge=False)
        self.assertEqual(self.marks(), self.mark)
        move.product_uom_qty = 4
        self.assertEqual(self.marks(), self.mark)
        move.priority = "1"
        self.assertEqual(self.marks(), [])
        move._action_cancel()
        self.assertEqual(self.marks(), self.mark)

    def test_held_orders(self):
        order = self.make_order([(self.product, 3)], self.backend)
        self.assertEqual(self.marks(), self.mark)
        order.order_line.product_uom_qty = 4
        self.assertEqual(self.marks(), self.mark)
        order.action_cancel()
        self.assertEqual(self.marks(), self.mark)
        self.make_order([(self.product, 3)])
        self.assertEqual(self.marks(), [])

    def test_held_order_that_changes_its_warehouse(self):
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        self.place.copy({"external_id": "loc-2", "record_id": other.id})
        order = self.make_order([(self.product, 3)], self.backend)
        self.marks()
        order.warehouse_id = other
        self.assertEqual(set(self.marks()), {*self.mark, (self.product.id, other.id)})

    def test_locations(self):
        everything = [(None, self.warehouse.id)]
        self.shelves[0].integration_unsellable = True
        self.assertEqual(self.marks(), everything)
        self.shelves[0].location_id = self.shelves[1]
        self.assertEqual(self.marks(), everything)
        self.shelves[0].name = "Renamed"
        self.assertEqual(self.marks(), [])

    def test_location_that_leaves_for_another_warehouse(self):
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        self.place.copy({"external_id": "loc-2", "record_id": other.id})
        self.marks()
        self.shelves[0].location_id = other.lot_stock_id
        self.assertEqual(set(self.marks()), {(None, self.warehouse.id), (None, other.id)})

    def test_links_and_safety_stock(self):
        everything = [(None, self.warehouse.id)]
        product = self.make_products(1)
        self.bind(product)
        self.assertEqual(self.marks(), [(product.id, self.warehouse.id)])
        self.place.external_id = "loc-9"
        self.assertEqual(self.marks(), everything)
        self.backend.stock_buffer_units = 2
        self.assertEqual(self.marks(), everything)

    def test_what_is_rolled_back_leaves_none(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.stock_up(self.product, self.stock, 5)
            raise ZeroDivisionError
        self.assertEqual(self.marks(), [])

    def test_places_no_channel_sells_from_leave_none(self):
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        self.stock_up(self.product, other.lot_stock_id, 5)
        self.assertEqual(self.marks(), [])

    def test_backends_that_do_not_publish_get_none(self):
        self.flow.active = False
        self.stock_up(self.product, self.stock, 5)
        self.assertEqual(self.marks(), [])

    def test_deleted_product(self):
        product = self.make_products(1)
        self.bind(product)
        self.stock_up(product, self.stock, 0).unlink()
        self.env["integration.product.binding"].search([("record_id", "=", product.id)]).unlink()
        product.unlink()
        self.assertEqual(self.marks(), [])

    def test_a_round_is_asked_for(self):
        self.stock_up(self.product, self.stock, 5)
        self.run_precommit()
        self.env.cr.postcommit.run()
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_publish_stock"), ("state", "=", "pending")])
        self.assertEqual(jobs.records, self.flow)

    def test_rounds_follow_each_other_by_a_second(self):
        self.stock_up(self.product, self.stock, 5)
        self.run_precommit()
        self.flow._job_publish_stock()
        self.env.cr.postcommit.clear()
        self.stock_up(self.product, self.shelves[0], 5)
        self.run_precommit()
        self.env.cr.postcommit.run()
        job = self.env["queue.job"].search([("method_name", "=", "_job_publish_stock"), ("state", "=", "pending")])
        self.assertEqual(len(job), 1)
        self.assertTrue(job.eta)
