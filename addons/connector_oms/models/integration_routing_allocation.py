from datetime import timedelta

from odoo import fields, models


class IntegrationRoutingAllocation(models.Model):
    """How much of an order's line a warehouse ships."""

    _name = "integration.routing.allocation"
    _description = "What ships from where"
    _order = "decision_id, order_line_id, sequence, id"
    _rec_name = "warehouse_id"

    decision_id = fields.Many2one(
        "integration.routing.decision", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="decision_id.company_id", store=True, index=True)
    order_line_id = fields.Many2one(
        "sale.order.line", "Line", required=True, index=True, ondelete="cascade", readonly=True
    )
    product_id = fields.Many2one(related="order_line_id.product_id")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, index=True, ondelete="restrict", readonly=True)
    source_id = fields.Many2one(
        "stock.warehouse",
        "Brought from",
        ondelete="restrict",
        readonly=True,
        help="The warehouse that has it, and sends it to the one that ships it.",
    )
    is_bought = fields.Boolean("Bought for it", readonly=True)
    feed_days = fields.Integer("Days until it is there", readonly=True)
    sequence = fields.Integer(default=10, readonly=True)
    units = fields.Float(digits="Product Unit", readonly=True, help="In the product's unit of measure.")

    _line_uniq = models.UniqueIndex(
        "(decision_id, order_line_id, warehouse_id, COALESCE(source_id, 0), is_bought)",
        "A warehouse ships a line once from each place.",
    )

    def _is_served_by(self, move):
        """Whether a delivery's move ships this part."""
        if self._route():
            return move.integration_allocation_id == self
        return move.warehouse_id == self.warehouse_id and not move.integration_allocation_id

    def _procurement_values(self, values):
        """What the delivery of this part is asked for with.

        :param values: of the order's line
        """
        self.ensure_one()
        route = self._route()
        if not route:
            return {"warehouse_id": self.warehouse_id}
        ready = fields.Datetime.now() + timedelta(days=self.feed_days)
        return {
            "warehouse_id": self.warehouse_id,
            "route_ids": route,
            "integration_allocation_id": self.id,
            "date_planned": max(ready, values["date_planned"]),
        }

    def _route(self):
        """How Odoo brings the goods; none where they are in stock, or there is no such way any more."""
        if self.is_bought:
            return (
                self.env.ref("purchase_stock.route_warehouse0_buy", raise_if_not_found=False) or self.env["stock.route"]
            )
        return self.warehouse_id.sudo().resupply_route_ids.filtered(
            lambda route: self.source_id and route.supplier_wh_id == self.source_id
        )[:1]
