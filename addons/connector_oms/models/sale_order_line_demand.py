from odoo import api, models

from ..stock.dirty import mark_warehouses


class SaleOrderLine(models.Model):
    """Lines of held orders of channels."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Mark what new lines ask for."""
        lines = super().create(vals_list)
        lines._integration_mark_held()
        return lines

    def write(self, vals):
        """Mark what lines ask for, before and after."""
        names = {"product_id", "product_uom_qty", "product_uom_id", "warehouse_id", "route_ids"}
        watched = not names.isdisjoint(vals)
        if watched:
            self._integration_mark_held()
        result = super().write(vals)
        if watched:
            self._integration_mark_held()
        return result

    def unlink(self):
        """Mark what is asked for no more."""
        self._integration_mark_held()
        return super().unlink()

    def _integration_mark_held(self):
        held = self.filtered(
            lambda line: (
                line.order_id.integration_backend_id
                and line.order_id.state in ("draft", "sent")
                and not line.display_type
            )
        )
        mark_warehouses(
            self.env,
            [(line.product_id.id, (line.warehouse_id or line.order_id.warehouse_id).id) for line in held],
        )
