from odoo import models


class AccountMove(models.Model):
    """Invoices show what is wrong with the orders they belong to."""

    _name = "account.move"
    _inherit = ["account.move", "integration.exception.mixin"]

    def _integration_exceptions_by_record(self):
        """Those of the invoiced orders, too."""
        found = super()._integration_exceptions_by_record()
        channel = self.filtered("integration_correlation").sudo()
        orders = channel.line_ids.sale_line_ids.order_id
        if not orders:
            return found
        by_order = orders._integration_exceptions_by_record()
        none = self.env["integration.exception"].sudo()
        for move in channel:
            mine = none.union(*[by_order.get(order.id, none) for order in move.line_ids.sale_line_ids.order_id])
            found[move.id] = found.get(move.id, none) | mine
        return found
