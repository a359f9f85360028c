from odoo import api, models


class IntegrationAudit(models.Model):
    """Manual acts on Shopify shops."""

    _inherit = "integration.audit"

    @api.model
    def _action_names(self):
        return {
            **super()._action_names(),
            "backend.link_locations": self.env._("Locations linked to warehouses"),
            "backend.match_products": self.env._("Matching of products started"),
        }
