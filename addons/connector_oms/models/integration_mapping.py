from odoo import api, models


class IntegrationMapping(models.Model):
    """Orders that waited for a tax go on as soon as it is mapped."""

    _inherit = "integration.mapping"

    @api.model_create_multi
    def create(self, vals_list):
        """Try again the orders that these mappings were missing for."""
        mappings = super().create(vals_list)
        mappings._retry_orders()
        return mappings

    def write(self, vals):
        """The same when a mapping is corrected."""
        result = super().write(vals)
        self._retry_orders()
        return result

    def _retry_orders(self):
        if self.env.context.get("integration_fix"):
            return  # whoever makes the mapping sees to what waited for it
        taxes = self.filtered(lambda mapping: mapping.kind == "tax" and mapping.res_id)
        for backend, mappings in taxes.grouped("backend_id").items():
            self.env["integration.exception"]._retry_group(backend, "tax", mappings.mapped("external_value"))
