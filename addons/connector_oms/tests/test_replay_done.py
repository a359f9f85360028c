from odoo.tests import tagged

from . import builder
from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestReplayDone(OrderCase):
    """Replaying every settled message of an order changes nothing (invariant 13)."""

    def picture(self, sale):
        """All that a second import would touch."""
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            "orders": self.env["sale.order"].search_count([("integration_backend_id", "=", self.backend.id)]),
            "state": sale.state,
            "amount": sale.amount_total,
            "lines": [(line.id, line.product_uom_qty, line.price_total) for line in sale.order_line],
            "moves": [(m.id, m.state, m.product_uom_qty) for m in sale.picking_ids.move_ids],
            "payments": sale.integration_payment_ids.ids,
            "holds": sale.integration_hold_ids.ids,
            "partners": self.env["res.partner"].search_count([]),
            "products": self.env["product.product"].search_count([]),
            "exceptions": self.exceptions().ids,
            "bindings": self.env["integration.order.binding"].search_count([("record_id", "=", sale.id)]),
        }

    def test_order_changed_twice_and_all_of_it_replayed(self):
        first = builder.order(701, lines=[builder.line("SKU-A", quantity=2)])
        sale = self.bring(first)
        self.bring(self.update(first, lines=[builder.line("SKU-A", quantity=3)]))
        before = self.picture(sale)
        messages = self.env["integration.message"].search([("business_key", "=", first.external_id)])
        self.assertEqual(len(messages), 2)
        for chosen in (messages, messages.sorted("id")[0], messages.sorted("id")[-1]):
            chosen.action_replay()
            self.drain(self.flow)
            self.assertEqual(set(messages.mapped("state")), {"done"})
            self.assertEqual(self.picture(sale), before)

    def test_held_order_stays_in_front_of_a_person(self):
        self.flow.full_state = True
        first = builder.order(703, financial_status="pending", lines=[builder.line("SKU-A", quantity=2)])
        sale = self.bring(first)
        self.bring(self.update(first, note="Please ring twice"))
        held = self.exceptions("payment")
        self.assertEqual(held.res_id, sale.id)
        before = self.picture(sale)
        messages = self.env["integration.message"].search([("business_key", "=", first.external_id)])
        messages.action_replay()
        self.drain(self.flow)
        self.assertEqual(self.picture(sale), before)
        self.assertEqual(messages.superseded_by_id, messages.sorted("id")[-1])
        self.assertEqual(held.state, "open")

    def test_bulk_replay_of_an_order_that_is_there_makes_no_second_one(self):
        document = builder.order(702)
        sale = self.bring(document)
        before = self.picture(sale)
        message = self.env["integration.message"].search([("business_key", "=", document.external_id)])
        message._settle("dead", error="the worker died after its commit")
        replay = self.env["integration.replay"]._start(message, "after the outage", rate=600)
        self.env.flush_all()
        self.env.cr.execute("UPDATE integration_replay SET paced_until = paced_until - interval '5 seconds'")
        replay._job_tick()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")
        self.assertEqual(self.picture(sale), before)
