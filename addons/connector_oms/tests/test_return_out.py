"""Returns and refunds that begin in Odoo: told to the channel once, known by its ids afterwards."""

import json
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import new_test_user

from odoo.addons.connector_base.lib.adapter import Call, CallResult
from odoo.addons.connector_base.lib.errors import AmbiguousError, DataError
from odoo.addons.connector_base.tests.common import MemoryAdapter

from ..lib.documents import RefundRequest, ReturnExchange, ReturnExecution, ReturnLine, ReturnRequest
from .builder import tax
from .test_return_refund import ReturnCase, announced, refund, refund_line


class ReturnChannel(MemoryAdapter):
    """Takes returns and refunds; ``reckoned`` is what a refund comes to."""

    def __init__(self):
        super().__init__()
        self.documents = []
        self.reckoned = Decimal("13.22")

    def reckon_refund(self, document):
        """What the channel would pay back."""
        if isinstance(self.reckoned, Exception):
            raise self.reckoned
        return self.reckoned

    def prepare(self, topic, document):
        """One call."""
        self.documents.append(document)
        kind = type(document).__name__
        return [Call(key=document.reference, operation=kind, body=document.model_dump_json().encode())]

    def send(self, call):
        """Give the thing an id of the channel's."""
        super().send(call)
        return self.answer(call)

    def answer(self, call):
        """What the channel says of a call it took."""
        values = json.loads(call.body)
        if call.operation == "ReturnRequest":
            lines = [
                {"id": f"rl-{n}", "line_id": line["line_id"], "quantity": line["quantity"]}
                for n, line in enumerate(values["lines"], 1)
            ]
            exchanges = [
                {"id": f"x-{n}", "product_id": one["product_id"]} for n, one in enumerate(values["exchanges"], 1)
            ]
            return CallResult("return-1", {"name": "#1001-R1", "lines": lines, "exchanges": exchanges})
        return CallResult("refund-1" if call.operation == "RefundRequest" else values["return_id"])


@tagged("post_install", "-at_install")
class TestReturnOut(ReturnCase):
    """A clerk enters a return, approves or declines one, closes it, pays back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapter = ReturnChannel()
        cls.out = cls.make_flow("return.out")

    def enter(self, units=1, **values):
        wizard = self.env["integration.return.start"].with_context(default_order_id=self.sale.id).create({})
        wizard.line_ids.write({"quantity": units, "reason": "size_too_small", **values})
        action = wizard.action_apply()
        return self.env["integration.return"].browse(action["res_id"])

    def pay_back(self, entry=None, units=1, user=None):
        context = {"default_order_id": self.sale.id, "default_return_id": entry.id if entry else False}
        wizard = self.env["integration.refund.start"].with_context(**context).with_user(user or self.env.user)
        wizard = wizard.create({})
        wizard.line_ids.write({"quantity": units})
        wizard.action_reckon()
        return wizard

    def requests(self):
        return self.env["integration.refund.request"].search([("order_id", "=", self.sale.id)])

    def test_the_channel_is_told_and_its_ids_are_kept(self):
        self.ship()
        entry = self.enter(2, note="Too tight")
        self.assertEqual((entry.state, entry.is_told), ("open", False))
        self.assertEqual(entry.picking_ids.move_ids.mapped("product_uom_qty"), [2])
        self.drain(self.out)
        (document,) = self.adapter.documents
        self.assertIsInstance(document, ReturnRequest)
        self.assertEqual((document.lines[0].quantity, document.lines[0].reason), (2, "size_too_small"))
        self.assertEqual((entry.external_id, entry.name, entry.is_told), ("return-1", "#1001-R1", True))
        self.assertEqual(entry.line_ids.external_id, "rl-1")

    def test_a_replacement_is_named_with_the_return_and_sent_when_a_person_says_so(self):
        self.ship()
        entry = self.enter(1, exchange_product_id=self.product_b.id)
        self.assertFalse(entry.can_exchange, "the channel does not know of it yet")
        self.drain(self.out)
        (document,) = self.adapter.documents
        self.assertEqual([(one.product_id, one.quantity) for one in document.exchanges], [("variant-SKU-B", 1)])
        self.assertEqual((entry.exchange_ids.external_id, entry.can_exchange), ("x-1", True))
        entry.action_exchange()
        self.assertFalse(entry.can_exchange, "asked for once")
        with self.assertRaises(UserError):
            entry.action_exchange()
        self.drain(self.out)
        execution = self.adapter.documents[-1]
        self.assertIsInstance(execution, ReturnExecution)
        self.assertEqual([(one.external_id, one.quantity) for one in execution.lines], [("rl-1", 1)])
        self.assertEqual([(one.external_id, one.quantity) for one in execution.exchanges], [("x-1", 1)])

    def test_the_channels_news_of_an_exchange_of_ours_make_no_second_one(self):
        self.ship()
        entry = self.enter(1, exchange_product_id=self.product_b.id)
        line = ReturnLine(external_id="rl-1", line_id="line-SKU-A", quantity=1, note=entry.reference)
        exchange = ReturnExchange(external_id="x-1", product_id="variant-SKU-B", quantity=1)
        told = announced(1).model_copy(update={"lines": (line,), "exchanges": (exchange,)})
        self.tell(3, "33.33", "6.33", 5, returns=[told])
        self.assertEqual(entry.exchange_ids.mapped("external_id"), ["x-1"])

    def test_what_the_channel_does_not_sell_cannot_be_sent_instead(self):
        self.ship()
        other = self.make_product("OTHER", stock=1)
        self.env["integration.product.binding"].search([("record_id", "=", other.id)]).unlink()
        with self.assertRaisesRegex(UserError, "not linked"):
            self.enter(1, exchange_product_id=other.id)

    def test_the_channels_news_of_it_make_no_second_one(self):
        self.ship()
        entry = self.enter(1)
        told = announced(1)
        line = ReturnLine(external_id="rl-1", line_id="line-SKU-A", quantity=1, note=f"Too tight ({entry.reference})")
        self.tell(3, "33.33", "6.33", 5, returns=[told.model_copy(update={"lines": (line,)})])
        self.assertEqual(self.env["integration.return"].search([("order_id", "=", self.sale.id)]), entry)
        self.assertEqual(entry.external_id, "return-1")
        self.drain(self.out)
        self.assertFalse(self.adapter.sent, "the channel has it already")

    def test_a_lost_answer_makes_no_second_one(self):
        self.ship()
        self.adapter.script = [AmbiguousError("lost")]
        entry = self.enter(1)
        self.drain(self.out)
        message = self.env["integration.message"].search([("flow_id", "=", self.out.id)])
        (call,) = self.adapter.sent
        self.adapter.found[call.key] = self.adapter.answer(call)
        self.make_due(message)
        self.drain(self.out)
        self.assertEqual((len(self.adapter.sent), message.state), (1, "done"))
        self.assertEqual(entry.external_id, "return-1")

    def test_no_more_than_was_delivered(self):
        self.ship()
        self.enter(2)
        with self.assertRaisesRegex(UserError, "at most 1"):
            self.enter(2)
        self.enter(1)
        wizard = self.env["integration.return.start"].with_context(default_order_id=self.sale.id).create({})
        self.assertFalse(wizard.line_ids)

    def test_refused_by_the_channel(self):
        self.ship()
        self.adapter.script = [DataError("Not returnable any more", category="return")]
        entry = self.enter(1)
        self.drain(self.out)
        self.assertIn("Not returnable any more", self.exceptions("return").cause)
        self.assertFalse(entry.is_told)

    def test_approving_and_declining(self):
        self.ship()
        self.tell(3, "33.33", "6.33", 5, returns=[announced(1, "requested"), announced(1, "requested", 2)])
        first, second = self.env["integration.return"].search([("order_id", "=", self.sale.id)], order="id")
        self.assertFalse(first.picking_ids)
        first.action_approve()
        second.action_decline()
        self.drain(self.out)
        self.assertEqual([document.step for document in self.adapter.documents], ["approve", "decline"])
        self.assertEqual(first.picking_ids.state, "assigned")
        self.assertEqual((first.state, second.state), ("open", "declined"))
        with self.assertRaises(UserError):
            second.action_approve()

    def test_closed_at_the_channel_when_inspected_and_paid_back(self):
        self.ship()
        self.invoice(self.sale)
        entry = self.enter(1)
        self.done(entry.picking_ids)
        wizard = self.env["integration.return.inspection"].with_context(default_return_id=entry.id).create({})
        wizard.action_apply()
        self.assertEqual(entry.state, "inspected")
        self.drain(self.out)
        self.pay_back(entry).action_refund()
        self.drain(self.out)
        self.assertEqual((self.requests().state, self.requests().external_id), ("done", "refund-1"))
        self.tell(2, "22.22", "4.22", 5, [refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))])
        self.assertEqual(self.refunds().return_id, entry)
        self.assertEqual((self.refunds().state, self.books()), ("credited", 26.44))
        self.assertEqual(entry.state, "closed")
        self.drain(self.out)
        self.assertEqual(self.adapter.documents[-1].step, "close")

    def test_the_refund_may_be_booked_before_its_answer(self):
        self.ship()
        entry = self.enter(1)
        self.drain(self.out)
        self.pay_back(entry).action_refund()
        self.tell(2, "22.22", "4.22", 5, [refund(1, refund_line("11.11", [tax(19, "2.11")], 1, "line-SKU-A"))])
        self.assertFalse(self.refunds().return_id)
        self.drain(self.out)
        self.assertEqual(self.refunds().return_id, entry)

    def test_what_was_reckoned_is_what_is_sent_once(self):
        self.ship()
        wizard = self.pay_back(units=1)
        self.assertEqual(wizard.amount, 13.22)
        wizard.action_refund()
        self.drain(self.out)
        (document,) = self.adapter.documents
        self.assertIsInstance(document, RefundRequest)
        self.assertEqual((document.amount, document.lines[0].quantity), (Decimal("13.22"), 1))
        self.assertEqual(document.key, self.requests().key)
        self.drain(self.out)
        self.assertEqual(len(self.adapter.sent), 1)

    def test_another_amount_has_to_be_reckoned_anew(self):
        self.ship()
        wizard = self.pay_back(units=1)
        wizard.line_ids.quantity = 2
        with self.assertRaisesRegex(UserError, "Reckon first"):
            wizard.action_refund()
        self.assertFalse(self.requests())

    def test_the_channel_cannot_say(self):
        self.ship()
        self.adapter.reckoned = DataError("Nothing is left to refund")
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            self.pay_back()

    def test_an_earlier_refund_that_came_to_nothing_is_not_paid_later(self):
        self.ship()
        self.adapter.script = [DataError("the refund comes to 9 by now", category="return")]
        self.pay_back(units=1).action_refund()
        self.drain(self.out)
        first = self.requests()
        message = self.env["integration.message"].search([("key", "=", first.reference)])
        self.assertEqual((message.state, first.state), ("blocked", "waiting"))
        self.pay_back(units=1).action_refund()
        self.drain(self.out)
        self.assertEqual(first.state, "refused")
        self.assertEqual((self.requests() - first).state, "done")
        message._reopen()
        self.drain(self.out)
        self.assertEqual((len(self.adapter.sent), message.state), (2, "done"))

    def test_rights(self):
        self.ship()
        seller = new_test_user(self.env, login="seller2", groups="sales_team.group_sale_salesman_all_leads")
        seller.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        with self.assertRaises(AccessError):
            self.pay_back(user=seller)
        wizard = self.env["integration.return.start"].with_user(seller).with_context(default_order_id=self.sale.id)
        made = wizard.create({})
        made.line_ids.quantity = 1
        entry = self.env["integration.return"].browse(made.action_apply()["res_id"])
        self.assertEqual(entry.state, "open")

    def test_forms(self):
        self.ship()
        form = Form(self.env["integration.return.start"].with_context(default_order_id=self.sale.id))
        with form.line_ids.edit(0) as row:
            row.quantity = 1
        entry = self.env["integration.return"].browse(form.save().action_apply()["res_id"])
        self.assertEqual(entry.line_ids.quantity, 1)
        self.done(entry.picking_ids)
        form = Form(self.env["integration.return.inspection"].with_context(default_return_id=entry.id))
        with form.line_ids.edit(0) as row:
            row.restock, row.scrap = 0, 1
        form.save().action_apply()
        self.assertEqual((entry.state, entry.line_ids.scrapped), ("inspected", 1))
        context = {"default_order_id": self.sale.id, "default_return_id": entry.id}
        form = Form(self.env["integration.refund.start"].with_context(**context))
        wizard = form.save()
        wizard.action_reckon()
        wizard.action_refund()
        self.assertEqual((self.requests().return_id, self.requests().amount), (entry, 13.22))
        self.assertTrue(self.sale.integration_can_return)
        self.assertEqual(self.sale.action_integration_refund()["res_model"], "integration.refund.start")
        self.out.active = False
        self.sale.invalidate_recordset()
        self.assertFalse(self.sale.integration_can_return)
        with self.assertRaises(UserError):
            self.sale.action_integration_refund()
