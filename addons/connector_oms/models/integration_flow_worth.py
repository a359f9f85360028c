from odoo import fields, models

from ..lib.documents import Order


class IntegrationFlow(models.Model):
    """What orders are worth, for who may correct them alone."""

    _inherit = "integration.flow"

    def _worth(self, documents):
        orders = [document for document in documents if isinstance(document, Order)]
        if not orders:
            return super()._worth(documents)
        company = self.company_id
        total = 0.0
        for order in orders:
            currency = self.env["res.currency"].search([("name", "=", order.currency)], limit=1)
            if not currency:
                return None
            total += currency._convert(
                float(order.totals.total), company.currency_id, company, fields.Date.context_today(self)
            )
        return total
