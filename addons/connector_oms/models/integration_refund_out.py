from odoo import api, models


class IntegrationRefund(models.Model):
    """Refunds that were decided in Odoo belong to the return they were made for."""

    _inherit = "integration.refund"

    @api.model_create_multi
    def create(self, vals_list):
        """Find the return of refunds that the channel books without it."""
        refunds = super().create(vals_list)
        requests = self.env["integration.refund.request"].sudo()
        for refund in refunds.filtered(lambda one: one.refund_id and not one.return_id):
            refund._belong(
                requests.search(
                    [("backend_id", "=", refund.backend_id.id), ("external_id", "=", refund.refund_id)], limit=1
                )
            )
        refunds.return_id._close_when_settled()
        return refunds

    def _belong(self, request):
        """These were made by a request of ours."""
        for refund in self.filtered(lambda one: request.return_id and not one.return_id):
            refund.return_id = request.return_id
            request.return_id._check_mismatch()
            request.return_id._close_when_settled()
