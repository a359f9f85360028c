from odoo import fields, models


class StockPicking(models.Model):
    """The purchase orders whose goods a transfer brings."""

    _inherit = "stock.picking"

    #: the other side of ``purchase.order.picking_ids``: without it Odoo searches purchase
    #: orders for every transfer that is made or changed, one by one
    integration_purchase_ids = fields.Many2many(
        "purchase.order",
        "purchase_order_stock_picking_rel",
        "stock_picking_id",
        "purchase_order_id",
        "Purchase orders",
        copy=False,
        readonly=True,
    )
