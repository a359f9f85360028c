from odoo import api, fields, models

from ..stock.dirty import mark_warehouses


class IntegrationOrderClaim(models.Model):
    """What orders that wait for a person take from stock although they are not imported.

    The channel has sold these units. Were they not counted, one order with an unknown
    SKU would put the known goods on it on sale a second time.
    """

    _name = "integration.order.claim"
    _description = "Units sold in orders that are not imported yet"
    _log_access = False

    backend_id = fields.Many2one("integration.backend", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    external_id = fields.Char("Order at the channel", required=True)
    product_id = fields.Many2one("product.product", required=True, index=True, ondelete="cascade")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    quantity = fields.Float(required=True, digits="Product Unit")

    _order_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id, product_id, warehouse_id)",
        "An order claims a product of a warehouse once.",
    )

    @api.model
    def _update(self, backend, works):
        """Keep the claims of orders that are stopped, and drop those of all others.

        :param works: list of ``lib.work.Work``, after it was decided what becomes of them
        """
        external_ids = [work.document.external_id for work in works]
        self._drop(backend, external_ids)
        values = [claim for work in works if work.problems for claim in self._values(backend, work)]
        if values:
            self.sudo().create(values)
            self._mark(values)

    @api.model
    def _drop(self, backend, external_ids):
        """Forget the claims of orders, by the channel's ids."""
        claims = self.sudo().search([("backend_id", "=", backend.id), ("external_id", "in", external_ids)])
        self._mark([{"product_id": c.product_id.id, "warehouse_id": c.warehouse_id.id} for c in claims])
        claims.unlink()

    def _values(self, backend, work):
        units = {}
        if work.sale or not work.warehouse or work.document.cancellation:
            return []  # its own lines count already, or nobody knows where it ships from
        for key, part in work.wanted():
            product = work.products.get(key)
            if isinstance(product, models.BaseModel) and product.is_storable:
                units[product.id] = units.get(product.id, 0.0) + self._units(work, key, part, product)
        return [
            {
                "backend_id": backend.id,
                "external_id": work.document.external_id,
                "product_id": product_id,
                "warehouse_id": work.warehouse.id,
                "quantity": quantity,
            }
            for product_id, quantity in units.items()
        ]

    def _units(self, work, key, part, product):
        """What a line takes, in the product's unit; of an unknown one at least as many pieces."""
        unit = work.units.get(key)
        quantity = float(part.quantity)
        return unit._compute_quantity(quantity, product.uom_id) if unit else quantity

    def _mark(self, rows):
        mark_warehouses(self.env, [(row["product_id"], row["warehouse_id"]) for row in rows])
