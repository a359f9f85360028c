from unittest.mock import patch

from .builder import charge, line, order, tax
from .order_case import OrderCase


class TestOrderProduct(OrderCase):
    """What was bought."""

    def test_found_by_sku_and_linked(self):
        sale = self.bring(order(1))
        self.assertEqual(sale.order_line.product_id, self.product_a)
        binding = self.env["integration.product.binding"].search([("record_id", "=", self.product_a.id)])
        self.assertEqual(binding.external_id, "variant-SKU-A")

    def test_link_wins_over_sku(self):
        self.env["integration.product.binding"]._bind(self.backend, {"variant-SKU-A": self.product_b})
        self.assertEqual(self.bring(order(1)).order_line.product_id, self.product_b)

    def test_found_by_barcode(self):
        product = self.make_product("OTHER", barcode="4006381333931")
        sale = self.bring(order(1, [line("4006381333931")]))
        self.assertEqual(sale.order_line.product_id, product)

    def test_unknown_sku_blocks_and_groups(self):
        messages = self.send(order(1, [line("GONE")]), order(2, [line("GONE")]), order(3))
        self.assertEqual(messages.mapped("state"), ["blocked", "blocked", "done"])
        exceptions = self.exceptions("product")
        self.assertEqual(exceptions.mapped("group_key"), ["GONE", "GONE"])
        self.assertFalse(self.env["res.partner"].search([("email", "=", "jane1@example.com")]))

    def test_unknown_sku_goes_on_after_it_was_made(self):
        messages = self.send(order(1, [line("GONE")]))
        product = self.make_product("GONE")
        messages.action_replay()
        self.drain(self.flow)
        self.assertEqual(messages.state, "done")
        self.assertFalse(self.exceptions())
        sale = self.env["sale.order"].search([("integration_external_id", "=", "order-1")])
        self.assertEqual(sale.order_line.product_id, product)

    def test_unknown_sku_created_by_policy(self):
        self.backend.product_policy = "create"
        sales = self.bring(order(1, [line("NEW")]), order(2, [line("NEW", 3)]))
        product = sales.order_line.product_id
        self.assertEqual(len(product), 1)
        self.assertEqual((product.default_code, product.name), ("NEW", "Title of NEW"))
        self.assertTrue(product.is_storable)

    def test_sku_of_two_products_blocks(self):
        self.make_product("SKU-A")
        messages = self.send(order(1))
        self.assertEqual(messages.state, "blocked")
        self.assertIn("2 products", self.exceptions("product").cause)

    def test_two_variants_of_one_sku(self):
        """Only one of them can be linked; both are sold."""
        lines = [
            line("SKU-A", external_id="one", product_id="v1"),
            line("SKU-A", external_id="two", product_id="v2"),
        ]
        sale = self.bring(order(1, lines))
        self.assertEqual(sale.order_line.product_id, self.product_a)
        self.assertEqual(len(sale.order_line), 2)
        self.assertEqual(sale.state, "sale")

    def test_same_variant_on_two_lines(self):
        lines = [line("SKU-A", 1, external_id="one"), line("SKU-A", 2, external_id="two")]
        sale = self.bring(order(1, lines))
        self.assertEqual(sale.order_line.mapped("product_uom_qty"), [1, 2])
        self.assertEqual(sale.order_line.move_ids.mapped("product_uom_qty"), [1, 2])

    def test_line_typed_by_hand(self):
        sale = self.bring(order(1, [line("", title="Engraving")]))
        self.assertEqual(sale.order_line.product_id, self.backend.custom_product_id)
        self.assertEqual(sale.order_line.name, "Engraving")

    def test_line_typed_by_hand_reported_by_policy(self):
        self.backend.custom_line_policy = "report"
        self.assertEqual(self.send(order(1, [line("")])).state, "blocked")

    def test_gift_card(self):
        sale = self.bring(order(1, [line("CARD", is_gift_card=True, requires_shipping=False)]))
        self.assertEqual(sale.order_line.product_id, self.backend.gift_card_product_id)

    def test_bundle_keeps_its_title(self):
        lines = [line("SKU-A", bundle_id="b", bundle_title="Starter set"), line("SKU-B")]
        sale = self.bring(order(1, lines))
        self.assertEqual(sale.order_line[0].name, "Starter set: Title of SKU-A")

    def test_buyers_choices_stand_on_the_line(self):
        attributes = {"Engraving": "For Ann", "_internal": "x", "Empty": ""}
        sale = self.bring(order(1, [line("SKU-A", attributes=attributes)]))
        self.assertEqual(sale.order_line.name, "Title of SKU-A\nEngraving: For Ann")

    def test_line_of_which_nothing_is_left(self):
        """Refunded before it was imported: only what is owed comes in."""
        lines = [line("SKU-A", 0, "0", ordered_quantity=2), line("SKU-B")]
        sale = self.bring(order(1, lines))
        self.assertEqual(sale.order_line.product_id, self.product_b)

    def test_no_product_for_a_charge_blocks(self):
        self.backend.tip_product_id = False
        self.assertEqual(self.send(order(1, charges=[charge("tip", 1)])).state, "blocked")
        self.assertTrue(self.exceptions("configuration"))


class TestOrderTax(OrderCase):
    """Which tax: by mapping, else where only one can be meant."""

    def _line(self, **values):
        return [line("SKU-A", 1, "10.00", [tax(values.pop("rate", 19), "1.90", **values)])]

    def test_mapping_wins(self):
        other = self.make_tax("Other", 5)
        self.env["integration.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "tax",
                "external_value": "VAT|19||excluded",
                "res_id": other.id,
            }
        )
        sale = self.bring(order(1, self._line()))
        self.assertEqual(sale.order_line.tax_ids, other)
        self.assertMoney(sale, 10, 1.9, 11.9)

    def test_unknown_rate_blocks(self):
        self.assertEqual(self.send(order(1, self._line(rate=17))).state, "blocked")
        self.assertEqual(self.exceptions("tax").group_key, "VAT|17||excluded")

    def test_unknown_rate_created_by_policy(self):
        self.backend.tax_policy = "create"
        sales = self.bring(order(1, self._line(rate=17)), order(2, self._line(rate=17)))
        self.assertEqual(sales.order_line.tax_ids.amount, 17)
        self.assertMoney(sales[0], 10, 1.9, 11.9)
        third = self.bring(order(3, self._line(rate=17)))
        self.assertEqual(third.order_line.tax_ids, sales.order_line.tax_ids)

    def test_two_taxes_of_a_rate_told_apart_by_name(self):
        named = self.make_tax("City", 19)
        sale = self.bring(order(1, self._line(title="City")))
        self.assertEqual(sale.order_line.tax_ids, named)

    def test_two_taxes_of_a_rate_not_told_apart_block(self):
        self.make_tax("City", 19)
        self.assertEqual(self.send(order(1, self._line(title="Tax"))).state, "blocked")

    def test_tax_of_another_company_is_not_taken(self):
        self.vat.active = False
        other = self.env["res.company"].create({"name": "Other"})
        group = self.env["account.tax.group"].create({"name": "G", "company_id": other.id})
        self.env["account.tax"].create(
            {
                "name": "VAT",
                "amount": 19,
                "company_id": other.id,
                "tax_group_id": group.id,
                "country_id": self.env.ref("base.us").id,
            }
        )
        self.assertEqual(self.send(order(1, self._line())).state, "blocked")

    def test_mapping_the_tax_lets_its_orders_go_on(self):
        messages = self.send(order(1, self._line(rate=17)), order(2, self._line(rate=17)))
        self.assertEqual(messages.mapped("state"), ["blocked", "blocked"])
        self.env["integration.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "tax",
                "external_value": self.exceptions("tax")[0].group_key,
                "res_id": self.vat.id,
            }
        )
        self.drain(self.flow)
        self.assertEqual(messages.mapped("state"), ["done", "done"])
        self.assertFalse(self.exceptions())


class TestOrderPlace(OrderCase):
    """From where, and by whom."""

    def test_location_gives_the_warehouse(self):
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        self.env["integration.location.binding"]._bind(self.backend, {"loc-2": other})
        sales = self.bring(order(1, location_id="loc-2"), order(2, location_id="unknown"))
        self.assertEqual(sales[0].warehouse_id, other)
        self.assertEqual(sales[0].picking_ids.picking_type_id.warehouse_id, other)
        self.assertEqual(sales[1].warehouse_id, self.warehouse)

    def test_service_code_gives_the_carrier(self):
        product = self.env["product.product"].create({"name": "Express", "type": "service", "taxes_id": []})
        carrier = self.env["delivery.carrier"].create({"name": "Express", "product_id": product.id})
        self.env["integration.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "carrier",
                "external_value": "express",
                "res_id": carrier.id,
            }
        )
        sale = self.bring(order(1, charges=[charge("shipping", 9, code="express")]))
        self.assertEqual(sale.carrier_id, carrier)
        self.assertEqual(sale.order_line[1].product_id, product)
        self.assertEqual(sale.picking_ids.carrier_id, carrier)

    def test_number_and_facts_of_the_channel(self):
        self.backend.order_prefix = "DE-"
        sale = self.bring(order(1, tags=("vip", "gift"), source="web", po_number="PO 7"))
        self.assertEqual((sale.name, sale.integration_number), ("DE-#1", "#1"))
        self.assertEqual((sale.integration_tags, sale.client_order_ref), ("vip, gift", "PO 7"))
        self.assertEqual(str(sale.date_order), "2026-05-04 12:00:00")
        self.assertEqual(sale.picking_ids.origin, "DE-#1")

    def test_number_of_odoo(self):
        self.backend.order_name_policy = "odoo"
        sale = self.bring(order(1))
        self.assertNotEqual(sale.name, "#1")
        self.assertEqual(sale.client_order_ref, "#1")

    def test_fiscal_position_as_odoo_finds_it(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "US", "auto_apply": True, "country_id": self.env.ref("base.us").id}
        )
        sales = self.bring(order(1), order(2))
        self.assertEqual(sales.fiscal_position_id, position)
        self.assertEqual(sales[1].fiscal_position_id, position)

    def test_one_correlation_for_the_whole_chain(self):
        sale = self.bring(order(1))
        correlation = sale.integration_correlation
        self.assertTrue(correlation)
        self.assertEqual(sale.picking_ids.integration_correlation, correlation)
        self.assertEqual(self.invoice(sale).integration_correlation, correlation)

    def test_reordering_rules_still_work(self):
        """Confirming a batch asks for reordering rules only where there are some."""
        rule = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product_a.id,
                "warehouse_id": self.warehouse.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "product_min_qty": 99,
                "product_max_qty": 120,
                "trigger": "auto",
            }
        )
        asked = []

        def confirm(orderpoints, **kwargs):
            asked.extend(orderpoints.ids)

        with patch.object(self.registry["stock.warehouse.orderpoint"], "_procure_orderpoint_confirm", confirm):
            self.bring(order(1, [line("SKU-A", 5)]), order(2, [line("SKU-B")]))
        self.assertEqual(asked, [rule.id])
