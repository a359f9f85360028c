"""From a changed quant to the channel's level, and what happens when they disagree."""

import json
from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from odoo.addons.connector_base.lib.errors import TransientError

from ..lib.levels import SELLABLE_SQL, sellable
from ..stock import reading
from .stock_channel import StockChannel
from .stock_common import StockCase


class PublishCase(StockCase):
    """Levels of the test products in one warehouse, all known and published at 0."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapter = StockChannel()

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        self.key = (f"stock-{self.product.id}", "loc-1")
        for product in self.products:
            self.adapter.levels[f"stock-{product.id}", "loc-1"] = 0

    def round(self):
        """Commit, one publishing job, and everything sent that is due."""
        self.run_precommit()
        result = self.flow._job_publish_stock()
        self.env.invalidate_all()
        self.drain(self.flow)
        return result

    def level(self, product=None):
        return self.env["integration.stock.level"].search(
            [("backend_id", "=", self.backend.id), ("product_id", "=", (product or self.product).id)]
        )

    def put(self, units, product=None):
        """Stock on the first shelf."""
        return self.stock_up(product or self.product, self.shelves[0], units)

    @property
    def held(self):
        return self.adapter.levels[self.key]


@tagged("post_install", "-at_install")
class TestPublish(PublishCase):
    """The way out as it should be."""

    def test_first_publication_reads_before_it_writes(self):
        self.adapter.levels[self.key] = 3
        self.put(8)
        self.round()
        self.assertEqual(self.adapter.reads, 1)
        self.assertEqual(self.held, 8)
        sent = json.loads(self.adapter.sent[0].body)["levels"]
        self.assertEqual([(s["available"], s["expected"]) for s in sent], [(8, 3)])
        level = self.level()
        self.assertEqual((level.published, level.known, level.status), (8, 8, "ok"))
        self.assertEqual(level.published_version, level.version)

    def test_only_changes_are_sent(self):
        self.put(8)
        self.round()
        self.adapter.sent.clear()
        self.round()
        self.assertFalse(self.adapter.sent)
        self.put(1, self.products[1])
        self.round()
        self.assertEqual(self.adapter.taken[-1], (f"stock-{self.products[1].id}", 1))
        self.assertEqual(len(self.adapter.sent), 1)
        levels = json.loads(self.adapter.sent[0].body)["levels"]
        self.assertEqual(len(levels), 1)

    def test_there_and_back_again_sends_nothing(self):
        quant = self.put(8)
        self.round()
        self.adapter.sent.clear()
        version = self.level().version
        quant.quantity = 7
        self.run_precommit()
        self.flow._job_publish_stock()
        quant.quantity = 8
        self.round()
        self.assertFalse([call for call in self.adapter.sent if b'"available":7' in call.body])
        self.assertEqual(self.held, 8)
        self.assertGreater(self.level().version, version)
        self.assertEqual(self.level().status, "ok")

    def test_value_is_taken_when_it_is_sent(self):
        quant = self.put(8)
        self.round()
        quant.quantity = 6
        self.run_precommit()
        self.flow._job_publish_stock()
        quant.quantity = 5
        self.run_precommit()
        self.flow._job_publish_stock()
        self.drain(self.flow)
        self.assertEqual([units for __, units in self.adapter.taken], [8, 5])
        messages = self.env["integration.message"].search([("flow_id", "=", self.flow.id)])
        self.assertEqual(set(messages.mapped("state")), {"done"})

    def test_value_does_not_move_under_a_call_that_may_have_worked(self):
        quant = self.put(8)
        self.round()
        quant.quantity = 6
        self.adapter.script = [TransientError("no answer")]
        self.round()
        self.assertEqual(self.level().status, "sending")
        quant.quantity = 4
        self.round()
        self.assertEqual(self.level().available, 6, "the call's bytes say 6")
        message = self.level().message_id
        self.make_due(message)
        self.drain(self.flow)
        self.assertEqual((self.level().published, self.held), (6, 6))
        self.round()
        self.assertEqual((self.level().published, self.held), (4, 4))

    def test_safety_stock(self):
        self.backend.write({"stock_buffer_units": 2, "stock_buffer_percent": 50})
        self.put(9)
        self.round()
        self.assertEqual(self.held, 3)
        self.backend.stock_buffer_units = 0
        self.round()
        self.assertEqual(self.held, 4)

    def test_less_than_nothing_is_nothing(self):
        self.put(2)
        self.round()
        self.make_move(self.product, 5, confirm=True)
        self.round()
        self.assertEqual(self.held, 0)

    def test_sql_and_python_agree_on_what_is_sellable(self):
        for available in (-3.5, 0, 0.3, 2.999999, 7, 12.25, 1000):
            for units in (0, 0.5, 3):
                for percent in (0, 33.3, 50, 100):
                    self.env.cr.execute(
                        "SELECT " + SELLABLE_SQL.format(available="%s", units="%s", percent="%s"),
                        tuple(Decimal(repr(value)) for value in (available, units, percent)),
                    )
                    self.assertEqual(self.env.cr.fetchone()[0], sellable(available, units, percent))

    def test_things_without_stock_and_unlinked_ones_stay_out(self):
        service = self.make_products(1, is_storable=False)
        self.bind(service)
        self.make_products(1)
        self.round()
        self.assertFalse(self.level(service))
        self.env["integration.product.binding"].search([("record_id", "=", self.product.id)]).stock_id = False
        self.put(5)
        self.round()
        self.assertEqual(self.held, 0)

    def test_many_levels_travel_in_few_messages(self):
        products = self.make_products(260)
        self.bind(products)
        for product in products:
            self.adapter.levels[f"stock-{product.id}", "loc-1"] = 1
        self.round()
        self.assertEqual(len(self.adapter.sent), 2)
        self.assertEqual(set(self.level(products[0]).mapped("published")), {0})

    def test_paused_backend_goes_on_computing_and_sends_afterwards(self):
        self.put(4)
        self.round()
        self.backend.state = "paused"
        self.put(2)
        self.round()
        self.assertEqual((self.held, self.level().available), (4, 6))
        self.backend.state = "running"
        self.round()
        self.assertEqual(self.held, 6)


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
