from odoo.exceptions import AccessError, UserError

from .builder import address, customer, hold, order, payment
from .desk_case import DeskOrderCase


class TestDecisions(DeskOrderCase):
    """Held orders, differences, wrong addresses, duplicates. By an operator."""

    def differing(self, amount):
        """An order whose total the channel reckons higher by ``amount``."""
        document = order(1, payments=(payment(10),))
        totals = document.totals.model_copy(update={"total": document.totals.total + amount})
        return self.bring(document.model_copy(update={"totals": totals}))

    def test_accept_a_difference_within_the_limit(self):
        sale = self.differing(4)
        exception = self.exceptions("total")
        self.assertEqual(self.codes(exception)[0], "accept")
        self.apply(exception, "accept", reason="Rounding of the shop")
        self.assertEqual(sale.state, "sale")
        self.assertEqual(exception.state, "resolved")
        self.assertOnRecord(exception, "accept")

    def test_above_the_limit_a_manager_must(self):
        sale = self.differing(6)
        exception = self.exceptions("total")
        with self.assertRaises(AccessError):
            self.apply(exception, "accept", reason="Fine with me")
        with self.assertRaises(AccessError):
            sale.with_user(self.ann).sudo()._integration_release("Fine with me")
        self.assertEqual(sale.integration_hold, "total")
        self.apply(exception, "accept", self.max, reason="Agreed with the shop")
        self.assertEqual(sale.state, "sale")

    def test_the_limit_is_the_backends(self):
        self.backend.accept_limit = 50
        sale = self.differing(6)
        self.apply(self.exceptions("total"), "accept", reason="Fine")
        self.assertEqual(sale.state, "sale")

    def test_managers_may_have_a_limit_as_well(self):
        self.backend.accept_limit_manager = 5
        self.differing(6)
        with self.assertRaises(AccessError):
            self.apply(self.exceptions("total"), "accept", self.max, reason="Fine")

    def test_correct_the_address(self):
        sale = self.bring(order(1, shipping_address=address(city="", street="2 Side Street")))
        exception = self.exceptions("address")
        self.apply(exception, "address", city="San José")
        self.assertEqual(sale.partner_shipping_id.city, "San José")
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.picking_ids.partner_id, sale.partner_shipping_id)
        self.assertEqual(exception.state, "resolved")

    def test_the_buyers_own_address_is_left_as_it_is(self):
        sale = self.bring(order(1, shipping_address=None))
        buyer = sale.partner_id
        self.assertEqual(sale.partner_shipping_id, buyer)
        before = buyer.street
        self.apply(
            self.exceptions("address"),
            "address",
            name="Jane at work",
            street="5 Office Park",
            city="Oakland",
            country_id=self.env.ref("base.us"),
        )
        self.assertEqual((buyer.street, sale.partner_shipping_id.street), (before, "5 Office Park"))
        self.assertEqual(sale.partner_shipping_id.parent_id, buyer)

    def test_an_address_needs_its_parts(self):
        self.bring(order(1, shipping_address=address(city="")))
        with self.assertRaises(UserError):
            self.apply(self.exceptions("address"), "address", street="")

    def test_release_and_cancel(self):
        sales = self.bring(
            order(1, holds=(hold("fraud"),), payments=(payment(10),)),
            order(2, holds=(hold("fraud"),), payments=(payment(10, "pay-2"),)),
        )
        first, second = self.exceptions("fraud").sorted("res_id")
        self.apply(first, "release", reason="Phoned the customer")
        self.apply(second, "cancel_order", reason="Stolen card")
        self.assertEqual(sales.mapped("state"), ["sale", "cancel"])
        self.assertFalse(self.exceptions("fraud"))
        self.assertTrue(
            self.env["integration.message"].search([("topic", "=", "cancel.out"), ("res_id", "=", sales[1].id)])
        )

    def test_releasing_one_hold_leaves_the_others(self):
        sale = self.bring(order(1, holds=(hold("fraud"),), shipping_address=address(city="")))
        self.apply(self.exceptions("fraud"), "release", reason="Checked")
        self.assertEqual((sale.integration_hold, sale.state), ("address", "draft"))

    def test_choose_the_customer(self):
        contacts = self.env["res.partner"].create([{"name": n, "email": "jane1@example.com"} for n in ("J1", "J2")])
        sale = self.bring(order(1))
        exception = self.exceptions("customer")
        made = sale.partner_id
        self.assertNotIn(made, contacts)
        self.apply(exception, "customer", partner_id=contacts[0])
        self.assertEqual(sale.partner_id, contacts[0])
        self.assertClosed(exception)
        self.assertEqual(self.bring(order(2, customer=customer(1))).partner_id, contacts[0])

    def test_confirm_says_why_it_cannot(self):
        sale = self.bring(order(1, holds=(hold("channel"),)))
        exception = self.env["integration.exception"]._report(self.backend, "confirm", "No", record=sale)
        with self.assertRaises(UserError):
            self.apply(exception, "confirm")
        sale._integration_release("Fine", {"channel"})
        self.apply(exception, "confirm")
        self.assertEqual(sale.state, "sale")
        self.assertClosed(exception)
