from odoo import fields, models


class IntegrationRoutingDecision(models.Model):
    """Which warehouses ship an order, why, and what else there was to choose from."""

    _name = "integration.routing.decision"
    _description = "Routing decision"
    _order = "id desc"
    _rec_name = "explanation"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ruleset_id = fields.Many2one("integration.routing.ruleset", "Rules", index=True, ondelete="restrict", readonly=True)
    is_current = fields.Boolean("In force", default=True, readonly=True)
    is_override = fields.Boolean("By a person", readonly=True)
    user_id = fields.Many2one("res.users", "Decided by", readonly=True)
    reason = fields.Char(readonly=True)
    explanation = fields.Text("Why", readonly=True)
    options = fields.Json(readonly=True)
    warehouse_ids = fields.Many2many("stock.warehouse", string="Ships from", readonly=True)
    shipments = fields.Integer("Deliveries", readonly=True)
    cost = fields.Monetary("Cost of shipping", readonly=True)
    margin = fields.Monetary("Margin after shipping", readonly=True)
    lateness = fields.Integer("Days late", readonly=True)
    units_missing = fields.Float("Units missing", digits="Product Unit", readonly=True)
    allocation_ids = fields.One2many("integration.routing.allocation", "decision_id", "What ships from where")

    _current_uniq = models.UniqueIndex("(order_id) WHERE is_current", "An order has one decision in force.")
    _today_idx = models.Index("(create_date) WHERE is_current")
