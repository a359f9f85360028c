from odoo import fields, models

CATEGORIES = [("stock", "Stock at the channel"), ("fulfilment", "Delivery not told")]


class IntegrationException(models.Model):
    """What can be wrong with stock levels and deliveries."""

    _inherit = "integration.exception"

    category = fields.Selection(
        selection_add=CATEGORIES,
        ondelete={category: "set technical" for category, __ in CATEGORIES},
    )

    def _integration_picking_id(self):
        """The transfer this is about, directly or through its message; 0 for none."""
        self.ensure_one()
        if self.res_model == "stock.picking":
            return self.res_id
        message = self.message_id
        return message.res_id if message.res_model == "stock.picking" else 0
