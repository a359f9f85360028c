from odoo import models


class IntegrationMessage(models.Model):
    """Messages of orders that are called off by hand."""

    _inherit = "integration.message"

    def action_cancel(self):
        """What a called-off order had taken from stock is free again."""
        result = super().action_cancel()
        claims = self.env["integration.order.claim"]
        for message in self.sudo().filtered(lambda m: m.topic == "order.in" and m.business_key):
            claims._drop(message.backend_id, [message.business_key])
        return result
