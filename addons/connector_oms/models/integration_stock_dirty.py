from odoo import fields, models


class IntegrationStockDirty(models.Model):
    """Availability that may have changed and is to be computed: append-only.

    Written by ``stock.dirty`` in the transaction that changed the stock, consumed by
    the next round of the backend. Lines may repeat; without a product they stand for
    everything in the warehouse.
    """

    _name = "integration.stock.dirty"
    _description = "Stock to be computed"
    _log_access = False
    _rec_name = "product_id"

    backend_id = fields.Many2one("integration.backend", required=True, index=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", ondelete="cascade")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
