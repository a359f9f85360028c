from odoo import models

from ..stock.shipment import ShipmentBuilder


class IntegrationFlow(models.Model):
    """What orders and shipments would become with another mapping; see connector_base."""

    _inherit = "integration.flow"

    def _preview_order_in(self, batch):
        """Orders as new ones: taxes, delivery method, warehouse, state, what stands against them.

        :param batch: list of ``Inbound``
        """
        return self.env["integration.order.importer"]._preview(self.backend_id, batch)

    def _preview_shipment_out(self, messages):
        """The name under which the channel is told of the carrier."""
        pickings = self.env["stock.picking"]
        found = {message: pickings.browse(message.res_id).exists() for message in messages}
        return {
            message.id: {self.env._("Carrier"): ShipmentBuilder(picking)._carrier()}
            for message, picking in found.items()
            if picking
        }
