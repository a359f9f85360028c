from odoo import models


class AccountMove(models.Model):
    """Refunds that waited for an order's invoice are credited when it is confirmed."""

    _inherit = "account.move"

    def _post(self, soft=True):
        """See whether an order of these invoices has refunds to be credited."""
        posted = super()._post(soft=soft)
        orders = posted.filtered(lambda move: move.move_type == "out_invoice").line_ids.sale_line_ids.order_id
        channel = orders.filtered("integration_backend_id")
        if channel:
            refunds = self.env["integration.refund"].sudo()
            refunds.search([("order_id", "in", channel.ids), ("state", "=", "due")])._credit()
        return posted
