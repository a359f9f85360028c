from odoo import fields, models


class IntegrationExceptionMixin(models.AbstractModel):
    """Shows on a business record what is wrong with it, with the buttons that put it right."""

    _name = "integration.exception.mixin"
    _description = "Record with exceptions"

    integration_exception_count = fields.Integer(compute="_compute_integration_exceptions")
    integration_banner = fields.Json("What is wrong", compute="_compute_integration_exceptions")

    def _compute_integration_exceptions(self):
        by_record = self._integration_exceptions_by_record()
        for record in self:
            found = by_record.get(record.id, self.env["integration.exception"])
            record.integration_exception_count = len(found)
            record.integration_banner = found._banner()

    def _integration_exceptions_by_record(self):
        """{record id: its open exceptions, in sudo}; models add those of what belongs to them."""
        exceptions = self.env["integration.exception"].sudo()
        exceptions = exceptions.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("state", "=", "open")]
        )
        return exceptions.grouped("res_id")

    def action_open_integration_exceptions(self):
        """Smart button: what is open about these records."""
        found = self.env["integration.exception"].union(*self._integration_exceptions_by_record().values())
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_exception_action")
        action["domain"] = [("id", "in", found.ids)]
        action["context"] = {}
        return action
