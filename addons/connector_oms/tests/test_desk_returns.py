from .builder import line, order
from .desk_case import DeskOrderCase


class TestReturns(DeskOrderCase):
    """Goods came back that nobody at the channel knows of, or more than were shipped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_flow("shipment.out")

    def move_all(self, picking, units=None):
        """Validate a transfer, with ``units`` of each product where given."""
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if units is None else units
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def shipped(self, number=1, quantity=3):
        self.document = order(number, [line("SKU-A", quantity, "30.00")])
        sale = self.bring(self.document)
        self.move_all(sale.picking_ids)
        return sale

    def take_back(self, picking, units):
        """The customer sends ``units`` back."""
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = units
        back = picking.browse(wizard.action_create_returns()["res_id"])
        return self.move_all(back, units)

    def refund(self, minutes=5):
        """The channel says that it has refunded."""
        self.send(self.update(self.document, minutes, refunded_amount=10, financial_status="partially_refunded"))

    def test_nobody_announced_it(self):
        sale = self.shipped()
        back = self.take_back(sale.picking_ids, 1)
        exception = self.exceptions("return")
        self.assertEqual((exception.res_id, exception.group_label), (back.id, "Return: SKU-A"))
        for word in (back.name, sale.name, "1 × "):
            self.assertIn(word, exception.cause)
        self.assertEqual(exception.amount, 10)
        self.assertEqual(self.codes(exception), ["send_back", "accept"])

    def test_refunded_before_is_announced(self):
        sale = self.shipped()
        self.refund()
        self.take_back(sale.picking_ids, 1)
        self.assertFalse(self.exceptions("return"))

    def test_closes_when_the_channel_refunds(self):
        self.take_back(self.shipped().picking_ids, 1)
        exception = self.exceptions("return")
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertEqual(exception.state, "open")
        self.refund()
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertClosed(exception, "healed")

    def test_more_than_was_shipped_even_if_announced(self):
        sale = self.shipped()
        self.refund()
        self.take_back(sale.picking_ids, 5)
        exception = self.exceptions("return")
        self.assertIn("2 × ", exception.cause)
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertEqual(exception.state, "open")

    def test_send_it_back(self):
        sale = self.shipped()
        back = self.take_back(sale.picking_ids, 1)
        exception = self.exceptions("return")
        self.apply(exception, "send_back", reason="Not ours to take")
        again = sale.picking_ids - back - back.return_id
        self.assertEqual((again.location_dest_id.usage, again.move_ids.product_uom_qty), ("customer", 1))
        self.assertClosed(exception)
        self.assertOnRecord(exception, "send_back")
        self.move_all(again)
        told = self.env["integration.message"].search([("topic", "=", "shipment.out")])
        self.assertEqual(told.mapped("res_id"), back.return_id.ids)
        self.assertFalse(self.exceptions())

    def test_what_goes_back_by_hand_closes_it(self):
        back = self.take_back(self.shipped().picking_ids, 2)
        exception = self.exceptions("return")
        wizard = self.env["stock.return.picking"].create({"picking_id": back.id})
        self.move_all(back.browse(wizard.action_create_returns_all()["res_id"]))
        self.assertClosed(exception, "healed")

    def test_let_it_stand(self):
        self.take_back(self.shipped().picking_ids, 1)
        exception = self.exceptions("return")
        self.apply(exception, "accept", reason="Refunded by phone")
        self.assertClosed(exception, "accepted")

    def test_other_orders_are_not_our_business(self):
        sale = self.shipped()
        sale.integration_backend_id = False
        self.take_back(sale.picking_ids, 1)
        self.assertFalse(self.exceptions("return"))

    def test_reports_of_other_addons_are_not_closed(self):
        sale = self.shipped()
        other = self.env["integration.exception"]._report(
            self.backend, "return", "Damaged", group_key="damaged", record=sale.picking_ids
        )
        self.refund()
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertEqual(other.state, "open")
