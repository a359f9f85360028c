from odoo.exceptions import AccessError, UserError

from .builder import address, charge, line, order, tax
from .desk_case import DeskOrderCase


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
