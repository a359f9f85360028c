from odoo import fields, models
from odoo.tools import SQL


class PrivacyLookupWizard(models.TransientModel):
    """The look-up goes through the connectors, too."""

    _inherit = "privacy.lookup.wizard"

    integration_may_find = fields.Boolean(compute="_compute_integration_may_find")

    def _compute_integration_may_find(self):
        self.integration_may_find = self.env["integration.person"]._may_find()

    def _get_query(self):
        """Add messages, exceptions and links to contacts; these are no e-mail columns that could be searched."""
        query = super()._get_query()
        if not self.integration_may_find:
            return query
        found = self.env["integration.person"]._find(self.email.strip(), self.name)
        for records in (found.messages, found.exceptions, *found.bindings):
            model_id = self.env["ir.model"]._get_id(records._name)
            query = SQL("%s UNION ALL SELECT %s, id, TRUE FROM unnest(%s::int[]) AS id", query, model_id, records.ids)
        return query

    def action_integration_forget(self):
        """Button “Forget in the connectors”: all that was found, at once."""
        self.ensure_one()
        self.line_ids.filtered("integration_can_forget")._integration_forget()
        return self.action_open_lines()
