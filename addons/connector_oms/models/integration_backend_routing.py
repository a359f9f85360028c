from odoo import models


class IntegrationBackend(models.Model):
    """Which warehouses ship a channel's orders."""

    _inherit = "integration.backend"

    def _integration_routing_warehouses(self):
        """The warehouses behind the channel's places; the company's, where it has no places."""
        self.ensure_one()
        sources = self.sudo().stock_source_ids.filtered(lambda source: source.binding_id.is_active)
        if sources:
            return sources.warehouse_id
        return self.env["stock.warehouse"].sudo().search([("company_id", "=", self.company_id.id)])
