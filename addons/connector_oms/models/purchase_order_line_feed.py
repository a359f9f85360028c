from odoo import api, models


class PurchaseOrderLine(models.Model):
    """Goods that are bought for a customer's order."""

    _inherit = "purchase.order.line"

    @api.model
    def _prepare_purchase_order_line_from_procurement(self, *procurement):
        """A purchase that is called off does not take the customer's delivery with it."""
        line_values = super()._prepare_purchase_order_line_from_procurement(*procurement)
        values = procurement[-2]
        if values.get("move_dest_ids") and values["move_dest_ids"].integration_allocation_id:
            line_values["propagate_cancel"] = False
        return line_values
