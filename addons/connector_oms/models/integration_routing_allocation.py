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
    sequence = fields.Integer(default=10, readonly=True)
    units = fields.Float(digits="Product Unit", readonly=True, help="In the product's unit of measure.")

    _line_uniq = models.Constraint(
        "UNIQUE (decision_id, order_line_id, warehouse_id)", "A warehouse ships a line once."
    )
