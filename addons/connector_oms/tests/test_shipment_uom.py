"""Deliveries of what was sold by the case, told in cases."""

import random
from decimal import Decimal

from .stock_common import StockCase
from .test_shipment_out import ShipmentChannel


class TestShipmentUom(StockCase):
    """Stock leaves in the product's unit; the channel hears of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapter = ShipmentChannel()
        cls.out = cls.make_flow("shipment.out")
        cls.box = cls.env["uom.uom"].create(
            {"name": "Box of 7", "relative_factor": 7, "relative_uom_id": cls.env.ref("uom.product_uom_unit").id}
        )

    def sell(self, product, quantity, unit):
        """A confirmed order of one line in ``unit``, all of it in stock."""
        self.stock_up(product, self.stock, 500)
        sale = self.make_order([(product, quantity, {"product_uom_id": unit.id})], self.backend)
        sale.action_confirm()
        return sale

    def ship(self, picking, units):
        """Let ``units`` of the product's unit leave; the rest follows."""
        picking.action_assign()
        picking.move_ids.quantity = units
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.env.flush_all()

    def told(self):
        """Quantities of line 0 in what was told since."""
        self.adapter.documents.clear()
        self.drain(self.out)
        return [line.quantity for document in self.adapter.documents for line in document.lines]

    def test_however_it_is_split_it_comes_to_what_was_ordered(self):
        dice = random.Random(3)
        for quantity in (1, 2, 5):
            sale = self.sell(self.products[0], quantity, self.box)
            sale.integration_external_id = f"order-{quantity}"
            left, told = 7 * quantity, []
            while left:
                picking = sale.picking_ids.filtered(lambda picking: picking.state != "done")
                units = dice.randint(1, left)
                self.ship(picking, units)
                left -= units
                told += self.told()
            self.assertEqual(sum(told), quantity, told)
            self.assertTrue(all(part == round(part, 2) for part in told), told)

    def test_a_new_tracking_number_changes_no_quantity(self):
        sale = self.sell(self.products[0], 1, self.box)
        first = sale.picking_ids
        self.ship(first, 3)
        before = self.told()
        self.ship(sale.picking_ids - first, 4)
        after = self.told()
        first.carrier_tracking_ref = "LATE-1"
        self.assertEqual((self.told(), sum(before + after)), (before, 1))

    def test_what_stock_rounds_is_told_as_ordered(self):
        flour = self.make_products(1, uom_id=self.env.ref("uom.product_uom_kgm").id)
        sale = self.sell(flour, 1, self.env.ref("uom.product_uom_lb"))
        self.assertEqual(sale.picking_ids.move_ids.product_qty, 0.45)
        self.ship(sale.picking_ids, 0.45)
        self.assertEqual(self.told(), [Decimal(1)])

    def test_two_boxes_of_one_delivery(self):
        sale = self.sell(self.products[0], 2, self.box)
        picking = sale.picking_ids
        picking.action_assign()
        parcels = self.env["stock.package"].create([{"name": "P-1"}, {"name": "P-2"}])
        whole = picking.move_line_ids
        whole.quantity = 9
        whole.result_package_id = parcels[0]
        whole.copy({"quantity": 5, "result_package_id": parcels[1].id, "move_id": whole.move_id.id})
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(self.told(), [Decimal(2)])
        (document,) = self.adapter.documents
        packed = [part.quantity for package in document.packages for part in package.lines]
        self.assertEqual(packed, [Decimal("1.29"), Decimal("0.71")])
