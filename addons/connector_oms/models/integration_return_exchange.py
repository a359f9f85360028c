from odoo import api, fields, models


class IntegrationReturnExchange(models.Model):
    """Goods that a customer gets instead of those that come back."""

    _name = "integration.return.exchange"
    _description = "Goods sent instead"
    _rec_name = "product_id"

    return_id = fields.Many2one("integration.return", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="return_id.company_id", store=True, index=True)
    external_id = fields.Char("Channel's ID", required=True)
    product_id = fields.Many2one(
        "product.product", ondelete="restrict", help="Empty: the channel's product is not linked to one of Odoo."
    )
    quantity = fields.Float("Units", digits="Product Unit")
    order_line_id = fields.Many2one(
        "sale.order.line",
        "Order line",
        index="btree_not_null",
        ondelete="set null",
        help="That it became when the channel put it on the order; empty until then.",
    )
    is_sent = fields.Boolean("On the order", compute="_compute_is_sent")

    _exchange_uniq = models.Constraint("UNIQUE (return_id, external_id)", "This exchange is known already.")

    @api.depends("order_line_id")
    def _compute_is_sent(self):
        for exchange in self:
            exchange.is_sent = bool(exchange.order_line_id)
