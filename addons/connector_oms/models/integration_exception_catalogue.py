from odoo import api, fields, models

from odoo.addons.connector_base.lib.fixes import Fix


class IntegrationException(models.Model):
    """Prices and product data that a person has to decide about."""

    _inherit = "integration.exception"

    category = fields.Selection(
        selection_add=[("catalogue", "Price or product data")], ondelete={"catalogue": "set technical"}
    )

    @api.model
    def _fix_catalogue(self):
        wizard, mine = "integration.fix.catalogue", frozenset({"catalogue"})
        return [Fix("catalogue", self.env._("Decide for all"), wizard, mine), *super()._fix_catalogue()]

    @api.model
    def _category_advice(self):
        return {
            **super()._category_advice(),
            "catalogue": (
                self.env._("A price or other product data differs between Odoo and a channel."),
                self.env._("Decide which of the two is right."),
            ),
        }

    def _catalogue_values(self):
        """The values that these stand for: all of one kind at one channel."""
        values = self.env["integration.catalogue.value"]
        for exception in self.filtered(lambda one: one.category == "catalogue"):
            kind, __, name = (exception.group_key or "").partition(":")
            kinds = [("state", "=", "refused")] if kind == "refused" else [("state", "=", "ask"), ("reason", "=", kind)]
            values |= values.search([("backend_id", "=", exception.backend_id.id), ("field", "=", name), *kinds])
        return values
