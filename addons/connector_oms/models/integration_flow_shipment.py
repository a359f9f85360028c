from odoo import fields, models

from ..stock.shipment import ShipmentBuilder, fingerprint


class IntegrationFlow(models.Model):
    """Telling a channel what has left: the flow ``shipment.out``."""

    _inherit = "integration.flow"

    def _shipment_of(self, message):
        """(transfer, canonical shipment or None) of a message."""
        picking = self.env["stock.picking"].browse(message.res_id).exists()
        if not picking:
            return picking, None
        return picking, ShipmentBuilder(picking).build()

    def _build_shipment_out(self, message):
        """The transfer as it stands when it is sent; None when that was told already.

        :raises ConfigurationError: the warehouse is no place of the channel
        """
        picking, document = self._shipment_of(message)
        if document and fingerprint(document) in picking.integration_shipment_ids.mapped("checksum"):
            return None
        return document

    def _settle_shipment_out(self, message, results):
        """Link the transfer to what the channel made of it.

        :param results: [(Call, CallResult)]; ``external_id`` names the channel's shipment
        """
        picking, document = self._shipment_of(message)
        if not picking:
            return
        told = {
            "checksum": fingerprint(document) if document else False,
            "tracking": ", ".join(ShipmentBuilder(picking).numbers()) or False,
            "synced_at": fields.Datetime.now(),
        }
        bindings = self.env["integration.shipment.binding"].sudo()
        for call, result in results:
            external_id = result.external_id or call.key
            known = bindings.search([("backend_id", "=", self.backend_id.id), ("external_id", "=", external_id)])
            if known:
                known.write(told)
                continue
            bindings.create(
                {
                    "backend_id": self.backend_id.id,
                    "record_id": picking.id,
                    "external_id": external_id,
                    "call_key": call.key,
                    **told,
                }
            )
        self.env["integration.exception"]._heal(record=picking, categories=["fulfilment"])
