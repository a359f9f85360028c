"""Checks before an order is confirmed, terms of companies, and changes after it."""

from datetime import timedelta
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from ..lib.documents import BuyerCompany
from ..models.integration_order_rule import _is_box
from .builder import NOON, address, customer, line, order, payment, tax
from .order_case import OrderCase


class RuleCase(OrderCase):
    """Orders are confirmed at once unless a rule holds them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.confirm_policy = "always"

    def rule(self, kind, **values):
        return self.env["integration.order.rule"].create({"backend_id": self.backend.id, "kind": kind, **values})

    def user(self, role):
        return new_test_user(
            self.env,
            f"rule_{role}",
            f"base.group_user,sales_team.group_sale_salesman_all_leads,connector_base.group_{role}",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    def assertHeld(self, sale, kind, *words):
        self.assertEqual((sale.state, sale.integration_hold), ("draft", kind))
        exception = self.exceptions(kind)
        self.assertEqual(exception.res_id, sale.id)
        for word in words:
            self.assertIn(word, exception.cause)
        return exception


@tagged("post_install", "-at_install")
class TestOrderRules(RuleCase):
    """Each check by itself."""

    def test_without_rules_nothing_is_held(self):
        self.assertEqual(self.bring(order(1)).state, "sale")

    def test_every_failing_check_is_an_exception_of_its_own(self):
        self.rule("blocked", product_ids=[(6, 0, self.product_a.ids)])
        self.rule("first", amount=5)
        sale = self.bring(order(1))
        self.assertEqual(sale.state, "draft")
        self.assertEqual(set(sale.integration_hold_ids.mapped("kind")), {"blocked", "first"})
        self.assertTrue(self.exceptions("blocked") and self.exceptions("first"))
        self.assertEqual(self.bring(order(2, [line("SKU-B", 1, "1.00")])).state, "sale")

    def test_credit_counts_what_is_owed_and_goes_on_when_it_is_raised(self):
        self.rule("credit")
        self.assertEqual(self.bring(order(1, financial_status="pending")).state, "sale", "the contact has no limit")
        buyer = self.env["sale.order"].search([("integration_external_id", "=", "order-1")]).partner_id
        buyer.write({"use_partner_credit_limit": True, "credit_limit": 15})
        self.env.flush_all()
        buyer.invalidate_recordset()
        document = order(2, [line("SKU-A", 1, "10.00")], customer=customer(1), financial_status="pending")
        sale = self.bring(document)
        self.assertEqual(sale.partner_id, buyer)
        self.assertHeld(sale, "credit", "would owe $", "the limit is $")
        with self.assertRaises(AccessError):
            sale.with_user(self.user("operator"))._integration_release("he is a good man")
        buyer.credit_limit = 500
        self.env["sale.order"]._cron_integration_recheck()
        self.assertEqual((sale.state, sale.integration_hold), ("sale", False))
        self.assertFalse(self.exceptions("credit"))

    def test_manager_releases_with_a_reason(self):
        self.rule("margin", percent=50)
        self.product_a.standard_price = 8
        sale = self.bring(order(1, [line("SKU-A", 1, "10.00")]))
        self.assertHeld(sale, "margin", "20.0 %", "50 %")
        sale.with_user(self.user("manager"))._integration_release("opening offer")
        self.assertEqual(sale.state, "sale")

    def test_price_below_the_list(self):
        self.product_a.list_price = 20
        self.rule("price", percent=10)
        self.backend.pricelist_id = self.env["product.pricelist"].create(
            {"name": "Shop", "currency_id": self.env.ref("base.USD").id, "company_id": self.company.id}
        )
        self.assertHeld(self.bring(order(1, [line("SKU-A", 2, "20.00")])), "price", "$", "20.00")
        self.assertEqual(self.bring(order(2, [line("SKU-A", 2, "36.00")])).state, "sale")

    def test_tax_that_should_be_there(self):
        self.rule("taxfree")
        self.assertHeld(self.bring(order(1, [line("SKU-A", 1, "10.00")])), "taxfree")
        self.assertEqual(self.bring(order(2, [line("SKU-A", 1, "10.00", [tax(19, "1.90")])])).state, "sale")

    def test_gateway(self):
        self.rule("gateway", gateways="Cash on delivery, bank")
        self.assertEqual(self.bring(order(1, payments=[payment("10.00")])).state, "sale")
        sale = self.bring(order(2, payments=[payment("10.00", "p2", gateway="Bank")]))
        self.assertHeld(sale, "gateway", "Bank")

    def test_destination(self):
        self.rule("destination", country_ids=[(6, 0, self.env.ref("base.us").ids)], no_boxes=True)
        self.assertEqual(self.bring(order(1)).state, "sale")
        boxed = self.bring(order(2, shipping_address=address(street="P.O. Box 12")))
        self.assertHeld(boxed, "destination", "post-office box")
        for street, is_box in (("PO Box 9", True), ("Postfach 12", True), ("Boxwood Road 1", False), ("BP 44", True)):
            self.assertEqual(_is_box(street), is_box, street)

    def test_customer_data_completed_and_checked_again(self):
        self.rule("incomplete", needs_phone=True, needs_email=False)
        sale = self.bring(order(1, shipping_address=address(phone=""), billing_address=address(phone="")))
        exception = self.assertHeld(sale, "incomplete", "telephone")
        sale.partner_id.phone = "+1 415 555 0100"
        wizard = self.env["integration.fix.decide"].with_user(self.user("operator"))
        wizard.create({"code": "recheck", "exception_ids": [(6, 0, exception.ids)]}).action_apply()
        self.assertEqual(sale.state, "sale")

    def test_supply_goes_on_when_there_is_enough(self):
        self.rule("supply")
        scarce = self.make_product("SKU-S", stock=3)
        first = self.bring(order(1, [line("SKU-S", 2, "10.00")]))
        self.assertEqual(first.state, "sale")
        second = self.bring(order(2, [line("SKU-S", 2, "10.00")]))
        self.assertHeld(second, "supply", "SKU-S")
        self.env["stock.quant"].create(
            {"product_id": scarce.id, "location_id": self.warehouse.lot_stock_id.id, "quantity": 1}
        )
        self.env["sale.order"]._cron_integration_recheck()
        self.assertEqual(second.state, "sale")

    def test_update_that_passes_lifts_the_hold(self):
        self.rule("blocked", product_ids=[(6, 0, self.product_a.ids)])
        document = order(1)
        sale = self.bring(document)
        self.assertHeld(sale, "blocked")
        self.send(self.update(document, lines=[line("SKU-B", 1, "10.00")]))
        self.assertEqual((sale.state, sale.integration_hold), ("sale", False))

    def test_one_rule_of_a_kind(self):
        self.rule("taxfree")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.rule("taxfree")

    def test_screens_open(self):
        self.env["integration.order.rule"].get_views([(False, "list"), (False, "form")])


@tagged("post_install", "-at_install")
class TestTerms(RuleCase):
    """What companies get, and until when an order has to leave."""

    def company_order(self, number, **values):
        buyer = customer(7, company=BuyerCompany(external_id="company-7", name="Acme"), **values)
        return self.bring(order(number, customer=buyer, po_number="PO-77"))

    def test_company_has_its_own_terms(self):
        first = self.company_order(1)
        acme = first.partner_id.commercial_partner_id
        self.assertTrue(acme.is_company)
        net = self.env.ref("account.account_payment_term_30days")
        dealers = self.env["product.pricelist"].create(
            {"name": "Dealers", "currency_id": self.env.ref("base.USD").id, "company_id": self.company.id}
        )
        acme.with_company(self.company).write(
            {
                "property_payment_term_id": net.id,
                "specific_property_product_pricelist": dealers.id,
                "integration_one_delivery": True,
            }
        )
        second = self.company_order(2)
        self.assertEqual((second.payment_term_id, second.pricelist_id), (net, dealers))
        self.assertEqual((second.picking_policy, second.client_order_ref), ("one", "PO-77"))
        self.backend.company_terms = False
        self.assertFalse(self.company_order(3).payment_term_id)

    def test_exempt_customer(self):
        position = self.env["account.fiscal.position"].create({"name": "Exempt", "company_id": self.company.id})
        self.backend.exempt_position_id = position
        self.assertEqual(self.company_order(1, tax_exempt=True).fiscal_position_id, position)
        self.assertNotEqual(self.bring(order(2)).fiscal_position_id, position)

    def test_deadline_reaches_the_delivery(self):
        self.backend.ship_hours = 24
        sale = self.bring(order(1))
        due = (NOON + timedelta(hours=24)).replace(tzinfo=None)
        self.assertEqual(sale.commitment_date, due)
        self.assertEqual(sale.picking_ids.date_deadline, due)


@tagged("post_install", "-at_install")
class TestLateChanges(RuleCase):
    """A person changes a confirmed order of a channel."""

    def setUp(self):
        super().setUp()
        self.sale = self.bring(order(1, [line("SKU-A", 5, "50.00")]))
        self.picking = self.sale.picking_ids
        self.picking.action_assign()

    def returns(self):
        return self.env["stock.picking"].search(
            [("sale_id", "=", self.sale.id), ("picking_type_id.code", "=", "incoming")]
        )

    def ship(self, units, backorder):
        self.picking.move_ids.quantity = units
        self.picking.move_ids.picked = True
        context = {"skip_backorder": True}
        if not backorder:
            context["picking_ids_not_to_backorder"] = self.picking.ids
        self.picking.with_context(**context).button_validate()
        self.env.flush_all()

    def test_less_cuts_the_delivery_and_makes_no_receipt(self):
        self.picking.write({"printed": True})
        self.sale.order_line.product_uom_qty = 3
        self.assertEqual(self.picking.move_ids.product_uom_qty, 3)
        self.assertFalse(self.returns())

    def test_less_than_is_open_is_refused(self):
        self.ship(4, backorder=True)
        with self.assertRaises(UserError):
            self.sale.order_line.product_uom_qty = 3

    def test_more_is_delivered(self):
        self.sale.order_line.product_uom_qty = 7
        moves = self.sale.picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 7)

    def test_what_was_closed_short_is_not_asked_for_again(self):
        self.ship(3, backorder=False)
        row = self.sale.order_line
        self.assertEqual(row.integration_short_closed, 2)
        row.write({"product_uom_qty": 5})
        row._action_launch_stock_rule()
        self.assertEqual(self.sale.picking_ids, self.picking)
        row.product_uom_qty = 6
        fresh = self.sale.picking_ids - self.picking
        self.assertEqual(fresh.move_ids.product_uom_qty, 1)

    def test_rest_is_delivered_after_all_when_a_person_says_so(self):
        self.ship(3, backorder=False)
        exception = self.exceptions("short")
        wizard = self.env["integration.fix.decide"].with_user(self.user("operator"))
        wizard = wizard.create({"code": "deliver_rest", "exception_ids": [(6, 0, exception.ids)], "reason": "found"})
        wizard.action_apply()
        self.assertEqual((self.sale.picking_ids - self.picking).move_ids.product_uom_qty, 2)
        self.assertEqual(self.sale.order_line.integration_short_closed, 0)

    def test_less_of_a_split_line_is_cut_where_it_is_open(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTHR", "company_id": self.company.id})
        self.env["integration.routing.ruleset"].create({"company_id": self.company.id}).action_go_live()
        scarce = self.make_product("SKU-S", stock=7)
        self.env["stock.quant"].create({"product_id": scarce.id, "location_id": other.lot_stock_id.id, "quantity": 4})
        sale = self.bring(order(2, [line("SKU-S", 10, "100.00", ordered_quantity=Decimal(10))]))
        self.assertEqual(len(sale.picking_ids), 2)
        sale.order_line.product_uom_qty = 3
        moves = sale.picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 3)
        self.assertFalse(sale.picking_ids.filtered(lambda one: one.picking_type_id.code == "incoming"))
