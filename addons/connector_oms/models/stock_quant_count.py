from odoo import models


class StockQuant(models.Model):
    """Counts that change much of what channels are offered are put to a person."""

    _inherit = "stock.quant"

    def _apply_inventory(self, date=None):
        """Compare what was counted with what Odoo had, per product and warehouse."""
        # the first thing core does, so that the differences below are those it will book
        self.inventory_quantity_set = True
        changes = self._integration_count_changes()
        lost = []
        result = super(StockQuant, self.with_context(integration_lost=lost))._apply_inventory(date)
        if changes:
            self.env["integration.stock.level"].sudo()._report_counts(changes, lost)
        return result

    def _integration_count_changes(self):
        """{(product, warehouse): units more (or, negative, fewer) than Odoo had}."""
        changes = {}
        for quant in self:
            warehouse = quant.location_id.warehouse_id
            if quant.location_id.usage == "internal" and warehouse:
                key = (quant.product_id, warehouse)
                changes[key] = changes.get(key, 0.0) + quant.inventory_diff_quantity
        return {key: units for key, units in changes.items() if not key[0].uom_id.is_zero(units)}
