from odoo import api, models

from ..stock.dirty import mark_warehouses


class IntegrationProductBinding(models.Model):
    """A product that is linked, or linked anew, has to be published."""

    _inherit = "integration.product.binding"

    @api.model_create_multi
    def create(self, vals_list):
        """Mark the stock of the new products."""
        bindings = super().create(vals_list)
        bindings._mark_stock()
        return bindings

    def write(self, vals):
        """Mark the stock when the link itself changes."""
        result = super().write(vals)
        if {"record_id", "stock_id", "backend_id"} & vals.keys():
            self._mark_stock()
        return result

    def _mark_stock(self):
        places = self.env["integration.location.binding"].sudo().search([("backend_id", "in", self.backend_id.ids)])
        warehouses = places.grouped("backend_id")
        mark_warehouses(
            self.env,
            [
                (binding.record_id.id, warehouse.id)
                for binding in self
                for warehouse in warehouses.get(binding.backend_id, places.browse()).source_ids.warehouse_id
            ],
        )
