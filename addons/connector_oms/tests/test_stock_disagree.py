"""The channel changed a level itself, does not take it, or holds another one."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.connector_base.lib.errors import RateLimitedError, TransientError

from ..stock import reading
from .stock_channel import StockChannel
from .stock_publish_case import PublishCase


@tagged("post_install", "-at_install")
class TestDisagreement(PublishCase):
    """The channel changed a level itself, does not take it, or holds another one."""

    def setUp(self):
        super().setUp()
        self.orders = self.make_flow("order.in", poll_minutes=5)
        self.clock = fields.Datetime.now()
        self.patch(reading, "now", self.tick)
        self.looked()
        self.put(10)
        self.round()
        self.looked()
        self.round()
        self.assertEqual(self.held, 10)
        self.adapter.sent.clear()

    def tick(self):
        """Every reading and every look-up has a second of its own."""
        self.clock += timedelta(seconds=10)
        return self.clock

    def looked(self):
        """A look-up of orders has begun and ended."""
        at = self.tick()
        self.orders.write({"polled_until": at, "polled_at": at})

    def order_of(self, units):
        """The order that the channel sold; Odoo gets to know of it."""
        return self.make_order([(self.product, units)], self.backend)

    def test_units_sold_at_the_channel_are_not_put_on_sale_again(self):
        self.adapter.sell(self.key[0], 4)
        self.put(5)
        self.round()
        self.assertEqual(self.held, 6, "stale: nothing was overwritten")
        self.round()
        self.assertEqual(self.held, 6, "15 would sell the 4 again")
        self.assertEqual(self.level().status, "orders")
        self.order_of(4)
        self.looked()
        self.round()
        self.assertEqual(self.held, 11)
        self.assertEqual(json.loads(self.adapter.sent[-1].body)["levels"][0]["expected"], 6)

    def test_level_may_fall_before_the_orders_are_known(self):
        self.adapter.sell(self.key[0], 1)
        self.make_move(self.product, 8, confirm=True)
        self.round()
        self.round()
        self.assertEqual(self.held, 2)

    def test_an_order_that_is_not_worked_off_holds_the_level_down(self):
        self.adapter.sell(self.key[0], 4)
        self.put(5)
        self.round()
        message = self.receive(self.orders, {"object": 1}, key="o1")
        self.round()
        self.looked()
        self.round()
        self.assertEqual(self.held, 6)
        message._settle("blocked", error="unknown product")
        self.round()
        self.assertEqual(self.held, 15, "what waits for a person is counted by its claims")
        self.order_of(4)
        message._settle("done")
        self.round()
        self.assertEqual(self.held, 11)

    def test_an_order_that_waits_for_a_person_counts_by_its_claims(self):
        self.adapter.sell(self.key[0], 4)
        self.put(5)
        self.round()
        message = self.receive(self.orders, {"object": 1}, key="o1")
        message._settle("blocked", error="unknown product on another line")
        self.env["integration.order.claim"].create(
            {
                "backend_id": self.backend.id,
                "external_id": "1",
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "quantity": 4,
            }
        )
        self.env["integration.order.claim"]._mark([{"product_id": self.product.id, "warehouse_id": self.warehouse.id}])
        self.round()
        self.looked()
        self.round()
        self.assertEqual(self.held, 11)

    def test_sale_between_reading_and_writing_is_seen(self):
        self.adapter.sell(self.key[0], 4)
        self.put(5)
        self.round()
        self.order_of(4)
        self.round()
        self.looked()
        self.adapter.script = [lambda call: self.adapter.sell(self.key[0], 1)]
        self.round()
        self.assertEqual(self.held, 5)
        self.order_of(1)
        self.round()
        self.looked()
        self.round()
        self.assertEqual(self.held, 10)

    def test_channel_that_cannot_be_read_is_overwritten(self):
        self.patch(StockChannel, "read_levels", None)
        self.adapter.sell(self.key[0], 4)
        self.put(5)
        self.round()
        self.assertEqual(self.held, 6)
        self.round()
        self.assertEqual(self.held, 15)

    def test_reading_that_fails_is_tried_again_later(self):
        self.adapter.sell(self.key[0], 4)
        self.put(5)
        self.round()

        def fails(*args):
            raise TransientError("no answer")

        with self.subTest("fails"):
            read = self.adapter.read_levels
            self.adapter.read_levels = fails
            self.assertIn("later", self.round())
            self.assertEqual(self.level().status, "read")
            self.adapter.read_levels = read
        self.order_of(4)
        self.round()
        self.looked()
        self.round()
        self.assertEqual(self.held, 11)

    def test_what_is_not_stocked_there_is_reported_and_the_others_go_on(self):
        self.adapter.refuse = {self.key[0]: "not_stocked"}
        self.put(5)
        self.put(7, self.products[1])
        self.round()
        self.assertEqual(self.adapter.levels[f"stock-{self.products[1].id}", "loc-1"], 7)
        self.assertEqual(self.level().status, "problem")
        exception = self.exceptions("stock")
        self.assertIn("does not keep", exception.cause)
        self.assertEqual(exception.res_id, self.level().id)
        self.adapter.sent.clear()
        self.put(1)
        self.round()
        self.assertFalse(self.adapter.sent, "not asked again and again")
        self.adapter.refuse = {}
        self.level().action_try_again()
        self.round()
        self.assertEqual(self.held, 16)
        self.assertFalse(self.exceptions("stock"))

    def test_nothing_of_what_is_not_stocked_there_is_no_problem(self):
        product = self.make_products(1)
        self.bind(product)
        self.adapter.refuse = {f"stock-{product.id}": "not_stocked"}
        self.round()
        self.assertEqual(self.level(product).status, "ok")
        self.assertFalse(self.exceptions("stock"))

    def test_daily_run_tries_again(self):
        self.adapter.refuse = {self.key[0]: "errors"}
        self.put(5)
        self.round()
        self.assertIn("No.", self.level().problem)
        self.adapter.refuse = {}
        self.env["integration.flow"]._cron_recompute_stock()
        self.round()
        self.assertEqual(self.held, 15)

    def compare(self):
        self.env["integration.flow"]._cron_recompute_stock()
        self.run_precommit()
        self.env.cr.execute(
            "UPDATE integration_stock_level SET compared_at = now() AT TIME ZONE 'UTC' - interval '1 day'"
        )
        result = self.flow._job_compare_stock()
        self.env.invalidate_all()
        return result

    def test_difference_is_mended(self):
        self.adapter.levels[self.key] = 99
        self.assertIn("1 differ", self.compare())
        self.round()
        self.assertEqual(self.held, 10, "falls at once")
        self.looked()
        self.round()
        self.compare()
        self.assertEqual(self.level().mismatches, 0)
        self.assertFalse(self.exceptions("stock"))

    def test_difference_that_comes_back_is_reported_until_it_is_over(self):
        for __ in range(2):
            self.adapter.levels[self.key] = 99
            self.compare()
            self.round()
            self.looked()
            self.round()
        exception = self.exceptions("stock")
        self.assertEqual(len(exception), 1)
        self.assertIn("99", exception.cause)
        self.compare()
        self.assertFalse(self.exceptions("stock"))

    def test_units_sold_there_are_no_difference(self):
        self.adapter.sell(self.key[0], 2)
        self.compare()
        self.round()
        self.order_of(2)
        self.looked()
        self.round()
        self.assertEqual(self.level().mismatches, 0)
        self.assertEqual(self.held, 8)

    def test_a_comparison_that_has_to_wait_goes_on(self):
        self.adapter.read_levels = lambda *args: (_ for _ in ()).throw(RateLimitedError("slow down", retry_after=30))
        self.assertIn("goes on later", self.compare())
        self.env.cr.postcommit.run()
        waiting = [("identity_key", "=like", "integration:compare-stock-later:%"), ("state", "=", "pending")]
        self.assertTrue(self.env["queue.job"].search(waiting).eta)
        del self.adapter.read_levels

    def test_levels_of_what_is_no_longer_linked_go(self):
        self.env["integration.product.binding"].search([("record_id", "=", self.product.id)]).unlink()
        self.env["integration.flow"]._cron_recompute_stock()
        self.assertFalse(self.level())

    def test_lost_round_is_found_by_the_sweep(self):
        self.put(1)
        self.run_precommit()
        self.env.cr.postcommit.clear()
        self.env["integration.flow"]._cron_publish_stock()
        self.env.cr.postcommit.run()
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_publish_stock"), ("state", "=", "pending")])
        self.assertTrue(jobs)

    def test_difference_is_only_reported_where_the_channel_keeps_its_figure(self):
        self.backend.stock_drift_policy = "report"
        self.env.flush_all()
        self.adapter.levels[self.key] = 7
        self.compare()
        self.looked()
        self.round()
        self.assertEqual(self.held, 7)
        self.assertEqual((self.backend.stock_drift_products, self.backend.stock_drift_total), (1, 3))
        exception = self.exceptions("stock")
        self.assertIn("offers 7", exception.cause)
        self.level().invalidate_recordset()
        self.assertEqual(self.level().drift, -3)
        self.compare()
        self.assertEqual(self.exceptions("stock"), exception, "still open: it still differs")
        self.level().action_try_again()
        self.round()
        self.assertEqual(self.held, 10)
        self.compare()
        self.assertFalse(self.exceptions("stock"))
        self.assertEqual(self.backend.stock_drift_total, 0)
