from odoo import models


class StockPicking(models.Model):
    """From a transfer to its story; and the index its tracking number is found by."""

    _inherit = "stock.picking"

    _integration_tracking_idx = models.Index("(carrier_tracking_ref) WHERE carrier_tracking_ref IS NOT NULL")
    _integration_name_idx = models.Index("(name) WHERE integration_correlation IS NOT NULL")

    def action_open_integration_story(self):
        """Button “Story”: everything that happened to the order behind this transfer."""
        self.ensure_one()
        return self.env["integration.timeline"]._open(self.integration_correlation, self.name)
