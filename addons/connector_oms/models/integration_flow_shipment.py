from odoo import fields, models

from ..stock.shipment import ShipmentBuilder, fingerprint

#: key, with the message's id, of what this transaction tells the channel
TOLD = "connector_oms.shipment_told"


class IntegrationFlow(models.Model):
    """Telling a channel what has left: the flow ``shipment.out``."""

    _inherit = "integration.flow"

    def _build_shipment_out(self, message):
        """The transfer as it stands when it is sent; None when that was told already.

        :raises ConfigurationError: the warehouse is no place of the channel
        """
        picking = self.env["stock.picking"].browse(message.res_id).exists()
        builder = ShipmentBuilder(picking)
        document = builder.build() if picking else None
        if not document:
            return None
        told = {
            "checksum": fingerprint(document),
            "tracking": ", ".join(builder.numbers()) or False,
        }
        if told["checksum"] in picking.integration_shipment_ids.mapped("checksum"):
            return None
        self.env.cr.cache[TOLD, message.id] = told
        return document

    def _settle_shipment_out(self, message, results):
        """Link the transfer to what the channel made of it.

        After a crash it is not known any more what exactly was told (the tracking may
        have changed since): then nothing is kept of it, and the next message tells all.

        :param results: [(Call, CallResult)]; ``external_id`` names the channel's shipment
        """
        picking = self.env["stock.picking"].browse(message.res_id).exists()
        if not picking:
            return
        told = {"synced_at": fields.Datetime.now(), **self.env.cr.cache.pop((TOLD, message.id), {})}
        bindings = self.env["integration.shipment.binding"]
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
