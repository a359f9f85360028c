from odoo import api, models

from ..catalogue.marks import mark_products


class IntegrationProductBinding(models.Model):
    """A product that is linked, or linked anew, has to be compared with what the channel shows."""

    _inherit = "integration.product.binding"

    @api.model_create_multi
    def create(self, vals_list):
        """Mark the new products."""
        bindings = super().create(vals_list)
        mark_products(self.env, bindings.record_id.ids)
        return bindings

    def write(self, vals):
        """Mark the products when the link itself changes."""
        result = super().write(vals)
        if {"record_id", "group_id", "external_id", "backend_id"} & vals.keys():
            mark_products(self.env, self.record_id.ids)
        return result
