from .builder import cancelled, line, order
from .desk_case import DeskOrderCase


class TestDuplicates(DeskOrderCase):
    """An order that has come in another way already."""

    def by_hand(self, **values):
        """The same order as ``order(1)``, typed by a clerk."""
        buyer = self.env["res.partner"].create({"name": "Jane Doe", "email": "jane1@example.com"})
        return self.env["sale.order"].create(
            {
                "partner_id": buyer.id,
                "company_id": self.company.id,
                "client_order_ref": "#1",
                "order_line": [
                    (0, 0, {"product_id": self.product_a.id, "product_uom_qty": 1, "price_unit": 10, "tax_ids": []})
                ],
                **values,
            }
        )

    def test_held_and_linked_to_the_other(self):
        twin = self.by_hand()
        sale = self.bring(order(1))
        self.assertEqual(sale.integration_hold, "duplicate")
        exception = self.exceptions("duplicate")
        self.assertIn(twin.name, exception.cause)
        self.apply(exception, "link_order")
        self.assertEqual(sale.state, "cancel")
        self.assertClosed(exception)
        self.assertFalse(self.env["integration.message"].search([("topic", "=", "cancel.out")]))
        later = self.send(self.update(order(1), minutes=5))
        self.assertIn(twin.name, later.note)
        self.assertEqual(twin.order_line.mapped("product_uom_qty"), [1])

    def test_it_is_none(self):
        self.by_hand()
        sale = self.bring(order(1))
        self.apply(self.exceptions("duplicate"), "release", reason="Ordered twice on purpose")
        self.assertEqual(sale.state, "sale")

    def test_the_channels_next_message_does_not_lift_it(self):
        self.by_hand()
        sale = self.bring(order(1))
        self.send(self.update(order(1), minutes=5))
        self.assertEqual(sale.integration_hold, "duplicate")

    def test_one_thing_alike_is_no_duplicate(self):
        self.by_hand(client_order_ref="#2")
        self.assertFalse(self.bring(order(1)).integration_hold)

    def test_another_total_is_no_duplicate(self):
        self.by_hand()
        self.assertFalse(self.bring(order(1, [line("SKU-A", 1, "11.00")])).integration_hold)

    def test_a_stopped_order_is_linked_to_one_typed_by_hand(self):
        message = self.send(order(1, [line("GONE")]))
        twin = self.by_hand()
        self.apply(self.exceptions("product"), "link_order", order_id=twin)
        self.assertEqual(message.state, "done")
        self.assertEqual(message.res_id, twin.id)
        self.assertFalse(self.exceptions())

    def test_a_cancellation_of_a_linked_order_is_told(self):
        self.send(order(1, [line("GONE")]))
        twin = self.by_hand()
        self.apply(self.exceptions("product"), "link_order", order_id=twin)
        self.send(cancelled(order(1)))
        self.assertEqual(twin.state, "draft")
        self.assertIn(twin.name, self.exceptions("cancel").cause)
