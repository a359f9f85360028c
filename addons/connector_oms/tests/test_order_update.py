from datetime import timedelta

from odoo.addons.connector_base.lib.adapter import Incoming

from .builder import address, cancelled, charge, line, order, tax
from .order_case import OrderCase

VAT = [tax(19, "1.90")]


class TestOrderUpdate(OrderCase):
    """Newer documents of orders that Odoo has."""

    def _drafts(self):
        self.backend.confirm_policy = "manual"

    def _ready(self, sale):
        """Have the delivery reserved, as the warehouse's lane does."""
        sale.picking_ids.action_assign()
        return sale

    def test_duplicate_changes_nothing(self):
        document = order(1, [line("SKU-A", 1, "10.00", VAT)])
        sale = self.bring(document)
        again = self.bring(document, document, self.update(document))
        self.assertEqual(again[:1], sale)
        self.assertEqual(len(self.env["sale.order"].search([("integration_backend_id", "=", self.backend.id)])), 1)
        self.assertEqual(len(sale.order_line), 1)
        self.assertEqual(len(sale.picking_ids), 1)

    def test_older_document_is_left_out(self):
        document = order(1)
        newer = self.update(document, 5, lines=[line("SKU-A", 2, "20.00")])
        sale = self.bring(newer)
        message = self.send(document)
        self.assertEqual(message.state, "done")
        self.assertEqual(sale.order_line.product_uom_qty, 2)

    def test_update_before_create_is_simply_created(self):
        """Documents are full states, so the order they come in does not matter."""
        sale = self.bring(self.update(order(1), 30))
        self.assertEqual(sale.state, "sale")

    def test_two_versions_in_one_batch(self):
        document = order(1)
        newer = self.update(document, 5, lines=[line("SKU-A", 2, "20.00")])
        sale = self.bring(newer, document)
        self.assertEqual(sale[0].order_line.product_uom_qty, 2)

    def test_draft_takes_everything(self):
        self._drafts()
        document = order(1, [line("SKU-A", 1, "10.00", VAT), line("SKU-B", 1, "5.00")])
        sale = self.bring(document)
        lines = [line("SKU-A", 3, "27.00", [tax(19, "5.13")]), line("NEW-C", 1, "1.00")]
        self.make_product("NEW-C")
        self.bring(self.update(document, lines=lines, note="Ring twice", po_number="PO 7"))
        self.assertEqual(sale.order_line.mapped("integration_external_id"), ["line-SKU-A", "line-NEW-C"])
        self.assertMoney(sale, 28.00, 5.13, 33.13)
        self.assertEqual((sale.integration_note, sale.client_order_ref), ("Ring twice", "PO 7"))

    def test_confirmed_order_grows(self):
        document = order(1, [line("SKU-A", 1, "10.00", VAT)])
        sale = self._ready(self.bring(document))
        lines = [line("SKU-A", 3, "30.00", [tax(19, "5.70")]), line("SKU-B", 2, "8.00")]
        self.bring(self.update(document, lines=lines))
        self.assertMoney(sale, 38.00, 5.70, 43.70)
        self.assertEqual(len(sale.picking_ids), 1)
        moves = sale.picking_ids.move_ids.sorted("id")
        self.assertEqual(moves.mapped("product_uom_qty"), [3, 2])

    def test_confirmed_order_shrinks_without_a_return(self):
        document = order(1, [line("SKU-A", 5, "50.00", VAT), line("SKU-B", 2, "8.00")])
        sale = self._ready(self.bring(document))
        self.bring(self.update(document, lines=[line("SKU-A", 2, "20.00", [tax(19, "3.80")])]))
        self.assertMoney(sale, 20.00, 3.80, 23.80)
        self.assertEqual(self.line(sale, "SKU-B").product_uom_qty, 0)
        picking = sale.picking_ids
        self.assertEqual(picking.picking_type_code, "outgoing", "and no receipt beside it")
        live = picking.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(live.mapped("product_uom_qty"), [2])
        picking.action_assign()
        self.assertEqual(live.quantity, 2)
        self.assertFalse(self.exceptions())

    def test_shrunk_order_grows_again(self):
        document = order(1, [line("SKU-A", 5, "50.00", VAT)])
        sale = self._ready(self.bring(document))
        self.bring(self.update(document, 1, lines=[line("SKU-A", 2, "20.00", VAT)]))
        self.bring(self.update(document, 2, lines=[line("SKU-A", 4, "40.00", VAT)]))
        moves = sale.picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 4)
        self.assertEqual(len(sale.picking_ids), 1)

    def test_removed_line_comes_back(self):
        document = order(1, [line("SKU-A"), line("SKU-B")])
        sale = self._ready(self.bring(document))
        self.bring(self.update(document, 1, lines=[line("SKU-A")]))
        self.bring(self.update(document, 2, lines=[line("SKU-A"), line("SKU-B")]))
        self.assertEqual(self.line(sale, "SKU-B").product_uom_qty, 1)
        live = sale.picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(sum(live.mapped("product_uom_qty")), 2)

    def test_order_over_two_warehouses_shrinks_without_a_return(self):
        """A line split by hand over two deliveries: both are cut, newest first."""
        document = order(1, [line("SKU-A", 10, "100.00", VAT)])
        sale = self._ready(self.bring(document))
        move = sale.picking_ids.move_ids
        split = move.with_context(do_not_unreserve=True)._split(4)
        second = sale.picking_ids.copy({"move_ids": []})
        self.env["stock.move"].create(split).picking_id = second
        second.action_confirm()
        self.bring(self.update(document, lines=[line("SKU-A", 3, "30.00", VAT)]))
        live = sale.order_line.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(sum(live.mapped("product_uom_qty")), 3)
        self.assertEqual(set(sale.picking_ids.mapped("picking_type_code")), {"outgoing"})

    def test_locked_order_is_changed_and_locked_again(self):
        document = order(1, [line("SKU-A", 5, "50.00", VAT)])
        sale = self.bring(document)
        sale.action_lock()
        self.bring(self.update(document, lines=[line("SKU-A", 2, "20.00", VAT)]))
        self.assertEqual(sale.order_line.product_uom_qty, 2)
        self.assertTrue(sale.locked)

    def test_shipping_is_added_and_changed(self):
        document = order(1)
        sale = self.bring(document)
        self.bring(self.update(document, 1, charges=[charge("shipping", 5)]))
        self.bring(self.update(document, 2, charges=[charge("shipping", 7)]))
        self.assertMoney(sale, 17, 0, 17)

    def test_new_address_goes_to_the_delivery(self):
        document = order(1)
        sale = self.bring(document)
        self.bring(self.update(document, shipping_address=address(street="2 New Street")))
        self.assertEqual(sale.partner_shipping_id.street, "2 New Street")
        self.assertEqual(sale.picking_ids.partner_id, sale.partner_shipping_id)

    def test_clerks_address_is_left_alone(self):
        """The channel changed something else; what a person corrected stays."""
        document = order(1)
        sale = self.bring(document)
        corrected = sale.partner_id.copy({"street": "1a Main Street"})
        sale.partner_shipping_id = corrected
        self.bring(self.update(document, financial_status="partially_refunded"))
        self.assertEqual(sale.partner_shipping_id, corrected)
        self.assertEqual(sale.integration_financial_status, "partially_refunded")

    def test_clerks_product_is_left_alone(self):
        self._drafts()
        document = order(1)
        sale = self.bring(document)
        sale.order_line.product_id = self.product_b
        self.bring(self.update(document, lines=[line("SKU-A", 2, "20.00")]))
        self.assertEqual(sale.order_line.product_id, self.product_b)
        self.assertEqual(sale.order_line.product_uom_qty, 2)

    def test_change_after_picking_asks_a_person(self):
        document = order(1, [line("SKU-A", 5, "50.00", VAT)])
        sale = self._ready(self.bring(document))
        sale.picking_ids.printed = True
        lines = [line("SKU-A", 2, "20.00", VAT), line("SKU-B")]
        message = self.send(self.update(document, lines=lines, financial_status="refunded"))
        self.assertEqual(message.state, "done")
        self.assertEqual(sale.order_line.product_uom_qty, 5)
        self.assertEqual(sale.integration_financial_status, "refunded", "facts are taken over")
        cause = self.exceptions("change").cause
        self.assertIn("5 → 2", cause)
        self.assertIn("new: 1 × Title of SKU-B", cause)

    def test_change_taken_back_heals(self):
        document = order(1, [line("SKU-A", 5, "50.00", VAT)])
        sale = self._ready(self.bring(document))
        sale.picking_ids.printed = True
        self.bring(self.update(document, 1, lines=[line("SKU-A", 2, "20.00", VAT)]))
        self.bring(self.update(document, 2))
        self.assertFalse(self.exceptions("change"))

    def test_change_after_shipping_asks_a_person(self):
        document = order(1, [line("SKU-A", 2, "20.00", VAT)])
        sale = self._ready(self.bring(document))
        sale.picking_ids.button_validate()
        self.assertEqual(sale.picking_ids.state, "done")
        self.bring(self.update(document, lines=[line("SKU-A", 1, "10.00", VAT)]))
        self.assertEqual(sale.order_line.product_uom_qty, 2)
        self.assertEqual(len(sale.picking_ids), 1)
        self.assertTrue(self.exceptions("change"))

    def test_fewer_than_invoiced_asks_a_person(self):
        document = order(1, [line("SKU-A", 2, "20.00", VAT)])
        sale = self.bring(document)
        self.invoice(sale)
        self.bring(self.update(document, lines=[line("SKU-A", 1, "10.00", VAT)]))
        self.assertEqual(sale.order_line.product_uom_qty, 2)
        self.assertTrue(self.exceptions("change"))

    def test_shipped_news_change_nothing(self):
        """The channel's answer to our own shipment is no change."""
        document = order(1, [line("SKU-A", 2, "20.00", VAT)])
        sale = self._ready(self.bring(document))
        sale.picking_ids.button_validate()
        shipped = [line("SKU-A", 2, "20.00", VAT, fulfilled_quantity=2)]
        self.bring(self.update(document, lines=shipped))
        self.assertFalse(self.exceptions())
        self.assertFalse(sale.integration_hold)

    def test_imported_orders_cannot_be_deleted(self):
        sale = self.bring(order(1))
        sale._action_cancel()
        with self.assertRaisesRegex(Exception, "cannot be deleted"):
            sale.unlink()


class TestOrderCancel(OrderCase):
    """Cancellation, both ways."""

    def setUp(self):
        super().setUp()
        self.adapter.calls_for = lambda document: []

    def _told(self):
        return self.env["integration.message"].search([("topic", "=", "cancel.out")])

    def test_cancelled_before_shipment(self):
        document = order(1)
        sale = self.bring(document)
        self.bring(cancelled(document))
        self.assertEqual(sale.state, "cancel")
        self.assertEqual(sale.picking_ids.state, "cancel")
        self.assertFalse(self._told(), "the channel knows: it said so")

    def test_held_order_cancelled_closes_its_exceptions(self):
        document = order(1, financial_status="pending")
        sale = self.bring(document)
        self.bring(cancelled(document))
        self.assertEqual((sale.state, sale.integration_hold), ("cancel", False))
        self.assertFalse(self.exceptions())

    def test_cancelled_after_picking_asks_a_person(self):
        document = order(1)
        sale = self.bring(document)
        sale.picking_ids.printed = True
        self.bring(cancelled(document))
        self.assertEqual(sale.state, "sale")
        self.assertIn("customer", self.exceptions("cancel").cause)

    def test_cancelled_and_invoiced_asks_for_a_credit_note(self):
        document = order(1)
        sale = self.bring(document)
        self.invoice(sale)
        self.bring(cancelled(document))
        self.assertEqual(sale.state, "cancel")
        self.assertTrue(self.exceptions("cancel"))

    def test_cancelled_before_import_is_left_out(self):
        message = self.send(cancelled(order(1)))
        self.assertEqual(message.state, "done")
        self.assertFalse(message.res_id)
        self.assertIn("left out", message.note)

    def test_older_state_after_an_order_was_left_out_does_not_revive(self):
        document = order(1)
        self.send(cancelled(document))
        late = self.send(self.update(document, 5))
        self.assertEqual(late.state, "done")
        self.assertIn("is over", late.note)
        self.assertFalse(self.env["sale.order"].search([("integration_external_id", "=", document.external_id)]))
        alive = self.bring(self.update(document, 20))
        self.assertEqual(alive.state, "sale", "newer than the cancellation: the channel brought it back")

    def test_cancelled_before_import_kept_by_policy(self):
        self.backend.closed_order_policy = "import"
        sale = self.bring(cancelled(order(1)))
        self.assertEqual(sale.state, "cancel")
        self.assertFalse(sale.picking_ids)
        self.assertFalse(self._told())

    def test_older_state_after_cancellation_does_not_revive(self):
        document = order(1)
        sale = self.bring(document)
        self.bring(cancelled(document))
        self.bring(self.update(document, 5))
        self.assertEqual(sale.state, "cancel")

    def test_cancelled_in_odoo_tells_the_channel_once(self):
        sale = self.bring(order(1))
        sale._action_cancel()
        sale._action_cancel()
        message = self._told()
        self.assertEqual(len(message), 1)
        self.assertEqual(message.correlation_id, sale.integration_correlation)
        request = self.cancel_flow._build_cancel_out(message)
        self.assertEqual(request.order_id, "order-1")

    def test_taken_back_cancellation_is_not_sent(self):
        sale = self.bring(order(1))
        sale._action_cancel()
        sale.action_draft()
        self.assertIsNone(self.cancel_flow._build_cancel_out(self._told()))

    def test_flow_switched_off_tells_nobody(self):
        self.cancel_flow.active = False
        self.bring(order(1))._action_cancel()
        self.assertFalse(self._told())

    def test_echo_of_our_cancellation(self):
        document = order(1)
        sale = self.bring(document)
        sale._action_cancel()
        message = self.send(cancelled(document))
        self.assertEqual(message.state, "done")
        self.assertEqual(len(self._told()), 1)

    def test_update_of_an_order_cancelled_in_odoo(self):
        document = order(1)
        sale = self.bring(document)
        sale._action_cancel()
        self.bring(self.update(document, lines=[line("SKU-A", 9, "90.00")]))
        self.assertEqual(sale.state, "cancel")
        self.assertEqual(sale.order_line.product_uom_qty, 1)


class TestOrderLookUp(OrderCase):
    """What a look-up finds that webhooks have told already."""

    def incoming(self, document):
        """The notice a look-up finds."""
        return Incoming("order.in", f"poll-{document.version}", b"{}", document.external_id, document.version)

    def test_known_state_is_left_out_and_newer_or_unknown_kept(self):
        known, newer, unknown = order(1), order(2), order(3)
        self.send(known, newer)
        newer = newer.model_copy(update={"version": newer.version + timedelta(minutes=1)})
        page = [self.incoming(document) for document in (known, newer, unknown)]
        self.assertEqual(self.flow._untold(page), page[1:])
