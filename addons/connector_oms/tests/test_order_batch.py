from .builder import line, order
from .order_case import OrderCase


class TestOrderBatch(OrderCase):
    """A batch is confirmed with fewer questions, and to the same transfers."""

    def facts(self, sale):
        """What the transfers of an order are, ids of their own left out."""
        return [
            {
                "partner": picking.partner_id,
                "type": picking.picking_type_id,
                "places": (picking.location_id, picking.location_dest_id),
                "origin": picking.origin == sale.name,
                "carrier": picking.carrier_id,
                "responsible": picking.user_id,
                "sale": picking.sale_id == sale,
                "reference": picking.reference_ids == sale.stock_reference_ids,
                "named": picking.name.startswith(picking.picking_type_id.sequence_id.prefix or ""),
                "state": picking.state,
                "scheduled": picking.scheduled_date.date() == picking.move_ids[:1].date.date(),
                "moves": sorted(
                    (move.product_id.id, move.product_uom_qty, move.state, move.sale_line_id.order_id == sale)
                    for move in picking.move_ids
                ),
            }
            for picking in sale.picking_ids.sorted(lambda picking: picking.picking_type_id.id)
        ]

    def test_transfers_are_those_that_odoo_makes(self):
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC", "delivery_steps": "pick_ship"})
        self.env["integration.location.binding"]._bind(self.backend, {"loc-2": other})
        sales = self.bring(
            order(1, lines=[line("SKU-A", quantity=2), line("SKU-B", quantity=1)]),
            order(2, lines=[line("SKU-B", quantity=3)]),
            order(3, location_id="loc-2"),
        )
        self.assertEqual(sales.mapped("state"), ["sale"] * 3)
        self.assertEqual(sales.picking_ids.mapped("state").count("draft"), 0)
        for sale in sales:
            alone = sale.copy()
            alone.with_context(integration_defer_reservation=True).action_confirm()
            self.assertTrue(alone.picking_ids)
            self.assertEqual(self.facts(sale), self.facts(alone))

    def test_one_more_line_goes_to_the_transfer_that_is_there(self):
        sales = self.bring(order(1), order(2))
        sale = sales[0]
        picking = sale.picking_ids
        sale.order_line.create({"order_id": sale.id, "product_id": self.product_b.id, "product_uom_qty": 1})
        self.assertEqual(sale.picking_ids, picking)
        self.assertIn(self.product_b, picking.move_ids.product_id)

    def test_purchases_are_not_asked_order_by_order(self):
        self.bring(order(1))
        few, many = (
            self.asked("purchase_order_stock_picking_rel", *[order(start + n) for n in range(count)])
            for start, count in ((100, 2), (200, 20))
        )
        self.assertEqual(few, many)
