from odoo import fields, models

#: field -> name of the place that is made when it is needed first
PLACES = {
    "integration_return_location_id": "Returns",
    "integration_quarantine_location_id": "Quarantine",
    "integration_refurbish_location_id": "To be refurbished",
}


class StockWarehouse(models.Model):
    """Where goods that came back stand until they may be sold again. No channel is offered them there."""

    _inherit = "stock.warehouse"

    integration_return_location_id = fields.Many2one(
        "stock.location", "Returns arrive at", check_company=True, domain="[('usage', '=', 'internal')]"
    )
    integration_quarantine_location_id = fields.Many2one(
        "stock.location", "Quarantine", check_company=True, domain="[('usage', '=', 'internal')]"
    )
    integration_refurbish_location_id = fields.Many2one(
        "stock.location", "To be refurbished", check_company=True, domain="[('usage', '=', 'internal')]"
    )

    def _integration_return_location(self):
        """Where returns are received."""
        return self._integration_place("integration_return_location_id")

    def _integration_place(self, name):
        """A place of the warehouse that is not for sale; made when it is needed first."""
        self.ensure_one()
        warehouse = self.sudo()
        if not warehouse[name]:
            warehouse[name] = (
                self.env["stock.location"]
                .sudo()
                .create(
                    {
                        "name": PLACES[name],
                        "location_id": warehouse.view_location_id.id,
                        "usage": "internal",
                        "company_id": warehouse.company_id.id,
                        "integration_unsellable": True,
                    }
                )
            )
        return warehouse[name].with_env(self.env)
