from odoo import models

from ..lib.documents import CancellationRequest


class IntegrationFlow(models.Model):
    """The entries of order traffic: one handler a kind."""

    _inherit = "integration.flow"

    def _handle_order_in(self, batch):
        """Orders, as they stand now at the channel.

        :param batch: list of ``Inbound`` with canonical ``Order`` documents
        """
        self.env["integration.order.importer"]._import(self, batch)

    def _handle_product_in(self, batch):
        """Products the channel lists: linked to Odoo's, or reported.

        :param batch: list of ``Inbound`` with canonical ``Product`` documents
        """
        self.env["integration.product.importer"]._import(self, batch)

    def _build_cancel_out(self, message):
        """The cancellation of an order that was cancelled here; None if it no longer is."""
        order = self.env["sale.order"].browse(message.res_id).exists()
        if not order or order.state != "cancel":
            return None
        return CancellationRequest(
            # the partner refuses a key that was used for a request it has refused
            reference=f"cancel/{message.id}/{len(message.call_ids) + 1}",
            order_id=order.integration_external_id,
            reason="other",
            staff_note=self.env._("Cancelled in Odoo (%s)", order.name),
        )

    def _settle_cancel_out(self, message, results):
        """Say on the order that the channel knows."""
        order = self.env["sale.order"].browse(message.res_id).exists()
        if order and results:
            order.message_post(body=self.env._("The channel has been told of the cancellation."))
