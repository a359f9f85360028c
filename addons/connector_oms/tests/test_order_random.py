import random
from decimal import ROUND_HALF_UP, Decimal

from .builder import charge, line, order, tax
from .order_case import OrderCase

CENT = Decimal("0.01")
RATES = (Decimal("19"), Decimal("7"), Decimal("8.25"))


def rounded(amount):
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


class TestRandomOrders(OrderCase):
    """Orders as a channel reckons them, tax rounded line by line: never a cent off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for rate in RATES[1:]:
            cls.make_tax(f"VAT {rate}", float(rate))
        for rate in RATES:
            cls.make_tax(f"VAT incl {rate}", float(rate), included=True)

    def _part(self, dice, included):
        """Net amount after a random discount, and its taxes."""
        quantity = dice.choice((1, 1, 2, 3, 7, 12))
        gross = Decimal(dice.randint(1, 9999)) / 100 * quantity
        net = gross - rounded(gross * Decimal(dice.choice((0, 0, 10, 15, 33))) / 100)
        rates = dice.sample(RATES, dice.choice((0, 1, 1, 2)))
        whole = 100 + sum(rates) if included else Decimal(100)
        taxes = [tax(rate, rounded(net * rate / whole), included=included) for rate in rates]
        return quantity, net, taxes

    def _order(self, number, dice):
        included = dice.random() < 0.5
        lines = []
        for index in range(dice.randint(1, 6)):
            quantity, net, taxes = self._part(dice, included)
            lines.append(line(dice.choice(("SKU-A", "SKU-B")), quantity, net, taxes, external_id=f"l{index}"))
        __, net, taxes = self._part(dice, included)
        return order(number, lines, [charge("shipping", net, taxes)], taxes_included=included)

    def test_orders_and_their_partial_invoices(self):
        """75 orders with discounts; each invoiced in up to three parts."""
        dice = random.Random(19)
        self.product_a.invoice_policy = self.product_b.invoice_policy = "delivery"
        documents = [self._order(number, dice) for number in range(1, 76)]
        sales = self.bring(*documents)
        self.assertFalse(self.exceptions().mapped("cause"))
        for sale, document in zip(sales, documents, strict=True):
            self.assertEqual(f"{sale.amount_total:.2f}", f"{document.totals.total:.2f}")
            self.assertEqual(f"{sale.amount_tax:.2f}", f"{document.totals.tax:.2f}")
        for sale in sales[:15]:
            invoices = self._invoice_in_parts(sale, dice)
            self.assertAlmostEqual(sum(invoices.mapped("amount_total")), sale.amount_total, places=2)
            self.assertAlmostEqual(sum(invoices.mapped("amount_tax")), sale.amount_tax, places=2)

    def _invoice_in_parts(self, sale, dice):
        goods = sale.order_line.filtered(lambda entry: entry.product_id.type == "consu")
        invoices = self.env["account.move"]
        for last in (False, False, True):
            for entry in goods:
                left = int(entry.product_uom_qty - entry.qty_delivered)
                entry.qty_delivered += left if last else dice.randint(0, left)
            if any(entry.qty_to_invoice for entry in sale.order_line):
                invoices |= self.invoice(sale)
        return invoices
