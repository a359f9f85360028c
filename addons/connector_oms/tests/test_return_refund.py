"""Returns and refunds that the channel tells: credit notes to the cent, receipts, inspection, mismatches."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..lib.documents import Refund, RefundLine, Return, ReturnExchange, ReturnLine
from .builder import charge, line, order, tax
from .order_case import OrderCase

DAY = datetime(2026, 5, 6, 9, 0, tzinfo=timezone.utc)


def refund_line(net, taxes=(), quantity=0, line_id="", kind="line"):
    return RefundLine(
        kind=kind, line_id=line_id, quantity=Decimal(quantity), net_amount=Decimal(net), taxes=tuple(taxes)
    )


def refund(number, *lines, **values):
    amount = sum(
        (one.net_amount + sum((t.amount for t in one.taxes if not t.included), Decimal(0)) for one in lines), Decimal(0)
    )
    return Refund(
        external_id=f"booking-{number}",
        refund_id=f"refund-{number}",
        refunded_at=DAY,
        amount=amount,
        lines=tuple(lines),
        **values,
    )


def announced(units, status="open", number=1, line_id="line-SKU-A"):
    return Return(
        external_id=f"return-{number}",
        name=f"#1001-R{number}",
        status=status,
        requested_at=DAY,
        lines=(ReturnLine(external_id=f"rl-{number}", line_id=line_id, quantity=Decimal(units), reason="Too small"),),
    )


class ReturnCase(OrderCase):
    """An order of three, shipped; its tax is off by what rounding leaves."""

    def setUp(self):
        super().setUp()
        self.backend.write({"refund_policy": "post", "return_days": 0})
        self.env["integration.product.binding"]._bind(self.backend, {"variant-SKU-B": self.product_b})
        # 3 x 11.11 with 6.33 of tax: two thirds and one third do not come to round cents
        self.document = order(1, [line("SKU-A", 3, "33.33", [tax(19, "6.33")])])
        self.sale = self.bring(self.document)

    def ship(self, units=None):
        picking = self.sale.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        return self.done(picking, units)

    def done(self, picking, units=None):
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if units is None else units
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.env.flush_all()
        return picking

    def left(self, quantity, net, tax_amount):
        """What the order still holds."""
        return [line("SKU-A", quantity, net, [tax(19, tax_amount)], ordered_quantity=Decimal(3))] if quantity else []

    def tell(self, quantity, net, tax_amount, minutes, refunds=(), returns=()):
        document = self.update(
            self.document, minutes, lines=self.left(quantity, net, tax_amount), refunds=refunds, returns=returns
        )
        return self.send(document)

    def refunds(self):
        return self.env["integration.refund"].search([("order_id", "=", self.sale.id)], order="id")

    def books(self):
        """Invoiced less credited, what is confirmed."""
        moves = self.sale.invoice_ids | self.refunds().move_id
        return round(sum(move.amount_total_signed for move in moves if move.state == "posted"), 2)


@tagged("post_install", "-at_install")
class TestRefund(ReturnCase):
    """Credit notes from the channel's own books."""

    def test_credit_notes_come_to_the_channels_cents(self):
        self.ship()
        self.invoice(self.sale)
        first = refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))
        self.tell(2, "22.22", "4.22", 5, [first])
        self.assertEqual(self.refunds().state, "credited")
        self.assertEqual((self.refunds().move_id.state, self.refunds().move_id.amount_total), ("posted", 13.22))
        self.assertEqual(self.books(), 26.44)
        second = refund(2, refund_line("22.22", [tax(19, "4.22")], 2, "line-SKU-A"))
        self.tell(0, "0", "0", 10, [first, second])
        self.assertEqual(self.books(), 0.0)
        self.assertEqual(self.sale.order_line.product_uom_qty, 3, "what was sold stays as it was sold")
        self.assertFalse(self.exceptions().mapped("cause"))
        self.assertEqual(self.sale.invoice_status, "invoiced")

    def test_amounts_that_taxes_alone_would_not_give(self):
        self.ship()
        self.invoice(self.sale)
        odd = refund(1, refund_line("11.11", [tax(19, "2.12")], 1, "line-SKU-A"))
        self.tell(2, "22.22", "4.21", 5, [odd])
        move = self.refunds().move_id
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (11.11, 2.12, 13.23))
        self.assertEqual(move.reversed_entry_id, self.sale.invoice_ids.filtered(lambda m: m.move_type == "out_invoice"))

    def test_replay_credits_once(self):
        self.ship()
        self.invoice(self.sale)
        first = refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))
        self.tell(2, "22.22", "4.22", 5, [first])
        self.tell(2, "22.22", "4.22", 6, [first])
        self.refunds()._credit()
        credit = self.env["account.move"].search(
            [("move_type", "=", "out_refund"), ("partner_id", "=", self.sale.partner_id.id)]
        )
        self.assertEqual(len(credit), 1)

    def test_refund_before_the_invoice_waits_for_it(self):
        self.ship()
        first = refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))
        self.tell(2, "22.22", "4.22", 5, [first])
        self.assertEqual(self.refunds().state, "due")
        self.invoice(self.sale)
        self.assertEqual(self.refunds().state, "credited")
        self.assertEqual(self.books(), 26.44)

    def test_what_has_not_left_is_taken_off_the_order(self):
        first = refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))
        self.tell(2, "22.22", "4.22", 5, [first])
        self.assertEqual(self.refunds().state, "absorbed")
        self.assertEqual(self.sale.order_line.product_uom_qty, 2)
        self.ship()
        self.invoice(self.sale)
        self.assertEqual(self.books(), 26.44)

    def open_units(self):
        moves = self.sale.picking_ids.move_ids
        return sum(moves.filtered(lambda move: move.state not in ("done", "cancel")).mapped("product_uom_qty"))

    def test_rest_that_was_refunded_is_not_shipped(self):
        self.ship(2)
        self.assertEqual(self.open_units(), 1)
        part = line("SKU-A", 2, "22.22", [tax(19, "4.22")], ordered_quantity=3, removed_quantity=1)
        first = refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))
        self.send(self.update(self.document, 5, lines=[part], refunds=[first]))
        self.assertEqual((self.refunds().state, self.sale.order_line.product_uom_qty), ("absorbed", 2))
        self.assertEqual(self.open_units(), 0)
        self.assertFalse(self.sale.picking_ids.filtered(lambda picking: picking.picking_type_code == "incoming"))
        self.assertFalse(self.exceptions().mapped("cause"))
        self.invoice(self.sale)
        self.assertEqual(self.books(), 26.44)

    def test_rest_that_was_returned_is_still_shipped(self):
        self.ship(2)
        part = line("SKU-A", 2, "22.22", [tax(19, "4.22")], ordered_quantity=3)
        first = refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))
        self.send(self.update(self.document, 5, lines=[part], refunds=[first]))
        self.assertEqual((self.refunds().state, self.open_units()), ("due", 1))

    def test_units_added_after_a_credit_note(self):
        self.invoice(self.sale)
        part = line("SKU-A", 2, "22.22", [tax(19, "4.22")], ordered_quantity=3, removed_quantity=1)
        first = refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))
        self.send(self.update(self.document, 5, lines=[part], refunds=[first]))
        self.assertEqual((self.refunds().state, self.open_units()), ("credited", 2))
        part = line("SKU-A", 3, "33.33", [tax(19, "6.33")], ordered_quantity=4, removed_quantity=1)
        self.send(self.update(self.document, 6, lines=[part], refunds=[first]))
        self.assertEqual((self.sale.order_line.product_uom_qty, self.open_units()), (4, 3))
        self.invoice(self.sale)
        self.assertEqual(self.books(), 39.66)
        self.assertFalse(self.exceptions().mapped("cause"))

    def test_free_amount_is_credited_as_an_adjustment(self):
        self.ship()
        self.invoice(self.sale)
        gift = refund(1, refund_line("5.00", kind="adjustment"))
        less = charge("adjustment", "-5.00", title="Refund")
        self.send(self.update(self.document, 7, charges=[less], refunds=[gift]))
        self.assertEqual(self.refunds().state, "credited")
        self.assertEqual(self.refunds().move_id.invoice_line_ids.product_id, self.backend.adjustment_product_id)
        self.assertEqual(self.books(), 34.66)
        self.assertFalse(self.exceptions().mapped("cause"))

    def test_draft_policy_leaves_it_to_the_book_keeper(self):
        self.backend.refund_policy = "draft"
        self.ship()
        self.invoice(self.sale)
        self.tell(2, "22.22", "4.22", 5, [refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))])
        self.assertEqual((self.refunds().state, self.refunds().move_id.state), ("credited", "draft"))
        check = self.env["integration.books.check"].create({"backend_id": self.backend.id})
        check.action_run()
        self.assertEqual(check.line_ids.order_id, self.sale)
        self.assertEqual((check.line_ids.off, check.line_ids.drafts), (13.22, -13.22))
        self.refunds().move_id.action_post()
        check.action_run()
        self.assertEqual((check.order_count, len(check.line_ids)), (1, 0))

    def test_change_that_refunds_do_not_explain_is_put_to_a_person(self):
        self.ship()
        self.tell(1, "11.11", "2.11", 5, [refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))])
        self.assertTrue(self.exceptions("change"))

    def test_imported_after_the_refund(self):
        first = refund(1, refund_line("10.00", [tax(19, "1.90")], 1, "line-SKU-A"))
        sale = self.bring(order(77, [line("SKU-A", 2, "20.00", [tax(19, "3.80")])], refunds=[first]))
        found = self.env["integration.refund"].search([("order_id", "=", sale.id)])
        self.assertEqual(found.state, "absorbed")


@tagged("post_install", "-at_install")
class TestReturn(ReturnCase):
    """Announced, expected, received, inspected."""

    def entry(self):
        return self.env["integration.return"].search([("order_id", "=", self.sale.id)])

    def test_receipt_is_expected_and_received_where_nothing_is_sold(self):
        self.ship()
        self.tell(3, "33.33", "6.33", 5, returns=[announced(2)])
        entry = self.entry()
        self.assertEqual((entry.state, entry.line_ids.quantity), ("open", 2))
        receipt = entry.picking_ids
        self.assertEqual(receipt.move_ids.product_uom_qty, 2)
        self.assertFalse(receipt.move_ids.to_refund)
        free = self.env["integration.stock.availability"]._available
        before = free(self.product_a, self.warehouse)
        self.done(receipt)
        self.assertEqual(entry.state, "received")
        self.assertEqual(free(self.product_a, self.warehouse), before, "not for sale before it was inspected")
        self.assertFalse(self.exceptions("return"))

    def exchanged(self, minutes, line_ids=(), **values):
        """One unit comes back for one of SKU-B; on the order once it has line ids."""
        exchange = ReturnExchange(external_id="x-1", product_id="variant-SKU-B", quantity=1, line_ids=line_ids)
        told = announced(1).model_copy(update={"exchanges": (exchange,)})
        kept, new, refunds = self.left(3, "33.33", "6.33"), [], []
        if line_ids:
            kept = self.left(2, "22.22", "4.22")
            new = [line("SKU-B", 1, "11.11", [tax(19, "2.11")])]
            refunds = [refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))]
        return self.send(self.update(self.document, minutes, lines=[*kept, *new], refunds=refunds, returns=[told]))

    def test_exchange_is_a_delivery_of_its_own_and_the_books_do_not_double(self):
        self.ship()
        self.invoice(self.sale)
        self.exchanged(5)
        entry = self.entry()
        exchange = entry.exchange_ids
        self.assertEqual((exchange.product_id, exchange.quantity, exchange.is_sent), (self.product_b, 1, False))
        self.exchanged(10, ("line-SKU-B",))
        self.assertFalse(self.exceptions().mapped("cause"))
        added = self.sale.order_line.filtered(lambda one: one.product_id == self.product_b)
        self.assertEqual((exchange.order_line_id, added.product_uom_qty), (added, 1))
        self.assertEqual(entry.exchange_ids, exchange)
        delivery = added.move_ids.picking_id
        self.assertEqual((delivery.state in ("confirmed", "assigned"), len(delivery.move_ids)), (True, 1))
        self.done(delivery)
        self.sale._create_invoices(final=True).action_post()
        self.assertEqual(self.refunds().mapped("amount"), [13.22])
        self.assertEqual(self.books(), 39.66, "as much as before")
        self.exchanged(15, ("line-SKU-B",))
        self.assertEqual(len(self.sale.order_line), 2)
        self.assertEqual(self.books(), 39.66)

    def test_other_goods_added_after_shipping_are_asked_about(self):
        self.ship()
        more = [*self.left(3, "33.33", "6.33"), line("SKU-B", 1, "11.11", [tax(19, "2.11")])]
        self.send(self.update(self.document, 5, lines=more))
        self.assertTrue(self.exceptions("change"))

    def test_announced_twice_is_expected_once(self):
        self.ship()
        for minutes in (5, 6):
            self.tell(3, "33.33", "6.33", minutes, returns=[announced(2)])
        self.assertEqual(len(self.entry().picking_ids), 1)

    def test_requested_is_expected_when_it_is_approved(self):
        self.ship()
        self.tell(3, "33.33", "6.33", 5, returns=[announced(1, "requested")])
        self.assertFalse(self.entry().picking_ids)
        self.tell(3, "33.33", "6.33", 6, returns=[announced(1)])
        self.assertTrue(self.entry().picking_ids)
        self.tell(3, "33.33", "6.33", 7, returns=[announced(1, "cancelled")])
        self.assertEqual((self.entry().state, self.entry().picking_ids.state), ("cancelled", "cancel"))

    def inspect(self, **units):
        clerk = new_test_user(
            self.env,
            f"return_clerk_{len(units)}",
            "base.group_user,stock.group_stock_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        entry = self.entry().with_user(clerk)
        action = entry.action_inspect()
        wizard = self.env[action["res_model"]].with_user(clerk).with_context(**action["context"]).create({})
        wizard.line_ids.write({"restock": 0, **units})
        wizard.action_apply()

    def on_hand(self, location):
        return sum(
            self.env["stock.quant"]
            .search([("product_id", "=", self.product_a.id), ("location_id", "=", location.id)])
            .mapped("quantity")
        )

    def test_inspection_says_what_becomes_of_each_unit(self):
        self.ship()
        self.tell(3, "33.33", "6.33", 5, returns=[announced(3)])
        self.done(self.entry().picking_ids)
        shelf = self.on_hand(self.warehouse.lot_stock_id)
        with self.assertRaises(UserError):
            self.inspect(scrap=1)
        self.inspect(restock=1, quarantine=1, scrap=1)
        self.assertEqual(self.entry().state, "inspected")
        self.assertEqual(self.on_hand(self.warehouse.lot_stock_id), shelf + 1)
        self.assertEqual(self.on_hand(self.warehouse.integration_quarantine_location_id), 1)
        self.assertEqual(self.on_hand(self.warehouse.integration_return_location_id), 0)
        row = self.entry().line_ids
        self.assertEqual((row.restocked, row.quarantined, row.scrapped), (1, 1, 1))
        with self.assertRaises(UserError):
            self.entry().action_inspect()

    def test_refurbish_and_vendor(self):
        self.ship()
        self.tell(3, "33.33", "6.33", 5, returns=[announced(2)])
        self.done(self.entry().picking_ids)
        self.inspect(refurbish=1, vendor=1)
        self.assertEqual(self.on_hand(self.warehouse.integration_refurbish_location_id), 1)
        self.assertEqual(self.on_hand(self.env.ref("stock.stock_location_suppliers")), 1)

    def test_what_does_not_come_is_reported_and_closes_by_itself(self):
        self.ship()
        self.tell(3, "33.33", "6.33", 5, returns=[announced(1)])
        self.backend.return_days = 14
        self.entry().requested_at = fields.Datetime.now() - timedelta(days=20)
        self.env["integration.return"]._cron_check_returns()
        exception = self.exceptions("return")
        self.assertIn("was announced and has not come", exception.cause)
        self.done(self.entry().picking_ids)
        self.assertFalse(self.exceptions("return").mapped("cause"))

    def test_refunded_before_it_came(self):
        self.ship()
        self.invoice(self.sale)
        back = refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"), return_id="return-1")
        self.tell(2, "22.22", "4.22", 5, [back], [announced(1)])
        self.assertIn("the goods have not come", self.exceptions("return").cause)
        self.assertEqual(self.entry().refund_ids, self.refunds())
        self.done(self.entry().picking_ids)
        self.assertFalse(self.exceptions("return"))

    def test_less_came_than_was_announced(self):
        self.ship()
        self.tell(3, "33.33", "6.33", 5, returns=[announced(3)])
        receipt = self.entry().picking_ids
        receipt.move_ids.quantity = 1
        receipt.move_ids.picked = True
        receipt.with_context(skip_backorder=True, picking_ids_not_to_backorder=receipt.ids).button_validate()
        self.assertIn("Less came back", self.exceptions("return").cause)

    def test_announced_goods_that_were_never_delivered(self):
        self.tell(3, "33.33", "6.33", 5, returns=[announced(1)])
        self.assertIn("never delivered", self.exceptions("return").cause)

    def test_screens_open(self):
        for model, views in (
            ("integration.return", ("list", "form", "search")),
            ("integration.refund", ("list", "search")),
            ("integration.return.inspection", ("form",)),
        ):
            self.env[model].get_views([(False, view) for view in views])
