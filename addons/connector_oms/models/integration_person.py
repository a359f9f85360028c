from odoo import api, models


class IntegrationPerson(models.AbstractModel):
    """Orders are a person's, and with them the messages and exceptions about them."""

    _inherit = "integration.person"

    @api.model
    def _records_of(self, partners):
        found = super()._records_of(partners)
        ways = ("partner_id", "partner_invoice_id", "partner_shipping_id")
        domain = ["|"] * (len(ways) - 1) + [(way, "in", partners.ids) for way in ways]
        return {**found, "sale.order": self.env["sale.order"].sudo().search(domain).ids if partners else []}
