from odoo import models

from ..lib.documents import CancellationRequest
from .integration_order_values import naive


class IntegrationFlow(models.Model):
    """The entries of order traffic: one handler a kind."""

    _inherit = "integration.flow"

    def _handle_order_in(self, batch):
        """Orders, as they stand now at the channel.

        :param batch: list of ``Inbound`` with canonical ``Order`` documents
        """
        self.env["integration.order.importer"]._import(self, batch)

    def _handle_payout_in(self, batch):
        """Payouts of the channel's payment provider, with what they are made of.

        :param batch: list of ``Inbound`` with canonical ``Payout`` documents
        """
        for item in batch:
            for document in item.documents:
                self.env["integration.payout"].sudo()._take(self.backend_id, document)
                item.subject = item.subject or document.name
            item.done()

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

    def _untold(self, incomings):
        """Leave out orders that are in Odoo in this state already.

        A look-up reaches back over what webhooks have brought: without this every
        order would be fetched twice.
        """
        if self.code != "order.in":
            return super()._untold(incomings)
        bindings = self.env["integration.order.binding"].search_fetch(
            [
                ("backend_id", "=", self.backend_id.id),
                ("external_id", "in", [incoming.business_key for incoming in incomings]),
            ],
            ["external_id", "version"],
        )
        known = {binding.external_id: binding.version for binding in bindings if binding.version}
        return [
            incoming
            for incoming in super()._untold(incomings)
            if not incoming.occurred_at
            or known.get(incoming.business_key) is None
            or known[incoming.business_key] < naive(incoming.occurred_at)
        ]
