from odoo import api, fields, models


class IntegrationProductBinding(models.Model):
    """A channel's variant and its product."""

    _name = "integration.product.binding"
    _description = "Product of a channel"
    _inherit = ["integration.binding.mixin"]

    record_id = fields.Many2one("product.product", "Product", required=True, index=True, ondelete="cascade")
    stock_id = fields.Char("Stock ID", index="btree_not_null", help="What the channel keeps its stock levels under.")
    group_id = fields.Char("Product ID", help="The channel's product that this is a variant of.")
    sku = fields.Char("SKU at the channel")
    title = fields.Char("Title at the channel")
    is_listed = fields.Boolean("Sold there now", default=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Try again the orders that waited for these products."""
        bindings = super().create(vals_list)
        for backend, linked in bindings.grouped("backend_id").items():
            keys = {key for entry in linked for key in (entry.sku, entry.external_id)}
            self.env["integration.exception"]._retry_group(backend, "product", keys)
        return bindings

    @api.model
    def _sold(self, backend, product):
        """What a channel sells a product as now, in sudo; none when it does not."""
        domain = [("backend_id", "=", backend.id), ("record_id", "=", product.id), ("is_listed", "=", True)]
        return self.sudo().search(domain, limit=1)
