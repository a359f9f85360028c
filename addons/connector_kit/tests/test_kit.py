"""Kits by their bills of materials: what may be sold, and what channels are told of deliveries."""

from odoo.tests import tagged

from odoo.addons.connector_oms.tests.stock_common import StockCase
from odoo.addons.connector_oms.tests.test_shipment_out import ShipmentChannel


@tagged("post_install", "-at_install")
class TestKit(StockCase):
    """A kit of two of the first product and one of the second."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapter = ShipmentChannel()
        cls.out = cls.make_flow("shipment.out")
        cls.pair, cls.single, __ = cls.products
        cls.kit = cls.env["product.product"].create({"name": "Set", "type": "consu"})
        cls.bom = cls.make_bom(cls.kit, {cls.pair: 2, cls.single: 1})

    @classmethod
    def make_bom(cls, product, contents, **values):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    (0, 0, {"product_id": part.id, "product_qty": units}) for part, units in contents.items()
                ],
                **values,
            }
        )

    def contents(self, kit=None):
        rows = self.env["integration.stock.kit"].search([("product_id", "=", (kit or self.kit).id)])
        return {row.component_id: row.quantity for row in rows}

    def test_contents_follow_the_bill(self):
        self.assertEqual(self.contents(), {self.pair: 2, self.single: 1})
        self.bom.bom_line_ids[0].product_qty = 3
        self.assertEqual(self.contents(), {self.pair: 3, self.single: 1})
        self.bom.bom_line_ids[1].unlink()
        self.assertEqual(self.contents(), {self.pair: 3})
        self.bom.product_qty = 2
        self.assertEqual(self.contents(), {self.pair: 1.5})
        self.bom.type = "normal"
        self.assertFalse(self.contents())
        self.bom.type = "phantom"
        self.bom.active = False
        self.assertFalse(self.contents())
        self.bom.active = True
        self.bom.unlink()
        self.assertFalse(self.contents())

    def test_units_of_the_bill_are_converted(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        kit = self.make_products(1)
        bom = self.make_bom(kit, {self.pair: 1}, product_qty=6)
        bom.bom_line_ids.product_uom_id = dozen
        self.assertEqual(self.contents(kit), {self.pair: 2})

    def test_kit_of_kits_comes_down_to_parts(self):
        outer = self.make_products(1)
        self.make_bom(outer, {self.kit: 2, self.single: 1})
        self.assertEqual(self.contents(outer), {self.pair: 4, self.single: 3})
        self.bom.bom_line_ids[0].product_qty = 1
        self.assertEqual(self.contents(outer), {self.pair: 2, self.single: 3})

    def test_only_what_is_stocked_limits_a_kit(self):
        self.single.is_storable = False
        self.assertEqual(self.contents(), {self.pair: 2})
        self.single.is_storable = True
        self.assertEqual(self.contents(), {self.pair: 2, self.single: 1})

    def test_bills_that_were_there_before_are_learned(self):
        from odoo.addons.connector_kit import post_init_hook

        self.env["integration.stock.kit"].search([]).unlink()
        post_init_hook(self.env)
        self.assertEqual(self.contents(), {self.pair: 2, self.single: 1})

    def test_confirmed_kit_takes_its_parts_once(self):
        self.stock_up(self.pair, self.stock, 10)
        self.stock_up(self.single, self.stock, 10)
        order = self.make_order([(self.kit, 3)], self.backend)
        free = self.env["integration.stock.availability"]._available
        held = free(self.kit | self.pair, self.warehouse)
        order.action_confirm()
        self.assertEqual(free(self.kit | self.pair, self.warehouse), held)
        self.assertEqual(held, {(self.kit.id, self.warehouse.id): 2, (self.pair.id, self.warehouse.id): 4})

    def told(self):
        self.adapter.documents.clear()
        self.drain(self.out)
        return [{line.line_id: line.quantity for line in document.lines} for document in self.adapter.documents]

    def ship(self, picking, units):
        """Validate with so many units of each product; the rest is shipped later."""
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = units[move.product_id]
            move.picked = bool(move.quantity)
        picking.with_context(skip_backorder=True).button_validate()
        self.env.flush_all()

    def test_channel_is_told_of_whole_kits(self):
        self.stock_up(self.pair, self.stock, 10)
        self.stock_up(self.single, self.stock, 10)
        order = self.make_order([(self.kit, 3), (self.single, 1)], self.backend, integration_correlation="chain-9")
        order.action_confirm()
        picking = order.picking_ids
        plain = picking.move_ids.filtered(lambda move: not move.bom_line_id)
        parts = picking.move_ids - plain
        self.assertEqual(len(parts), 2)
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = {self.pair: 5, self.single: 2}[move.product_id] if move in parts else 1
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.env.flush_all()
        self.assertEqual(self.told(), [{"line-0": 2, "line-1": 1}], "the fifth of the pair makes no kit yet")
        self.ship(order.picking_ids - picking, {self.pair: 1, self.single: 1})
        self.assertEqual(self.told(), [{"line-0": 1}])
        self.assertFalse(self.exceptions("fulfilment"))

    def test_parts_that_make_no_kit_are_not_told(self):
        self.stock_up(self.pair, self.stock, 10)
        order = self.make_order([(self.kit, 1)], self.backend, integration_correlation="chain-8")
        order.action_confirm()
        self.ship(order.picking_ids, {self.pair: 2, self.single: 0})
        self.assertEqual(self.told(), [])
