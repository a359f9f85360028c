from odoo import models


class ProductProduct(models.Model):
    """From a product to what may be sold of it."""

    _inherit = "product.product"

    def action_open_integration_availability(self):
        """Button “Availability”: each warehouse, with where the figures come from."""
        products = self
        kits = self.env["integration.stock.kit"].sudo().search([("product_id", "in", self.ids)])
        if kits:
            products |= kits.component_id
        warehouses = self.env["stock.warehouse"].search([("company_id", "in", self.env.companies.ids)])
        figures = self.env["integration.stock.figure"]._of(products, warehouses)
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_oms.integration_stock_figure_action")
        action["domain"] = [("id", "in", figures.ids)]
        if kits:
            action["context"] = {"group_by": "product_id"}
        return action
