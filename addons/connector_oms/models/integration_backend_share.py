from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..stock.dirty import mark_whole_warehouses

#: fields that decide how much of shared warehouses a channel gets
SHARES = {"stock_weight", "stock_priority", "state", "active"}


class IntegrationBackend(models.Model):
    """A channel's part of warehouses that it shares with others."""

    _inherit = "integration.backend"

    stock_weight = fields.Integer(
        "Share",
        default=1,
        required=True,
        tracking=True,
        help="Channels divide a warehouse by their shares: one with 3 gets three times what one with 1 gets. Only "
        "channels that offer the product count.",
    )
    stock_priority = fields.Integer(
        "Comes first when short",
        default=10,
        required=True,
        tracking=True,
        help="The channel with the lowest number gets the unit that cannot be divided, and all of it where a "
        "warehouse is short.",
    )
    stock_source_ids = fields.One2many("integration.stock.source", "backend_id", "Warehouses behind its places")

    @api.constrains("stock_weight")
    def _check_stock_weight(self):
        for backend in self:
            if not 1 <= backend.stock_weight <= 1000:
                raise ValidationError(
                    self.env._("A share is between 1 and 1000. What a channel is not to offer is said by a rule.")
                )

    def write(self, vals):
        """Share out the warehouses anew."""
        result = super().write(vals)
        if SHARES & vals.keys():
            mark_whole_warehouses(self.env, self.stock_source_ids.warehouse_id.ids)
        return result
