from odoo import models


class SaleOrder(models.Model):
    """From an order to its story; and the index its number is found by."""

    _inherit = "sale.order"

    _integration_name_idx = models.Index("(name) WHERE integration_correlation IS NOT NULL")

    def action_open_integration_story(self):
        """Button “Story”: everything that happened to this order, here and at the partners."""
        self.ensure_one()
        return self.env["integration.timeline"]._open(self.integration_correlation, self.name)
