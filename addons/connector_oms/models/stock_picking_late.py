from odoo import models


class StockPicking(models.Model):
    """What has come is not late any more."""

    _inherit = "stock.picking"

    def _action_done(self):
        """See whether the purchase order is still late."""
        result = super()._action_done()
        purchases = self.move_ids.purchase_line_id.order_id
        if purchases:
            purchases._integration_check_late()
        return result
