from odoo import api, models


class IntegrationRollup(models.Model):
    """Traffic by warehouse: that of the order or transfer a message is about."""

    _inherit = "integration.rollup"

    @api.model
    def _place_sql(self):
        """The warehouse's id."""
        return (
            "COALESCE(place_order.warehouse_id, place_type.warehouse_id, 0)",
            """LEFT JOIN sale_order place_order
                      ON m.res_model = 'sale.order' AND place_order.id = m.res_id
               LEFT JOIN stock_picking place_picking
                      ON m.res_model = 'stock.picking' AND place_picking.id = m.res_id
               LEFT JOIN stock_picking_type place_type ON place_type.id = place_picking.picking_type_id""",
        )

    @api.model
    def _place_names(self):
        """Names of the warehouses."""
        warehouses = self.env["stock.warehouse"].sudo()
        return {w.id: w.name for w in warehouses.search([("company_id", "in", self.env.companies.ids)])}
