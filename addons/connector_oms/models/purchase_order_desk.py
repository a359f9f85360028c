from odoo import models


class PurchaseOrder(models.Model):
    """Purchase orders show what is wrong with them and with their receipts."""

    _name = "purchase.order"
    _inherit = ["purchase.order", "integration.exception.mixin"]

    def _integration_exceptions_by_record(self):
        """Those of the receipts, too."""
        found = super()._integration_exceptions_by_record()
        receipts = self.sudo().picking_ids
        if not receipts:
            return found
        by_receipt = receipts._integration_exceptions_by_record()
        none = self.env["integration.exception"].sudo()
        for order in self:
            mine = none.union(*[by_receipt.get(receipt.id, none) for receipt in order.sudo().picking_ids])
            found[order.id] = found.get(order.id, none) | mine
        return found
