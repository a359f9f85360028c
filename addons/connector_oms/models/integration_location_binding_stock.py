from odoo import api, models

from ..stock.dirty import mark_backends


class IntegrationLocationBinding(models.Model):
    """A place that is linked, or linked anew, has to be published as a whole."""

    _inherit = "integration.location.binding"

    @api.model_create_multi
    def create(self, vals_list):
        """Mark the backends of the new places."""
        bindings = super().create(vals_list)
        mark_backends(self.env, bindings.backend_id.ids)
        return bindings

    def write(self, vals):
        """Mark the backend when the link itself changes."""
        result = super().write(vals)
        if {"record_id", "external_id", "is_active", "backend_id"} & vals.keys():
            mark_backends(self.env, self.backend_id.ids)
        return result
