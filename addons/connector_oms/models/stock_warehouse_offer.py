from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..stock.dirty import mark_whole_warehouses

#: fields that decide what channels are offered of the warehouse
WATCHED = {
    "integration_sharing",
    "integration_short_units",
    "integration_buffer_units",
    "integration_buffer_percent",
}


class StockWarehouse(models.Model):
    """How channels share what lies in a warehouse."""

    _inherit = "stock.warehouse"

    integration_sharing = fields.Selection(
        [
            ("divided", "Divided: each unit is offered by one channel only"),
            ("shared", "Shared: each channel is offered all of it"),
        ],
        "Several channels",
        default="divided",
        required=True,
        help="Divided: by each channel's share; what a channel was told is offered elsewhere only after it gave it "
        "up, so that no unit is sold twice. Shared: more is on offer, and two customers may buy the last unit at the "
        "same moment.",
    )
    integration_short_units = fields.Integer(
        "Short below (units)",
        help="With so few units of a product or fewer, only the channel that comes first is offered them.",
    )
    integration_buffer_units = fields.Float(
        "Keep back (units)", digits="Product Unit", help="Of each product, from all channels together."
    )
    integration_buffer_percent = fields.Float("Keep back (%)", help="Of the rest, from all channels together.")
    integration_source_ids = fields.One2many("integration.stock.source", "warehouse_id", "Offered at")

    @api.constrains("integration_short_units", "integration_buffer_units", "integration_buffer_percent")
    def _check_integration_offer(self):
        for warehouse in self:
            if not 0 <= warehouse.integration_buffer_percent <= 100:
                raise ValidationError(self.env._("What is kept back is between 0 and 100 percent."))
            if warehouse.integration_buffer_units < 0 or warehouse.integration_short_units < 0:
                raise ValidationError(self.env._("Units are not negative."))

    def write(self, vals):
        """Have the levels computed anew where they are shared out differently."""
        result = super().write(vals)
        if WATCHED & vals.keys():
            mark_whole_warehouses(self.env, self.ids)
        return result
