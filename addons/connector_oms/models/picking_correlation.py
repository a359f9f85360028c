from odoo import fields, models


class StockPicking(models.Model):
    """Transfers know the business chain they belong to."""

    _inherit = "stock.picking"

    integration_correlation = fields.Char("Correlation ID", index="btree_not_null", copy=False, readonly=True)


class StockMove(models.Model):
    """Hand the order's correlation to the transfer that is made for it."""

    _inherit = "stock.move"

    def _get_new_picking_values(self):
        """Add the correlation of the sale order behind these moves."""
        values = super()._get_new_picking_values()
        correlation = self.sale_line_id.order_id[:1].integration_correlation
        if correlation:
            values["integration_correlation"] = correlation
        return values
