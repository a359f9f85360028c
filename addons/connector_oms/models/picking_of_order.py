from odoo import fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    """Transfers know the business chain they belong to, and stop with their order."""

    _inherit = "stock.picking"

    integration_correlation = fields.Char("Correlation ID", index="btree_not_null", copy=False, readonly=True)

    def button_validate(self):
        """Nothing leaves for an order that is held, also when the hold came late."""
        for picking in self.filtered(lambda picking: picking.picking_type_code == "outgoing"):
            order = picking.sale_id
            if order.integration_hold:
                raise UserError(
                    self.env._(
                        "%(order)s is held: %(reason)s. Release it first, on its Channel tab.",
                        order=order.name,
                        reason=order.integration_hold_reason,
                    )
                )
        return super().button_validate()


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
