from odoo import models

from ..lib.search_terms import search_terms


class IntegrationFlow(models.Model):
    """By what the messages of orders are found."""

    _inherit = "integration.flow"

    def _search_terms(self, documents, aliases):
        terms = super()._search_terms(documents, aliases)
        if self.code != "order.in":
            return terms
        return [*terms, *search_terms(documents, aliases)]
