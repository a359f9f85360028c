"""From a changed quant to the channel's level."""

import json
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.connector_base.lib.errors import TransientError

from ..lib.levels import SELLABLE_SQL, sellable
from .stock_publish_case import PublishCase


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
