import random
from decimal import Decimal

from .builder import line, order, tax
from .desk_case import DeskOrderCase


class UomCase(DeskOrderCase):
    """A channel that sells by the case and by weight."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        units = cls.env["uom.uom"]
        cls.piece = cls.env.ref("uom.product_uom_unit")
        cls.case = units.create({"name": "Case of 12", "relative_factor": 12, "relative_uom_id": cls.piece.id})
        cls.box = units.create({"name": "Box of 7", "relative_factor": 7, "relative_uom_id": cls.piece.id})
        cls.kilo = cls.env.ref("uom.product_uom_kgm")

    def mean(self, code, unit):
        """Say what a unit of the channel is."""
        return self.env["integration.mapping"].create(
            {"backend_id": self.backend.id, "kind": "uom", "external_value": code, "res_id": unit.id}
        )

    def cases(self, number=1, quantity=1, net="30.00", taxes=(), code="CS", sku="SKU-A", **values):
        return order(number, [line(sku, quantity, net, taxes, unit_code=code)], **values)


class TestUnits(UomCase):
    """A line is in the channel's unit, and stock moves in the product's."""

    def test_a_case_of_twelve_sold_at_thirty(self):
        self.mean("CS", self.case)
        sale = self.bring(self.cases(taxes=[tax(19, "5.70")]))
        entry = self.line(sale)
        self.assertEqual((entry.product_uom_id, entry.product_uom_qty, entry.price_unit), (self.case, 1, 30.0))
        self.assertMoney(sale, 30.0, 5.7, 35.7)
        move = sale.picking_ids.move_ids
        self.assertEqual((move.product_uom, move.product_uom_qty), (self.piece, 12))
        self.assertEqual(f"{self.invoice(sale).amount_total:.2f}", "35.70")

    def test_without_a_unit_it_is_the_products_own(self):
        self.product_a.uom_id = self.case
        sale = self.bring(order(1, [line("SKU-A", 2, "60.00")]))
        self.assertEqual((self.line(sale).product_uom_id, self.line(sale).product_uom_qty), (self.case, 2))

    def test_a_code_of_one_product_goes_before_the_code(self):
        self.mean("CS", self.case)
        self.mean("CS|SKU-B", self.box)
        sale = self.bring(
            order(1, [line("SKU-A", 1, "30.00", unit_code="CS"), line("SKU-B", 1, "30.00", unit_code=" CS ")])
        )
        self.assertEqual(self.line(sale).product_uom_id, self.case)
        self.assertEqual(self.line(sale, "SKU-B").product_uom_id, self.box)

    def test_a_product_made_on_the_way_gets_a_unit_that_fits(self):
        self.backend.product_policy = "create"
        self.mean("CS", self.case)
        self.mean("KG", self.kilo)
        sale = self.bring(
            order(1, [line("NEW-1", 1, "30.00", unit_code="CS"), line("NEW-2", "1.5", "30.00", unit_code="KG")])
        )
        first, second = self.line(sale, "NEW-1"), self.line(sale, "NEW-2")
        self.assertEqual((first.product_id.uom_id, first.product_uom_id), (self.piece, self.case))
        self.assertEqual((second.product_id.uom_id, second.product_uom_id), (self.kilo, self.kilo))

    def test_another_unit_before_confirmation_is_applied(self):
        self.mean("CS", self.case)
        self.backend.confirm_policy = "manual"
        document = self.cases()
        sale = self.bring(document)
        self.send(self.update(document, lines=[line("SKU-A", 5, "30.00")]))
        entry = self.line(sale)
        self.assertEqual((entry.product_uom_id, entry.product_uom_qty), (self.piece, 5))
        self.assertMoney(sale, 30.0, 0, 30.0)

    def test_another_unit_after_confirmation_is_put_to_a_person(self):
        self.mean("CS", self.case)
        document = self.cases()
        sale = self.bring(document)
        self.send(self.update(document, lines=[line("SKU-A", 1, "30.00")]))
        self.assertEqual(self.line(sale).product_uom_id, self.case)
        self.assertIn("1 Case of 12 → 1 Units", self.exceptions("change").cause)

    def test_random_units_come_to_the_channels_cents(self):
        """60 orders in one batch, in pieces, cases and boxes, discounted and taxed."""
        dice = random.Random(7)
        self.mean("CS", self.case)
        self.mean("BX", self.box)
        sizes = {"": 1, "CS": 12, "BX": 7}
        documents = []
        for number in range(1, 61):
            lines = []
            for index in range(dice.randint(1, 4)):
                net = Decimal(dice.randint(1, 99999)) / 100
                amount = (net * 19 / 100).quantize(Decimal("0.01"))
                lines.append(
                    line(
                        dice.choice(("SKU-A", "SKU-B")),
                        dice.choice((1, 2, 3, 7, 11)),
                        net,
                        [tax(19, amount)],
                        unit_code=dice.choice(list(sizes)),
                        external_id=f"l{index}",
                    )
                )
            documents.append(order(number, lines))
        sales = self.bring(*documents)
        self.assertFalse(self.exceptions().mapped("cause"))
        for sale, document in zip(sales, documents, strict=True):
            self.assertEqual(f"{sale.amount_total:.2f}", f"{document.totals.total:.2f}")
            entries = {entry.integration_external_id: entry for entry in sale.order_line}
            for part in document.lines:
                entry = entries[part.external_id]
                self.assertEqual(f"{entry.price_subtotal:.2f}", f"{part.net_amount:.2f}")
                moved = sum(entry.move_ids.mapped("product_qty"))
                self.assertEqual(moved, float(part.quantity) * sizes[part.unit_code])

    def test_many_orders_ask_once_what_units_mean(self):
        self.mean("CS", self.case)
        self.bring(self.cases(90))
        reads = '"integration_mapping"."kind"'
        none = self.asked(reads, order(91))
        few = self.asked(reads, *[self.cases(n) for n in range(100, 102)])
        many = self.asked(reads, *[self.cases(n) for n in range(200, 220)])
        self.assertEqual((none, few, many), (0, 1, 1))


class TestUnknownUnits(UomCase):
    """Nothing is converted silently: what is not clear waits for a person. By an operator."""

    def test_choose_the_unit_for_all_that_wait(self):
        messages = self.send(*[self.cases(n) for n in (1, 2, 3)])
        self.assertEqual(set(messages.mapped("state")), {"blocked"})
        waiting = self.exceptions("uom")
        self.assertEqual(set(waiting.mapped("group_label")), {"Unknown unit of measure: CS"})
        self.assertEqual(self.codes(waiting)[0], "map_uom")
        self.apply(waiting[0], "map_uom", uom_id=self.case)
        self.assertEqual(set(messages.mapped("state")), {"done"})
        self.assertClosed(waiting, "healed")
        self.assertOnRecord(waiting, "map_uom")
        sales = self.env["sale.order"].search([("integration_backend_id", "=", self.backend.id)])
        self.assertEqual(sales.order_line.product_uom_id, self.case)

    def test_many_in_the_background(self):
        messages = self.send(*[self.cases(n) for n in range(1, 16)])
        waiting = self.exceptions("uom")
        self.apply(waiting[0], "map_uom", uom_id=self.case)
        self.assertEqual(set(messages.mapped("state")), {"done"})
        self.assertClosed(waiting, "healed")

    def test_a_unit_of_another_kind_is_chosen_for_this_product_only(self):
        self.mean("CS", self.kilo)
        self.send(self.cases(1))
        exception = self.exceptions("uom")
        self.assertEqual(exception.group_label, "Unknown unit of measure: CS (SKU-A)")
        for word in ("kg", "Units", "CS"):
            self.assertIn(word, exception.cause)
        self.assertIn("for this product", exception.suggestion)
        self.apply(exception, "map_uom", uom_id=self.case)
        self.assertClosed(exception, "healed")
        found = self.env["integration.mapping"].search([("backend_id", "=", self.backend.id), ("kind", "=", "uom")])
        self.assertEqual(
            {mapping.external_value: mapping.res_id for mapping in found},
            {"CS": self.kilo.id, "CS|SKU-A": self.case.id},
        )

    def test_a_mapping_entered_by_hand_lets_them_go_on_too(self):
        messages = self.send(self.cases(1), self.cases(2, sku="SKU-B"))
        self.mean("CS|SKU-B", self.box)
        self.drain(self.flow)
        self.assertEqual(messages.mapped("state"), ["blocked", "done"])

    def test_a_mapping_to_a_unit_that_is_gone_is_as_good_as_none(self):
        gone = self.env["uom.uom"].create({"name": "Crate", "relative_factor": 9, "relative_uom_id": self.piece.id})
        self.mean("CR", gone)
        gone.unlink()
        self.send(self.cases(code="CR"))
        self.assertEqual(self.exceptions("uom").group_key, "CR")

    def test_what_odoos_decimals_cannot_hold_is_not_rounded(self):
        self.product_a.uom_id = self.case
        self.mean("EA", self.piece)
        self.mean("KG", self.kilo)
        weighed = self.make_product("FLOUR", uom_id=self.kilo.id)
        messages = self.send(
            self.cases(1, code="EA", quantity=1),
            self.cases(2, code="EA", quantity=6),
            self.cases(3, code="KG", sku="FLOUR", quantity="0.125"),
            self.cases(4, code="KG", sku="FLOUR", quantity="0.25"),
        )
        self.assertEqual(messages.mapped("state"), ["blocked", "done", "blocked", "done"])
        self.assertEqual(set(self.exceptions("uom").mapped("group_key")), {"EA|SKU-A", "KG|FLOUR"})
        self.assertEqual(weighed.uom_id, self.kilo)

    def test_a_waiting_order_takes_its_cases_from_what_is_offered(self):
        self.mean("CS", self.case)
        self.send(order(1, [line("SKU-A", 2, "60.00", unit_code="CS"), line("GONE")]))
        claim = self.env["integration.order.claim"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual((claim.product_id, claim.quantity), (self.product_a, 24))
