from odoo import fields, models


class IntegrationCatalogueMark(models.Model):
    """Products whose listing at a channel may have to change: append-only.

    Written by ``catalogue.marks`` in the transaction that changed the product, consumed by
    the backend's next round. Lines may repeat; without a product they stand for all.
    """

    _name = "integration.catalogue.mark"
    _description = "Product to be compared with a channel"
    _log_access = False
    _rec_name = "product_id"

    backend_id = fields.Many2one("integration.backend", required=True, index=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", ondelete="cascade")
