"""Orders at risk, shipments without tracking and stale stock, on the first screen."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.connector_base.tests.common import HubCase


@tagged("post_install", "-at_install")
class TestOverviewTiles(HubCase):
    """Tiles of the business."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(
            cls.env,
            login="tiles_operator",
            groups="connector_base.group_operator,sales_team.group_sale_salesman_all_leads,stock.group_stock_user",
        )
        product = cls.env["product.product"].create({"name": "Lamp", "type": "consu"})
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Buyer"}).id,
                "integration_backend_id": cls.backend.id,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})],
            }
        )
        cls.order.action_confirm()
        cls.picking = cls.order.picking_ids
        cls.picking.move_ids.date_deadline = fields.Datetime.now() + timedelta(days=3)

    def tiles(self, user=None):
        self.env.flush_all()
        data = self.env["integration.overview"].with_user(user or self.operator).action_load("1h")
        return {tile["key"]: tile for tile in data["tiles"]}

    def parts(self, tile):
        return {part["label"]: part["value"] for part in tile["parts"]}

    def test_orders_at_risk_by_their_day_to_ship(self):
        before = self.tiles()["risk"]
        self.picking.move_ids.date_deadline = fields.Datetime.now() - timedelta(hours=1)
        late = self.tiles()["risk"]
        self.assertEqual(self.parts(late)["Late"], self.parts(before)["Late"] + 1)
        self.picking.move_ids.date_deadline = fields.Datetime.now() + timedelta(hours=3)
        soon = self.tiles()["risk"]
        self.assertEqual(self.parts(soon)["Late"], self.parts(before)["Late"])
        self.assertIn(self.picking, self.env["stock.picking"].search(soon["number"]["action"]["domain"]))
        self.picking.move_ids.date_deadline = fields.Datetime.now() + timedelta(days=3)
        self.assertNotIn(self.picking, self.env["stock.picking"].search(soon["number"]["action"]["domain"]))

    def test_shipments_without_tracking(self):
        before = self.tiles()["tracking"]["number"]["value"]
        self.picking.move_ids.quantity = 1
        self.picking.move_ids.picked = True
        self.picking._action_done()
        self.assertEqual(self.tiles()["tracking"]["number"]["value"], before + 1)
        self.picking.carrier_tracking_ref = "1Z999"
        self.assertEqual(self.tiles()["tracking"]["number"]["value"], before)

    def test_stale_stock(self):
        before = self.tiles()["stock"]["number"]["value"]
        self.env.cr.execute(
            """INSERT INTO integration_stock_level (backend_id, company_id, product_id, warehouse_id, available,
                                                    version, published_version, computed_at)
               VALUES (%s, %s, %s, %s, 5, 2, 1, now() AT TIME ZONE 'UTC' - interval '2 days') RETURNING id""",
            (
                self.backend.id,
                self.backend.company_id.id,
                self.order.order_line.product_id.id,
                self.picking.picking_type_id.warehouse_id.id,
            ),
        )
        level = self.env["integration.stock.level"].browse(self.env.cr.fetchone()[0])
        number = self.tiles()["stock"]["number"]
        self.assertEqual(number["value"], before + 1)
        self.assertIn(level, level.search(number["action"]["domain"]))

    def test_who_may_see_no_transfers_gets_no_tile_of_them(self):
        viewer = new_test_user(self.env, login="tiles_viewer", groups="connector_base.group_viewer")
        self.assertFalse({"risk", "tracking"} & self.tiles(viewer).keys())
