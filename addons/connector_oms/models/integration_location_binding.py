from odoo import api, fields, models


class IntegrationLocationBinding(models.Model):
    """A place of a channel and the warehouse that it stands for."""

    _name = "integration.location.binding"
    _description = "Location of a channel"
    _inherit = ["integration.binding.mixin"]

    record_id = fields.Many2one("stock.warehouse", "Warehouse", required=True, index=True, ondelete="cascade")
    name = fields.Char("Name at the channel")
    is_active = fields.Boolean("In use there", default=True)

    @api.depends("name", "record_id.name")
    def _compute_display_name(self):
        for place in self:
            place.display_name = place.name or place.record_id.name or place.external_id
