"""Who sees what, and that the screens can be opened by them."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from .stock_channel import StockChannel
from .stock_common import StockCase


@tagged("post_install", "-at_install")
class TestStockViews(StockCase):
    """A clerk of the stock, a viewer, an operator, and a viewer of another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapter = StockChannel()
        stock = "base.group_user,stock.group_stock_user"
        cls.clerk = new_test_user(cls.env, "oms_clerk", stock)
        viewer = f"{stock},connector_base.group_viewer"
        cls.viewer = new_test_user(cls.env, "oms_viewer", viewer)
        cls.operator = new_test_user(cls.env, "oms_operator", f"{stock},connector_base.group_operator")
        company = cls.env["res.company"].create({"name": "Other company"})
        cls.stranger = new_test_user(
            cls.env,
            "oms_stranger",
            viewer,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def publish(self):
        self.stock_up(self.products[0], self.stock, 5)
        self.run_precommit()
        self.flow._job_publish_stock()
        self.drain(self.flow)
        return self.env["integration.stock.level"].search([("backend_id", "=", self.backend.id)])

    def read_list(self, records, user):
        """Open the list of levels as the web client does."""
        views = records.with_user(user).get_views([(False, "list"), (False, "search")])
        fields = views["models"][records._name]["fields"]
        specification = {name: {} for name in fields if records._fields[name].store is not None}
        return records.with_user(user).web_read(specification)

    def test_viewer_reads_levels(self):
        levels = self.publish()
        rows = {row["product_id"]: row for row in self.read_list(levels, self.viewer)}
        row = rows[self.products[0].id]
        self.assertEqual((row["available"], row["free_quantity"], row["known"], row["status"]), (5, 5, 5, "ok"))

    def test_levels_of_other_companies_stay_hidden(self):
        levels = self.publish().with_user(self.stranger)
        self.assertFalse(levels.search([]))
        with self.assertRaises(AccessError):
            levels.read(["available"])
        for model in ("integration.shipment.binding", "integration.stock.level"):
            self.assertFalse(self.env[model].with_user(self.stranger).search([]))

    def test_nobody_writes_levels_by_hand(self):
        level = self.publish()[:1]
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            level.with_user(admin).write({"published": 3})

    def test_only_operators_try_again(self):
        level = self.publish()[:1]
        with self.assertRaises(AccessError):
            level.with_user(self.viewer).action_try_again()
        self.env.cr.execute("UPDATE integration_stock_level SET problem = 'x' WHERE id = %s", (level.id,))
        level.with_user(self.operator).action_try_again()
        self.assertFalse(level.problem)

    def test_clerk_opens_a_delivery_of_a_channel(self):
        order = self.make_order([(self.products[0], 1)], self.backend)
        order.action_confirm()
        picking = order.picking_ids.with_user(self.clerk)
        views = picking.get_views([(False, "form")])
        self.assertNotIn("integration_shipment_ids", views["views"]["form"]["arch"])
        self.assertIn("integration_banner", views["views"]["form"]["arch"])
        row = picking.web_read({"integration_banner": {}, "integration_exception_count": {}})
        self.assertFalse(row[0]["integration_banner"])
        views = picking.with_user(self.viewer).get_views([(False, "form")])
        self.assertIn("integration_shipment_ids", views["views"]["form"]["arch"])

    def test_clerk_validates_a_delivery_of_a_channel(self):
        self.make_flow("shipment.out")
        self.stock_up(self.products[0], self.stock, 5)
        order = self.make_order([(self.products[0], 1)], self.backend)
        order.action_confirm()
        picking = order.picking_ids.with_user(self.clerk)
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        message = self.env["integration.message"].search([("res_id", "=", picking.id)])
        self.assertEqual(message.topic, "shipment.out")

    def test_backend_shows_its_levels(self):
        levels = self.publish()
        self.env.invalidate_all()
        self.assertEqual(self.backend.stock_level_count, len(levels))
        self.assertEqual(self.backend.stock_behind_count, 0)
        action = self.backend.action_open_stock_levels()
        self.assertEqual(self.env["integration.stock.level"].search(action["domain"]), levels)
        views = self.env["integration.backend"].get_views([(False, "form")])
        self.assertIn("stock_buffer_units", views["views"]["form"]["arch"])

    def test_safety_stock_within_reason(self):
        for values in ({"stock_buffer_percent": 101}, {"stock_buffer_units": -1}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.backend.write(values)
