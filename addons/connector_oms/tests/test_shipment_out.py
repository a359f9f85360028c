"""Validated deliveries as the channel hears of them."""

from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.connector_base.lib.adapter import Call, CallResult

from .stock_channel import StockChannel
from .stock_common import StockCase


class ShipmentChannel(StockChannel):
    """Keeps the documents it was given."""

    def __init__(self):
        super().__init__()
        self.documents = []

    def prepare(self, topic, document):
        """One call a shipment; its key changes with the tracking."""
        self.documents.append(document)
        key = f"{document.reference}-{len(self.sent)}"
        return [Call(key=key, operation="fulfil", body=b"{}", meta={})]

    def send(self, call):
        """Give the shipment an id; another call for the same one finds it."""
        self.sent.append(call)
        return CallResult(f"ful-{call.key.rpartition('-')[0]}")


@tagged("post_install", "-at_install")
class TestShipmentOut(StockCase):
    """An order of two products in a warehouse that the channel knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapter = ShipmentChannel()
        cls.out = cls.make_flow("shipment.out")
        for product in cls.products:
            cls.stock_up(product, cls.stock, 100)
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.order = cls.make_order(
            [
                (cls.products[0], 5),
                (cls.products[1], 2, {"product_uom_id": cls.dozen.id}),
                (cls.products[0], 1),
            ],
            cls.backend,
            integration_correlation="chain-1",
        )
        cls.order.action_confirm()
        cls.picking = cls.order.picking_ids

    def ship(self, picking=None, quantities=None, backorder=True):
        """Validate; ``quantities``: product -> units that leave (all when None)."""
        picking = picking or self.picking
        picking.action_assign()
        for move in picking.move_ids:
            if quantities is not None:
                move.quantity = quantities.get(move.sale_line_id, 0)
            move.picked = bool(move.quantity)
        context = {"skip_backorder": True}
        if not backorder:
            context["picking_ids_not_to_backorder"] = picking.ids
        picking.with_context(**context).button_validate()
        self.assertEqual(picking.state, "done")
        self.env.flush_all()

    def told(self):
        """Send what is due; the documents that left."""
        self.adapter.documents.clear()
        self.drain(self.out)
        return self.adapter.documents

    def lines(self, document):
        return {line.line_id: line.quantity for line in document.lines}

    def test_whole_delivery(self):
        self.ship()
        (document,) = self.told()
        self.assertEqual(document.order_id, "order-1")
        self.assertEqual(document.location_id, "loc-1")
        self.assertEqual(document.reference, self.picking.name)
        self.assertEqual(self.lines(document), {"line-0": 5, "line-1": Decimal(2), "line-2": 1})
        self.assertEqual(document.shipped_at.replace(tzinfo=None), self.picking.date_done)
        self.assertEqual(len(document.packages), 1)
        self.assertIsNone(document.packages[0].tracking)
        binding = self.picking.integration_shipment_ids
        self.assertEqual(binding.external_id, f"ful-{self.picking.name}")
        self.assertEqual(self.picking.integration_told, "told")
        message = self.env["integration.message"].search([("flow_id", "=", self.out.id)])
        self.assertEqual(message.correlation_id, "chain-1")

    def test_nothing_is_told_before_it_has_left(self):
        self.picking.action_assign()
        self.assertFalse(self.told())
        self.assertFalse(self.env["integration.message"].search([("flow_id", "=", self.out.id)]))

    def test_part_and_backorder(self):
        lines = self.order.order_line
        self.ship(quantities={lines[0]: 2, lines[1]: 12})
        (document,) = self.told()
        self.assertEqual(self.lines(document), {"line-0": 2, "line-1": 1})
        backorder = self.order.picking_ids - self.picking
        self.ship(backorder)
        (document,) = self.told()
        self.assertEqual(document.reference, backorder.name)
        self.assertEqual(self.lines(document), {"line-0": 3, "line-1": 1, "line-2": 1})

    def test_part_without_backorder(self):
        self.ship(quantities={self.order.order_line[0]: 2}, backorder=False)
        (document,) = self.told()
        self.assertEqual(self.lines(document), {"line-0": 2})
        self.assertEqual(self.order.picking_ids, self.picking)

    def test_fractions_of_a_dozen(self):
        line = self.order.order_line[1]
        move = self.picking.move_ids.filtered(lambda move: move.sale_line_id == line)
        self.picking.action_assign()
        self.assertEqual(move.product_uom, self.products[1].uom_id)
        move.quantity = 18
        move.picked = True
        self.picking.with_context(skip_backorder=True).button_validate()
        (document,) = self.told()
        self.assertEqual(self.lines(document), {"line-1": Decimal("1.5")})

    def test_packages_with_their_own_numbers(self):
        self.picking.action_assign()
        boxes = self.env["stock.package"].create([{"name": "BOX-1"}, {"name": "BOX-2"}])
        boxes[0].shipping_weight = 1.5
        move_lines = self.picking.move_line_ids
        move_lines[0].result_package_id = boxes[0]
        move_lines[1:].result_package_id = boxes[1]
        self.picking.carrier_tracking_ref = "T1,T2"
        self.picking.move_ids.picked = True
        self.picking.button_validate()
        (document,) = self.told()
        found = {
            package.reference: (package.tracking.number, sorted(self.lines(package))) for package in document.packages
        }
        self.assertEqual(found, {"BOX-1": ("T1", ["line-0"]), "BOX-2": ("T2", ["line-1", "line-2"])})
        weights = {package.reference: package.weight_kg for package in document.packages}
        self.assertEqual(weights, {"BOX-1": Decimal("1.5"), "BOX-2": None})

    def test_one_line_in_two_packages(self):
        self.picking.action_assign()
        line = self.picking.move_line_ids.filtered(lambda one: one.move_id.sale_line_id == self.order.order_line[0])
        line.quantity = 2
        line.result_package_id = self.env["stock.package"].create({"name": "BOX-1"})
        rest = line.copy({"quantity": 3, "result_package_id": False})
        rest.result_package_id = self.env["stock.package"].create({"name": "BOX-2"})
        self.picking.move_ids.picked = True
        self.picking.with_context(skip_backorder=True).button_validate()
        (document,) = self.told()
        self.assertEqual(self.lines(document)["line-0"], 5)
        parts = {p.reference: self.lines(p).get("line-0") for p in document.packages}
        self.assertEqual({k: v for k, v in parts.items() if v}, {"BOX-1": 2, "BOX-2": 3})

    def test_tracking_that_comes_later_is_told_once(self):
        self.ship()
        self.told()
        self.picking.carrier_tracking_ref = "T9"
        (document,) = self.told()
        self.assertEqual(document.packages[0].tracking.number, "T9")
        self.assertEqual(document.known_as, (f"ful-{self.picking.name}",))
        self.assertEqual(self.picking.integration_shipment_ids.tracking, "T9")
        self.assertEqual(len(self.picking.integration_shipment_ids), 1)
        self.picking.carrier_tracking_ref = "T9"
        self.assertFalse(self.told())
        self.picking.carrier_tracking_ref = "T10"
        self.picking.carrier_tracking_ref = "T9"
        self.assertFalse(self.told(), "there and back again")
        self.picking.carrier_tracking_ref = "T10"
        self.assertEqual(len(self.told()), 1)

    def test_tracking_before_the_first_news_is_told_with_it(self):
        self.ship()
        self.picking.carrier_tracking_ref = "T9"
        (document,) = self.told()
        self.assertEqual(document.packages[0].tracking.number, "T9")
        messages = self.env["integration.message"].search([("flow_id", "=", self.out.id)])
        self.assertEqual(messages.mapped("state"), ["done", "done"])

    def test_carrier_by_the_channels_name(self):
        carrier = self.env["delivery.carrier"].create(
            {"name": "Our DHL", "product_id": self.make_products(1, is_storable=False).id}
        )
        self.env["integration.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "carrier",
                "external_value": "DHL Express",
                "res_id": carrier.id,
            }
        )
        self.picking.write({"carrier_id": carrier.id, "carrier_tracking_ref": "T1"})
        self.ship()
        (document,) = self.told()
        self.assertEqual(document.packages[0].tracking.carrier, "DHL Express")

    def test_warehouse_the_channel_does_not_know(self):
        self.place.unlink()
        self.ship()
        self.assertFalse(self.told())
        exception = self.exceptions("fulfilment")
        self.assertIn("Test house", exception.cause)
        self.env.invalidate_all()
        self.assertEqual(self.picking.integration_exception_count, 1)
        self.assertEqual(self.picking.integration_told, "trouble")
        self.env["integration.location.binding"].create(
            {
                "backend_id": self.backend.id,
                "external_id": "loc-7",
                "record_id": self.warehouse.id,
            }
        )
        exception.action_replay()
        (document,) = self.told()
        self.assertEqual(document.location_id, "loc-7")
        self.env.invalidate_all()
        self.assertFalse(self.picking.integration_exception_count)

    def test_drop_shipment_has_no_place_of_the_channel(self):
        supplier = self.env.ref("stock.stock_location_suppliers")
        customers = self.env.ref("stock.stock_location_customers")
        kind = self.env["stock.picking.type"].create(
            {
                "name": "Dropship",
                "code": "outgoing",
                "sequence_code": "DST",
                "warehouse_id": False,
                "default_location_src_id": supplier.id,
                "default_location_dest_id": customers.id,
            }
        )
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": supplier.id,
                "location_dest_id": customers.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.products[0].id,
                            "product_uom_qty": 1,
                            "location_id": supplier.id,
                            "location_dest_id": customers.id,
                            "sale_line_id": self.order.order_line[2].id,
                        },
                    )
                ],
            }
        )
        self.assertEqual(picking.integration_backend_id, self.backend)
        picking.action_confirm()
        self.ship(picking)
        (document,) = self.told()
        self.assertEqual((document.location_id, self.lines(document)), ("", {"line-2": 1}))

    def test_orders_of_no_channel_and_lines_of_our_own_are_not_told(self):
        own = self.make_order([(self.products[0], 1)])
        own.action_confirm()
        self.ship(own.picking_ids)
        self.order.order_line.integration_external_id = False
        self.ship()
        self.assertFalse(self.told())
        message = self.env["integration.message"].search([("flow_id", "=", self.out.id)])
        self.assertEqual(message.state, "done")

    def test_returns_are_no_shipments(self):
        self.ship()
        self.told()
        wizard = self.env["stock.return.picking"].with_context(active_id=self.picking.id, active_model="stock.picking")
        wizard = wizard.create({"picking_id": self.picking.id})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        back.move_ids.picked = True
        back.button_validate()
        self.assertFalse(self.told())

    def test_rolled_back_validation_tells_nothing(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.ship()
            raise ZeroDivisionError
        self.assertFalse(self.told())

    def test_tracking_that_changed_before_a_crash_was_mended_is_told(self):
        """The call was made, its worker died, the number changed, then it is settled."""
        self.ship()
        message = self.env["integration.message"].search([("flow_id", "=", self.out.id)])
        document = self.out._build_shipment_out(message)
        calls = [(call, self.adapter.send(call)) for call in self.adapter.prepare("x", document)]
        self.env.cr.cache.clear()
        self.picking.carrier_tracking_ref = "T9"
        self.out._settle_shipment_out(message, calls)
        message._settle("done")
        (document,) = self.told()
        self.assertEqual(document.packages[0].tracking.number, "T9")

    def test_settling_twice_leaves_one_link(self):
        self.ship()
        self.told()
        message = self.env["integration.message"].search([("flow_id", "=", self.out.id)])
        calls = [(call, result) for __, __, call, result in self.env["integration.call"]._of(message)]
        self.out._settle_shipment_out(message, calls)
        self.assertEqual(len(self.picking.integration_shipment_ids), 1)

    def test_channel_notifies_its_customer_when_asked_to(self):
        self.backend.shipment_notify = True
        self.ship()
        self.assertTrue(self.told()[0].notify_customer)

    def test_parts_of_a_kit_are_left_to_a_person(self):
        """The move's product is not the line's: the channel knows no parts."""
        self.picking.action_assign()
        move = self.picking.move_ids.filtered(lambda move: move.sale_line_id == self.order.order_line[2])
        self.env.cr.execute("UPDATE stock_move SET product_id = %s WHERE id = %s", (self.products[2].id, move.id))
        self.env.cr.execute(
            "UPDATE stock_move_line SET product_id = %s WHERE move_id = %s",
            (self.products[2].id, move.id),
        )
        self.env.invalidate_all()
        self.picking.move_ids.picked = True
        self.picking.button_validate()
        (document,) = self.told()
        self.assertEqual(set(self.lines(document)), {"line-0", "line-1"})
        exception = self.exceptions("fulfilment")
        self.assertIn("parts", exception.cause)
        self.assertEqual(exception.occurrences, 1)
