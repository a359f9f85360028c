from odoo import api, models


class StockPicking(models.Model):
    """Deliveries that wait for goods from elsewhere leave when all of them are there."""

    _inherit = "stock.picking"

    @api.depends("move_ids.integration_allocation_id")
    def _compute_move_type(self):
        """It was decided, and priced, as one delivery."""
        result = super()._compute_move_type()
        for picking in self:
            if picking.move_ids.integration_allocation_id:
                picking.move_type = "one"
        return result
