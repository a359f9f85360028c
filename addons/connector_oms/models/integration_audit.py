from odoo import api, models


class IntegrationAudit(models.Model):
    """Manual acts on orders and stock."""

    _inherit = "integration.audit"

    @api.model
    def _action_names(self):
        return {
            **super()._action_names(),
            "backend.recompute_stock": self.env._("Stock levels computed anew"),
            "order.release": self.env._("Held order released"),
            "stock_level.try_again": self.env._("Stock level sent again"),
        }
