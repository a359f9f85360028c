from odoo.tests import tagged

from odoo.addons.connector_base.tests.common import HubCase


@tagged("post_install", "-at_install")
class TestRollupPlace(HubCase):
    """Traffic is counted by the warehouse of the order it is about."""

    def test_orders_count_for_their_warehouse(self):
        flow = self.make_flow("test.in")
        warehouse = self.env["stock.warehouse"].create({"name": "Far away", "code": "FAR"})
        order = self.env["sale.order"].create({"partner_id": self.env.user.partner_id.id, "warehouse_id": warehouse.id})
        here, nowhere = self.receive(flow, {"n": 1}), self.receive(flow, {"n": 2})
        rollups = self.env["integration.rollup"]
        rollups._cron_look()
        here._settle("done", record=order)
        nowhere._settle("done")
        rollups._cron_look()
        rows = rollups.search([("flow_id", "=", flow.id), ("span", "=", "hour")])
        done = {row.place: row.done for row in rows if row.done}
        self.assertEqual(done, {warehouse.id: 1, 0: 1})
        # it had no order when it was first counted: it moves, and is not counted twice
        self.assertEqual(sum(rows.mapped("received")), 2)
        self.assertEqual(rollups._place_names()[warehouse.id], "Far away")

    def test_messages_are_found_by_their_place(self):
        flow = self.make_flow("test.in")
        warehouse = self.env["stock.warehouse"].search([], limit=1)
        order = self.env["sale.order"].create({"partner_id": self.env.user.partner_id.id, "warehouse_id": warehouse.id})
        here, nowhere = self.receive(flow, {"n": 1}), self.receive(flow, {"n": 2})
        here._settle("done", record=order)
        found = self.env["integration.message"].search([("flow_id", "=", flow.id), ("place", "=", warehouse.id)])
        self.assertEqual(found, here)
        self.assertEqual((here.place, nowhere.place), (warehouse.id, 0))
