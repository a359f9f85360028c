"""The figures behind availability, and kits."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from .stock_two_channels import TwoChannelsCase


@tagged("post_install", "-at_install")
class TestFigures(TwoChannelsCase):
    """Every unit is counted in one figure."""

    def figures(self, product=None):
        product = product or self.product
        return self.env["integration.stock.availability"]._figures(product, self.warehouse)[
            product.id, self.warehouse.id
        ]

    def spread(self):
        """Stock and demand of every kind for the first product."""
        damaged = self.env["stock.location"].create(
            {"name": "Damaged", "location_id": self.stock.id, "integration_unsellable": True}
        )
        self.put(50)
        self.stock_up(self.product, damaged, 3)
        self.stock_up(self.product, self.shelves[0], 5, owner_id=self.partner.id)
        self.make_move(self.product, 7, confirm=True)._action_assign()
        self.make_move(self.product, 4, confirm=True)
        self.make_order([(self.product, 6)], self.backend)
        self.env["integration.order.claim"].create(
            {
                "backend_id": self.backend.id,
                "external_id": "o9",
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "quantity": 2,
            }
        )

    def test_figures_add_up_to_what_may_be_sold(self):
        self.spread()
        figures = self.figures()
        self.assertEqual(
            {name: units for name, units in figures.items() if name != "sound"},
            {
                "physical": 58,
                "reserved": 7,
                "unsellable": 3,
                "consigned": 5,
                "demand": 4,
                "held": 6,
                "claimed": 2,
            },
        )
        free = self.env["integration.stock.availability"]._available(self.product, self.warehouse)
        taken = sum(units for name, units in figures.items() if name not in ("physical", "sound"))
        self.assertEqual(free[self.product.id, self.warehouse.id], figures["physical"] - taken)

    def test_clerk_opens_them_from_the_product(self):
        self.spread()
        today = fields.Datetime.now()
        for units, days in ((10, 2), (5, 9)):
            move = self.env["stock.move"].create(
                {
                    "product_id": self.product.id,
                    "product_uom_qty": units,
                    "location_id": self.env.ref("stock.stock_location_suppliers").id,
                    "location_dest_id": self.stock.id,
                    "picking_type_id": self.warehouse.in_type_id.id,
                }
            )
            move._action_confirm(merge=False)
            move.date = today + timedelta(days=days)
        self.settle()
        clerk = new_test_user(self.env, "figures_clerk", "base.group_user,stock.group_stock_user")
        action = self.product.with_user(clerk).action_open_integration_availability()
        figure = (
            self.env["integration.stock.figure"]
            .with_user(clerk)
            .search(action["domain"])
            .filtered(lambda one: one.warehouse_id == self.warehouse)
        )
        self.assertEqual((figure.physical, figure.held, figure.available, figure.incoming), (58, 8, 31, 15))
        self.assertEqual(figure.promise_ids.mapped("promised"), [41, 46])
        self.assertEqual(sorted(figure.offered.splitlines()), ["Second shop: 15", "Test shop: 16"])
        self.assertEqual(
            self.env["stock.quant"].search(figure.action_open_stock()["domain"]).mapped("product_id"), self.product
        )
        self.assertEqual(len(self.env["stock.move"].search(figure.action_open_incoming()["domain"])), 2)
        self.assertEqual(len(self.env["sale.order.line"].search(figure.action_open_orders()["domain"])), 1)
        figure.get_views([(False, "list"), (False, "kanban"), (False, "form")])


@tagged("post_install", "-at_install")
class TestKits(TwoChannelsCase):
    """The first product is a kit of two of the second and one of the third."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit, cls.pair, cls.single = cls.products
        cls.env["integration.stock.kit"]._replace({cls.kit.id: {cls.pair.id: 2.0, cls.single.id: 1.0}})
        cls.second.state = "draft"

    def free(self, product):
        found = self.env["integration.stock.availability"]._available(product, self.warehouse)
        return found[product.id, self.warehouse.id]

    def test_kits_are_put_together_per_warehouse(self):
        other = self.env["stock.warehouse"].create({"name": "Other half", "code": "OTH"})
        self.env["integration.stock.source"].create({"binding_id": self.place.id, "warehouse_id": other.id})
        self.put(7, self.pair)
        self.put(9, self.single)
        self.put(3, self.pair, other)
        self.put(1, self.single, other)
        self.run_precommit()
        self.round_of(self.backend)
        self.assertEqual(self.told(self.kit)[0], 3 + 1, "not 5, which all parts together would make")

    def test_who_orders_a_kit_takes_its_parts(self):
        self.put(10, self.pair)
        self.put(10, self.single)
        self.make_order([(self.kit, 3), (self.single, 1)], self.backend)
        self.assertEqual((self.free(self.pair), self.free(self.single), self.free(self.kit)), (4, 6, 2))
        everything = self.env["integration.stock.availability"]._available(None, self.warehouse)
        self.assertEqual(everything[self.kit.id, self.warehouse.id], 2)

    def test_a_part_that_moves_marks_its_kits(self):
        self.put(10, self.pair)
        self.put(10, self.single)
        self.round_of(self.backend)
        self.assertEqual(self.told(self.kit)[0], 5)
        self.make_move(self.pair, 4, confirm=True)
        self.run_precommit()
        self.round_of(self.backend)
        self.assertEqual(self.told(self.kit)[0], 3)

    def test_contents_that_change_are_published(self):
        self.put(10, self.pair)
        self.put(10, self.single)
        self.round_of(self.backend)
        self.env["integration.stock.kit"]._replace({self.kit.id: {self.single.id: 5.0}})
        self.round_of(self.backend)
        self.assertEqual(self.told(self.kit)[0], 2)
        self.assertFalse(self.env["integration.stock.kit"]._replace({self.kit.id: {self.single.id: 5.0}}))
