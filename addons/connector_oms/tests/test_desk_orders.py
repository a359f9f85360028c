from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from odoo.addons.connector_base.lib.fixes import covered

from .builder import address, cancelled, charge, customer, hold, line, order, payment, tax
from .order_case import OrderCase

#: the queues that the requirements name, as categories
NAMED = {
    "backorder",
    "partial",
    "allocation",
    "return",
    "address",
    "tax",
    "payment",
    "product",
    "uom",
    "supplier_late",
    "duplicate",
    "pick",
    "short",
    "discrepancy",
    "automation",
}


class DeskOrderCase(OrderCase):
    """Orders of a shop, and people who have a role in the hub and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        for name, role in (("ann", "operator"), ("eve", "viewer"), ("max", "manager")):
            user = new_test_user(cls.env, f"desk_{name}", f"connector_base.group_{role}", **company)
            setattr(cls, name, user)

    def codes(self, exceptions, user=None):
        """The fixes offered to a person, in their order."""
        return [fix["code"] for fix in exceptions[:1].with_user(user or self.ann).fixes or []]

    def apply(self, exceptions, code, user=None, **values):
        """Press the fix's button, fill in its wizard as the screen does, and confirm."""
        user = user or self.ann
        action = exceptions.with_user(user).action_fix(code)
        wizard = Form(self.env[action["res_model"]].with_user(user).with_context(**action["context"]))
        for name, value in values.items():
            setattr(wizard, name, value)
        result = wizard.save().action_apply()
        for run in self.env["integration.mend"].search([("state", "=", "running")]):
            run._job_mend()
        for replay in self.env["integration.replay"].search([("state", "=", "running")]):
            replay.paced_until -= timedelta(minutes=5)
            self.env.flush_all()
            replay._job_tick()
            self.env.invalidate_all()
        self.drain(self.flow)
        return result

    def assertClosed(self, exceptions, kind="fixed"):
        """All of these were settled so."""
        self.assertEqual(set(exceptions.mapped("state")), {"resolved"})
        self.assertEqual(set(exceptions.mapped("resolution_kind")), {kind})

    def assertOnRecord(self, exceptions, code, user=None):
        """The audit names the act and the person."""
        found = self.env["integration.audit"].search(
            [("action", "=", f"exception.{code}"), ("res_id", "in", exceptions.ids)]
        )
        self.assertEqual(found.user_id, user or self.ann)
        self.assertEqual(set(found.mapped("res_id")), set(exceptions.ids))


class TestCatalogue(DeskOrderCase):
    """Each cause has a name, words and something to do about it."""

    def test_every_named_queue_has_label_and_fix(self):
        exceptions = self.env["integration.exception"]
        labels = dict(exceptions._fields["category"]._description_selection(self.env))
        self.assertFalse(NAMED - labels.keys())
        self.assertFalse(NAMED - covered(exceptions._fix_catalogue()))

    def test_queues_that_other_addons_will_fill_explain_themselves(self):
        advice = self.env["integration.exception"]._category_advice()
        for category in NAMED - {"product", "tax", "address", "payment"}:
            exception = self.env["integration.exception"]._report(self.backend, category)
            self.assertEqual((exception.cause, exception.suggestion), advice[category])

    def test_every_fix_has_a_wizard_with_a_form(self):
        for fix in self.env["integration.exception"]._fix_catalogue():
            views = self.env[fix.model].with_user(self.ann).get_views([(False, "form")])
            self.assertIn("action_apply", views["views"]["form"]["arch"])

    def test_every_fix_has_a_name_in_the_audit(self):
        names = self.env["integration.audit"]._action_names()
        codes = {f"exception.{fix.code}" for fix in self.env["integration.exception"]._fix_catalogue()}
        self.assertFalse(codes - names.keys())

    def test_every_decision_says_what_happens_and_does_something(self):
        wizard = self.env["integration.fix.decide"]
        for fix in self.env["integration.exception"]._fix_catalogue():
            if fix.model == wizard._name:
                self.assertTrue(wizard._effects().get(fix.code), fix.code)
                self.assertTrue(hasattr(wizard, f"_mend_{fix.code}"), fix.code)

    def test_found_by_order_sku_and_customer(self):
        self.send(order(1, [line("GONE")]))
        found = self.exceptions("product").with_user(self.ann)
        for domain in (
            [("res_name", "ilike", "#1")],
            [("group_key", "ilike", "GONE")],
            [("customer", "ilike", "jane")],
            [("warehouse_id", "=", self.warehouse.id)],
        ):
            self.assertEqual(found.search([*domain, ("state", "=", "open")]), found)
        with self.assertRaises(AccessError):
            found.with_user(self.eve).read(["customer"])


class TestMapping(DeskOrderCase):
    """One value unknown, many orders waiting: said once, all go on. By an operator."""

    def test_choose_the_product(self):
        messages = self.send(*[order(n, [line("GONE")]) for n in range(1, 4)])
        waiting = self.exceptions("product")
        self.assertEqual(set(waiting.mapped("group_label")), {"Unknown product: GONE"})
        self.assertEqual(self.codes(waiting)[0], "map_product")
        self.apply(waiting[0], "map_product", product_id=self.product_a)
        self.assertEqual(set(messages.mapped("state")), {"done"})
        self.assertClosed(waiting, "healed")
        self.assertOnRecord(waiting, "map_product")
        sales = self.env["sale.order"].search([("integration_backend_id", "=", self.backend.id)])
        self.assertEqual(sales.order_line.product_id, self.product_a)
        self.assertEqual(self.send(order(9, [line("GONE")])).state, "done")

    def test_many_in_the_background(self):
        messages = self.send(*[order(n, [line("GONE")]) for n in range(1, 16)])
        waiting = self.exceptions("product")
        self.apply(waiting[0], "map_product", product_id=self.product_a)
        replay = self.env["integration.replay"].search([], limit=1)
        self.assertEqual((replay.total, replay.user_id), (15, self.ann))
        self.assertEqual(set(messages.mapped("state")), {"done"})
        self.assertClosed(waiting, "healed")

    def test_held_orders_in_the_background(self):
        strange = {"state_code": "XQ", "state_name": "Xanadu"}
        sales = self.bring(*[order(n, shipping_address=address(**strange)) for n in range(1, 13)])
        waiting = self.exceptions("address")
        self.apply(waiting[0], "map_state", state_id=self.env.ref("base.state_us_1"))
        run = waiting.mend_id
        self.assertEqual((run.total, run.treated, run.healed, run.failed), (12, 12, 12, 0))
        self.assertEqual(set(sales.mapped("state")), {"sale"})

    def test_where_a_second_person_approves_it_goes_on_after_that(self):
        self.backend.mapping_policy = "second"
        message = self.send(order(1, [line("GONE")]))
        self.apply(self.exceptions("product"), "map_product", product_id=self.product_a)
        self.assertEqual(message.state, "blocked")
        version = self.env["integration.mapping.version"].search([("external_value", "=", "GONE")])
        self.assertEqual(version.state, "proposed")
        version.with_user(self.max).action_approve()
        self.drain(self.flow)
        self.assertEqual(message.state, "done")

    def test_a_product_without_sku_is_chosen_by_the_channels_id(self):
        self.send(order(1, [line("", product_id="variant-7")]))
        self.apply(self.exceptions("product"), "map_product", product_id=self.product_b)
        self.assertFalse(self.exceptions())
        binding = self.env["integration.product.binding"].search([("external_id", "=", "variant-7")])
        self.assertEqual(binding.record_id, self.product_b)

    def test_choose_the_tax(self):
        messages = self.send(*[order(n, [line("SKU-A", 1, "10.00", [tax(17, "1.70")])]) for n in (1, 2)])
        waiting = self.exceptions("tax")
        self.assertEqual(waiting[0].group_label, "Unknown tax: VAT 17 %")
        self.apply(waiting[0], "map_tax", tax_id=self.vat)
        self.assertEqual(set(messages.mapped("state")), {"done"})
        self.assertClosed(waiting, "healed")

    def test_choose_the_state(self):
        strange = {"state_code": "XQ", "state_name": "Xanadu"}
        sales = self.bring(*[order(n, shipping_address=address(**strange)) for n in (1, 2)])
        self.assertEqual(set(sales.mapped("integration_hold")), {"address"})
        waiting = self.exceptions("address")
        self.assertEqual(self.codes(waiting)[:2], ["map_state", "address"])
        state = self.env.ref("base.state_us_1")
        self.apply(waiting[0], "map_state", state_id=state)
        self.assertEqual(sales.partner_shipping_id.state_id, state)
        self.assertEqual(set(sales.mapped("state")), {"sale"})
        self.assertClosed(waiting, "healed")
        self.assertFalse(self.bring(order(3, shipping_address=address(**strange))).integration_hold)

    def test_choose_the_delivery_method(self):
        self.backend.carrier_policy = "report"
        product = self.env["product.product"].create({"name": "Express", "type": "service", "taxes_id": []})
        carrier = self.env["delivery.carrier"].create({"name": "Express", "product_id": product.id})
        sales = self.bring(*[order(n, charges=[charge("shipping", 9, code="XPR")]) for n in (1, 2)])
        waiting = self.exceptions("carrier")
        self.assertEqual(len(waiting), 2)
        self.apply(waiting[0], "map_carrier", carrier_id=carrier)
        self.assertEqual(sales.carrier_id, carrier)
        self.assertEqual(sales.picking_ids.carrier_id, carrier)
        self.assertClosed(waiting)
        self.bring(order(3, charges=[charge("shipping", 9, code="XPR")]))
        self.assertFalse(self.exceptions("carrier"))

    def test_without_a_choice_nothing_happens(self):
        self.send(order(1, [line("GONE")]))
        action = self.exceptions().with_user(self.ann).action_fix("map_product")
        wizard = self.env[action["res_model"]].with_user(self.ann).with_context(**action["context"]).create({})
        with self.assertRaises(UserError):
            wizard.action_apply()
        self.assertFalse(self.env["integration.mapping"].search([("backend_id", "=", self.backend.id)]))

    def test_a_mapping_entered_by_hand_lets_them_go_on_too(self):
        messages = self.send(order(1, [line("GONE")]), order(2, [line("GONE")]))
        self.env["integration.mapping"].with_user(self.max).create(
            {
                "backend_id": self.backend.id,
                "kind": "product",
                "external_value": "GONE",
                "res_id": self.product_a.id,
            }
        )
        self.drain(self.flow)
        self.assertEqual(set(messages.mapped("state")), {"done"})

    def test_operators_do_not_write_mappings_themselves(self):
        with self.assertRaises(AccessError):
            self.env["integration.mapping"].with_user(self.ann).create(
                {"backend_id": self.backend.id, "kind": "tax", "external_value": "x", "res_id": self.vat.id}
            )


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


class TestDuplicates(DeskOrderCase):
    """An order that has come in another way already."""

    def by_hand(self, **values):
        """The same order as ``order(1)``, typed by a clerk."""
        buyer = self.env["res.partner"].create({"name": "Jane Doe", "email": "jane1@example.com"})
        return self.env["sale.order"].create(
            {
                "partner_id": buyer.id,
                "company_id": self.company.id,
                "client_order_ref": "#1",
                "order_line": [
                    (0, 0, {"product_id": self.product_a.id, "product_uom_qty": 1, "price_unit": 10, "tax_ids": []})
                ],
                **values,
            }
        )

    def test_held_and_linked_to_the_other(self):
        twin = self.by_hand()
        sale = self.bring(order(1))
        self.assertEqual(sale.integration_hold, "duplicate")
        exception = self.exceptions("duplicate")
        self.assertIn(twin.name, exception.cause)
        self.apply(exception, "link_order")
        self.assertEqual(sale.state, "cancel")
        self.assertClosed(exception)
        self.assertFalse(self.env["integration.message"].search([("topic", "=", "cancel.out")]))
        later = self.send(self.update(order(1), minutes=5))
        self.assertIn(twin.name, later.note)
        self.assertEqual(twin.order_line.mapped("product_uom_qty"), [1])

    def test_it_is_none(self):
        self.by_hand()
        sale = self.bring(order(1))
        self.apply(self.exceptions("duplicate"), "release", reason="Ordered twice on purpose")
        self.assertEqual(sale.state, "sale")

    def test_the_channels_next_message_does_not_lift_it(self):
        self.by_hand()
        sale = self.bring(order(1))
        self.send(self.update(order(1), minutes=5))
        self.assertEqual(sale.integration_hold, "duplicate")

    def test_one_thing_alike_is_no_duplicate(self):
        self.by_hand(client_order_ref="#2")
        self.assertFalse(self.bring(order(1)).integration_hold)

    def test_another_total_is_no_duplicate(self):
        self.by_hand()
        self.assertFalse(self.bring(order(1, [line("SKU-A", 1, "11.00")])).integration_hold)

    def test_a_stopped_order_is_linked_to_one_typed_by_hand(self):
        message = self.send(order(1, [line("GONE")]))
        twin = self.by_hand()
        self.apply(self.exceptions("product"), "link_order", order_id=twin)
        self.assertEqual(message.state, "done")
        self.assertEqual(message.res_id, twin.id)
        self.assertFalse(self.exceptions())

    def test_a_cancellation_of_a_linked_order_is_told(self):
        self.send(order(1, [line("GONE")]))
        twin = self.by_hand()
        self.apply(self.exceptions("product"), "link_order", order_id=twin)
        self.send(cancelled(order(1)))
        self.assertEqual(twin.state, "draft")
        self.assertIn(twin.name, self.exceptions("cancel").cause)


class TestDeliveries(DeskOrderCase):
    """Backorders, short shipments, nothing in stock."""

    def deliver(self, picking, done, backorder=True):
        """Ship ``done`` units of the first move."""
        picking.move_ids.quantity = done
        picking.move_ids.picked = True
        context = {"skip_backorder": True}
        if not backorder:
            context["picking_ids_not_to_backorder"] = picking.ids
        picking.with_context(**context).button_validate()

    def picking(self, quantity=5):
        sale = self.bring(order(1, [line("SKU-A", quantity, "50.00")]))
        picking = sale.picking_ids
        picking.action_assign()
        return picking

    def test_a_backorder_is_told_and_closes_when_it_leaves(self):
        picking = self.picking()
        self.deliver(picking, 3)
        rest = picking.backorder_ids
        exception = self.exceptions("backorder")
        self.assertEqual((exception.res_id, exception.group_key), (rest.id, "SKU-A"))
        self.assertIn("2 × ", exception.cause)
        self.assertEqual(exception.amount, 50)
        rest.action_assign()
        self.deliver(rest, 2)
        self.assertClosed(exception, "healed")
        self.assertFalse(self.exceptions())

    def test_the_rest_is_cancelled(self):
        picking = self.picking()
        self.deliver(picking, 3)
        exception = self.exceptions("backorder")
        self.apply(exception, "drop_rest", reason="Customer agrees")
        self.assertEqual(picking.backorder_ids.state, "cancel")
        self.assertEqual(exception.state, "resolved")
        self.assertOnRecord(exception, "drop_rest")

    def test_shipped_short_and_the_rest_is_sent_after_all(self):
        picking = self.picking()
        self.deliver(picking, 3, backorder=False)
        exception = self.exceptions("short")
        self.assertIn("2 × ", exception.cause)
        self.apply(exception, "deliver_rest", reason="Found two more")
        fresh = picking.sale_id.picking_ids - picking
        self.assertEqual(fresh.move_ids.product_uom_qty, 2)
        self.assertClosed(exception)

    def test_shipped_short_and_left_so(self):
        self.deliver(self.picking(), 3, backorder=False)
        exception = self.exceptions("short")
        self.apply(exception, "accept", reason="Refunded")
        self.assertClosed(exception, "accepted")

    def test_a_whole_delivery_says_nothing(self):
        self.deliver(self.picking(), 5)
        self.assertFalse(self.exceptions())

    def test_other_orders_are_not_our_business(self):
        picking = self.picking()
        picking.sale_id.integration_backend_id = False
        self.deliver(picking, 3)
        self.assertFalse(self.exceptions())

    def short_of(self, stock):
        product = self.make_product("RARE", stock=stock)
        sale = self.bring(order(7, [line("RARE", 5, "50.00")]))
        picking = sale.picking_ids
        picking.action_assign()
        picking.move_ids.integration_reserve_pending = False
        picking.scheduled_date = fields.Datetime.now() - timedelta(hours=1)
        return product, picking

    def test_nothing_in_stock_when_due(self):
        product, picking = self.short_of(0)
        self.env["stock.picking"]._cron_integration_shortages()
        exception = self.exceptions("allocation")
        self.assertEqual((exception.res_id, exception.group_key), (picking.id, "RARE"))
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertEqual(exception.occurrences, 1)
        self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 9)
        self.apply(exception, "reserve")
        self.assertEqual(picking.state, "assigned")
        self.assertEqual(exception.state, "resolved")

    def test_partly_in_stock_closes_when_the_goods_come(self):
        product, picking = self.short_of(2)
        self.env["stock.picking"]._cron_integration_shortages()
        exception = self.exceptions("partial")
        self.assertIn("3 × ", exception.cause)
        self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 9)
        picking.action_assign()
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertClosed(exception, "healed")

    def test_not_due_is_not_told(self):
        __, picking = self.short_of(0)
        picking.scheduled_date = fields.Datetime.now() + timedelta(days=2)
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertFalse(self.exceptions("allocation"))


class TestBanners(DeskOrderCase):
    """What the documents themselves show."""

    def test_order_transfer_and_invoice_show_cause_and_fixes(self):
        sale = self.bring(order(1, [line("SKU-A", 5, "50.00")]))
        invoice = self.invoice(sale)
        exception = self.env["integration.exception"]._report(self.backend, "change", "Changed", record=sale)
        for record in (sale, invoice):
            (shown,) = record.with_user(self.ann).sudo().integration_banner
            self.assertEqual((shown["id"], shown["cause"]), (exception.id, "Changed"))
            self.assertIn("accept", [fix["code"] for fix in shown["fixes"]])
        picking = sale.picking_ids
        self.env["integration.exception"]._report(self.backend, "allocation", "None", record=picking)
        (shown,) = picking.integration_banner
        self.assertEqual(shown["fixes"][0]["code"], "reserve")
        self.assertEqual(picking.integration_exception_count, 1)

    def test_rules_by_warehouse(self):
        self.env["integration.exception.rule"].search([]).unlink()
        self.env["integration.exception.rule"].create({"warehouse_id": self.warehouse.id, "user_id": self.ann.id})
        self.bring(order(1, holds=(hold("fraud"),)))
        self.assertEqual(self.exceptions("fraud").user_id, self.ann)
        self.send(order(2, [line("GONE")]))
        self.assertEqual(self.exceptions("product").user_id, self.ann)
