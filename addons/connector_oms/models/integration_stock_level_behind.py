from odoo import api, fields, models
from odoo.tools import SQL


class IntegrationStockLevel(models.Model):
    """Finding the levels that a channel does not know yet, by the index that holds nothing else."""

    _inherit = "integration.stock.level"

    is_behind = fields.Boolean("Not told yet", compute="_compute_is_behind", search="_search_is_behind")

    @api.depends("version", "published_version")
    def _compute_is_behind(self):
        for level in self:
            level.is_behind = level.version > level.published_version

    def _search_is_behind(self, operator, value):
        if operator != "in":
            return NotImplemented
        behind = SQL("(SELECT id FROM integration_stock_level WHERE version > published_version)")
        return [("id", "in" if True in value else "not in", behind)]
