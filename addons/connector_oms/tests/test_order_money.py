from decimal import Decimal

from ..lib.documents import Totals
from .builder import charge, line, order, tax
from .order_case import OrderCase


class TestOrderMoney(OrderCase):
    """The channel's cents are Odoo's cents: on the order, and on its invoices."""

    def test_tax_rounded_by_the_channel_is_kept(self):
        """Odoo alone would say 2.75: 8.25 % of 33.33."""
        self.make_tax("Sales", 8.25)
        document = order(lines=[line("SKU-A", 3, "33.33", [tax("8.25", "2.77", "Sales")])])
        sale = self.bring(document)
        self.assertMoney(sale, 33.33, 2.77, 36.10)
        invoice = self.invoice(sale)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_tax), (33.33, 2.77))

    def test_unit_price_that_no_decimals_can_tell(self):
        """10.00 for three: a rounded unit price would come to 9.99."""
        document = order(lines=[line("SKU-A", 3, "10.00", [tax(19, "1.90")])])
        sale = self.bring(document)
        self.assertMoney(sale, 10.00, 1.90, 11.90)
        self.assertAlmostEqual(sale.order_line.price_unit, 10 / 3, places=12)
        self.assertEqual(sale.order_line.discount, 0)

    def test_prices_with_tax_inside(self):
        """The gross amounts are the channel's; the tax inside is too."""
        self.make_tax("VAT incl", 7, included=True)
        document = order(
            lines=[line("SKU-A", 7, "19.99", [tax(7, "1.28", included=True)])],
            taxes_included=True,
        )
        sale = self.bring(document)
        self.assertMoney(sale, 18.71, 1.28, 19.99)

    def test_tax_inside_served_by_a_tax_on_top(self):
        """A company that keeps net prices only has the tax of the other kind."""
        document = order(lines=[line("SKU-A", 3, "11.90", [tax(19, "1.90", included=True)])])
        sale = self.bring(document)
        self.assertMoney(sale, 10.00, 1.90, 11.90)
        self.assertEqual(sale.order_line.tax_ids, self.vat)

    def test_several_taxes_on_a_line(self):
        """State and city tax, each with its own rounding."""
        self.make_tax("State", 6.25)
        self.make_tax("City", 1.125)
        taxes = [tax("6.25", "0.63", "State"), tax("1.125", "0.12", "City")]
        sale = self.bring(order(lines=[line("SKU-A", 7, "10.00", taxes)]))
        self.assertMoney(sale, 10.00, 0.75, 10.75)
        invoice = self.invoice(sale)
        tax_lines = invoice.line_ids.filtered("tax_line_id")
        self.assertEqual(sorted(tax_lines.mapped("amount_currency")), [-0.63, -0.12])

    def test_two_tax_lines_of_one_tax(self):
        """A channel may split one tax in two; the amounts are added up."""
        taxes = [tax(19, "1.00"), tax(19, "0.90")]
        sale = self.bring(order(lines=[line("SKU-A", 1, "10.00", taxes)]))
        self.assertMoney(sale, 10.00, 1.90, 11.90)

    def test_currency_other_than_the_company(self):
        """Kuwaiti dinars have three decimals; the order stays in them."""
        currency = self.env.ref("base.KWD")
        currency.active = True
        document = order(
            lines=[line("SKU-A", 3, "10.001", [tax(19, "1.901")])],
            currency="KWD",
            presentment_currency="KWD",
        )
        sale = self.bring(document)
        self.assertEqual(sale.currency_id, currency)
        self.assertMoney(sale, 10.001, 1.901, 11.902)
        invoice = self.invoice(sale)
        self.assertEqual(invoice.currency_id, currency)
        self.assertAlmostEqual(invoice.amount_total, 11.902, places=3)

    def test_currency_without_decimals(self):
        self.env.ref("base.JPY").active = True
        document = order(
            lines=[line("SKU-A", 7, "333", [tax(19, "64")])],
            currency="JPY",
            presentment_currency="JPY",
        )
        sale = self.bring(document)
        self.assertMoney(sale, 333, 64, 397)

    def test_currency_that_is_switched_off_blocks(self):
        self.env.ref("base.SEK").active = False
        document = order(currency="SEK", presentment_currency="SEK")
        self.assertFalse(self.bring(document))
        self.assertIn("SEK", self.exceptions("configuration").cause)

    def test_buyers_currency_is_kept_beside(self):
        document = order(presentment_currency="EUR", presentment_total=Decimal("8.40"))
        sale = self.bring(document)
        self.assertEqual(sale.currency_id.name, "USD")
        self.assertEqual(sale.integration_presentment_currency_id.name, "EUR")
        self.assertEqual(sale.integration_presentment_total, 8.40)

    def test_charges_have_products_of_their_own(self):
        charges = [
            charge("shipping", "4.99", [tax(19, "0.95")]),
            charge("tip", "2.00"),
            charge("duty", "3.10"),
            charge("fee", "1.00"),
            charge("rounding", "-0.02"),
        ]
        sale = self.bring(order(lines=[line("SKU-A", 1, "10.00", [tax(19, "1.90")])], charges=charges))
        self.assertMoney(sale, 21.07, 2.85, 23.92)
        products = sale.order_line[1:].product_id.mapped("default_code")
        self.assertEqual(products, ["HUB-SHIPPING", "HUB-TIP", "HUB-DUTY", "HUB-FEE", "HUB-ROUNDING"])

    def test_free_shipping_keeps_its_line(self):
        sale = self.bring(order(charges=[charge("shipping", "0.00", code="express")]))
        self.assertEqual(sale.order_line[1].price_total, 0)
        self.assertTrue(sale.order_line[1].is_delivery)

    def test_line_for_nothing(self):
        lines = [line("SKU-A", 1, "10.00", [tax(19, "1.90")]), line("SKU-B", 2, "0", [tax(19, "0")])]
        sale = self.bring(order(lines=lines))
        self.assertMoney(sale, 10.00, 1.90, 11.90)

    def test_many_lines(self):
        """300 lines that each have their own rounding."""
        lines = [line("SKU-A", 3, "10.00", [tax(19, "1.91")], external_id=f"line-{index}") for index in range(300)]
        sale = self.bring(order(lines=lines))
        self.assertMoney(sale, 3000.00, 573.00, 3573.00)
        self.assertEqual(len(sale.order_line), 300)

    def test_total_that_differs_holds_the_order(self):
        """The order is kept as it came; nothing balances it."""
        document = order(lines=[line("SKU-A", 1, "10.00", [tax(19, "1.90")])])
        wrong = Totals(lines="10.00", tax="1.90", total="11.91")
        sale = self.bring(document.model_copy(update={"totals": wrong}))
        self.assertEqual(sale.state, "draft")
        self.assertEqual(sale.integration_hold, "total")
        self.assertEqual(len(sale.order_line), 1)
        exception = self.exceptions("total")
        self.assertIn("11.91", exception.cause)
        self.assertEqual(exception.res_id, sale.id)

    def test_tolerated_difference_goes_through(self):
        self.backend.money_tolerance = 0.01
        document = order(lines=[line("SKU-A", 1, "10.00", [tax(19, "1.90")])])
        wrong = Totals(lines="10.00", tax="1.90", total="11.91")
        sale = self.bring(document.model_copy(update={"totals": wrong}))
        self.assertEqual(sale.state, "sale")


class TestPartialInvoices(OrderCase):
    """Partial invoices take their share; the last one takes the remainder."""

    def _invoices(self, document, deliveries):
        self.product_a.invoice_policy = "delivery"
        sale = self.bring(document)
        invoices = self.env["account.move"]
        for delivered in deliveries:
            self.line(sale).qty_delivered = delivered
            invoices |= self.invoice(sale)
        return sale, invoices

    def test_thirds_add_up(self):
        document = order(lines=[line("SKU-A", 3, "10.00", [tax(19, "1.91")])])
        sale, invoices = self._invoices(document, (1, 2, 3))
        self.assertEqual(invoices.mapped("amount_untaxed"), [3.33, 3.34, 3.33])
        self.assertEqual(invoices.mapped("amount_tax"), [0.64, 0.63, 0.64])
        self.assertAlmostEqual(sum(invoices.mapped("amount_total")), sale.amount_total, places=2)

    def test_line_without_tax_in_parts(self):
        """Odoo takes no manual amounts for it; its unit price carries the share."""
        sale, invoices = self._invoices(order(lines=[line("SKU-A", 3, "10.00")]), (1, 2, 3))
        self.assertEqual(invoices.mapped("amount_total"), [3.33, 3.34, 3.33])

    def test_tax_inside_in_parts(self):
        self.make_tax("VAT incl", 7, included=True)
        taxes = [tax(7, "1.31", included=True)]
        document = order(lines=[line("SKU-A", 7, "19.99", taxes)])
        sale, invoices = self._invoices(document, (2, 3, 7))
        self.assertAlmostEqual(sum(invoices.mapped("amount_untaxed")), 18.68, places=2)
        self.assertAlmostEqual(sum(invoices.mapped("amount_tax")), 1.31, places=2)
        self.assertAlmostEqual(sum(invoices.mapped("amount_total")), 19.99, places=2)

    def test_several_taxes_in_parts(self):
        self.make_tax("State", 6.25)
        self.make_tax("City", 1.125)
        taxes = [tax("6.25", "0.63", "State"), tax("1.125", "0.12", "City")]
        document = order(lines=[line("SKU-A", 7, "10.00", taxes)])
        sale, invoices = self._invoices(document, (3, 4, 7))
        tax_lines = invoices.line_ids.filtered("tax_line_id")
        by_tax = {
            key.name: -sum(lines.mapped("amount_currency")) for key, lines in tax_lines.grouped("tax_line_id").items()
        }
        self.assertAlmostEqual(by_tax["State"], 0.63, places=2)
        self.assertAlmostEqual(by_tax["City"], 0.12, places=2)

    def test_cancelled_invoice_is_made_again(self):
        document = order(lines=[line("SKU-A", 3, "10.00", [tax(19, "1.91")])])
        sale, invoices = self._invoices(document, (1, 2))
        invoices[1].button_draft()
        invoices[1].button_cancel()
        self.line(sale).qty_delivered = 3
        last = self.invoice(sale)
        self.assertAlmostEqual(last.amount_total + invoices[0].amount_total, 11.91, places=2)

    def test_credit_note_of_an_invoice(self):
        document = order(lines=[line("SKU-A", 3, "10.00", [tax(19, "1.91")])])
        sale = self.bring(document)
        invoice = self.invoice(sale)
        credit = invoice._reverse_moves(cancel=False)
        self.assertEqual((credit.amount_untaxed, credit.amount_tax), (10.00, 1.91))
