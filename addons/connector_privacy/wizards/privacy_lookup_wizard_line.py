from odoo import api, fields, models
from odoo.exceptions import UserError

#: deleted they would be no longer known: a duplicate would be taken for something new
FORGOTTEN = ("integration.message", "integration.exception")


class PrivacyLookupWizardLine(models.TransientModel):
    """What the connectors hold is forgotten, not deleted: its identity stays."""

    _inherit = "privacy.lookup.wizard.line"

    integration_can_forget = fields.Boolean(compute="_compute_integration_can_forget")

    @api.depends("res_model", "is_unlinked")
    def _compute_integration_can_forget(self):
        for line in self:
            line.integration_can_forget = line.res_model in FORGOTTEN and not line.is_unlinked

    def action_unlink(self):
        """Forget instead of deleting; a link to a contact goes, on record."""
        self.ensure_one()
        if self.res_model in FORGOTTEN:
            if self.is_unlinked:
                raise UserError(self.env._("This has been forgotten already."))
            self._integration_forget()
            return None
        if self.res_model in self.env["integration.binding.mixin"]._inherit_children and not self.is_unlinked:
            link = self.env[self.res_model].sudo().browse(self.res_id)
            state = {"external_id": link.external_id, "contact": link.record_id.ids}
            self.env["integration.audit"]._record(link.sudo(False), "binding.delete", before=state)
        return super().action_unlink()

    def action_integration_forget(self):
        """Button “Forget” of a line."""
        self.filtered("integration_can_forget")._integration_forget()

    def _integration_forget(self):
        """Forget what these lines name, and write on them what became of it."""
        for wizard, lines in self.grouped("wizard_id").items():
            ids = {
                model: lines.filtered(lambda line, m=model: line.res_model == m).mapped("res_id") for model in FORGOTTEN
            }
            messages, exceptions = (self.env[model].sudo().browse(ids[model]).exists() for model in FORGOTTEN)
            self.env["integration.person"]._forget_records(messages, exceptions, wizard.email.strip(), wizard.name)
            cleared = set(messages.filtered("is_cleared").ids)
            for line in lines:
                done = line.res_model != "integration.message" or line.res_id in cleared
                line._integration_note(done)

    def _integration_note(self, done):
        name = self.res_model_id.name
        if done:
            self.is_unlinked = True
            self.execution_details = self.env._("Forgot %(model)s #%(id)s", model=name, id=self.res_id)
        else:
            self.execution_details = self.env._(
                "Left %(model)s #%(id)s: still to be worked on", model=name, id=self.res_id
            )
