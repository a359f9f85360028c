from odoo import api, fields, models


class IntegrationExceptionRule(models.Model):
    """Exceptions of a warehouse may have owners of their own."""

    _inherit = "integration.exception.rule"

    warehouse_id = fields.Many2one("stock.warehouse", ondelete="cascade", help="Empty: any.")

    @api.model
    def _conditions(self):
        return [*super()._conditions(), "warehouse_id"]
