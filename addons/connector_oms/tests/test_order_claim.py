from .builder import line, order
from .order_case import OrderCase


class TestOrderClaim(OrderCase):
    """The known goods of an order that waits for a person are not sold again."""

    def free(self, product):
        """What may be sold now."""
        self.env.flush_all()
        availability = self.env["integration.stock.availability"]
        return availability._available(product, self.warehouse)[product.id, self.warehouse.id]

    def test_known_goods_of_a_blocked_order_are_taken(self):
        self.send(order(1, [line("GONE"), line("SKU-A", 7)]))
        self.assertEqual(self.free(self.product_a), 93)

    def test_claim_ends_when_the_order_goes_through(self):
        messages = self.send(order(1, [line("GONE"), line("SKU-A", 7)]))
        self.make_product("GONE")
        messages.action_replay()
        self.drain(self.flow)
        self.assertEqual(messages.state, "done")
        self.assertFalse(self.env["integration.order.claim"].search([]))
        self.assertEqual(self.free(self.product_a), 93, "the order itself takes them now")

    def test_blocked_twice_is_claimed_once(self):
        messages = self.send(order(1, [line("GONE"), line("SKU-A", 7)]))
        messages.action_replay()
        self.drain(self.flow)
        self.assertEqual(self.free(self.product_a), 93)

    def test_later_state_replaces_the_claim(self):
        self.flow.full_state = True
        document = order(1, [line("GONE"), line("SKU-A", 7)])
        self.send(document)
        self.send(self.update(document, lines=[line("GONE"), line("SKU-A", 2)]))
        self.assertEqual(self.free(self.product_a), 98)

    def test_called_off_order_takes_nothing(self):
        messages = self.send(order(1, [line("GONE"), line("SKU-A", 7)]))
        messages.action_cancel()
        self.assertEqual(self.free(self.product_a), 100)
