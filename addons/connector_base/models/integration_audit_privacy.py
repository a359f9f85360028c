from odoo import api, models


class IntegrationAudit(models.Model):
    """Names of the acts on what is kept, and on what is held of people."""

    _inherit = "integration.audit"

    @api.model
    def _action_names(self):
        return {
            **super()._action_names(),
            "exception.forget": self.env._("Exception: person forgotten"),
            "message.forget": self.env._("Message: person forgotten"),
            "person.find": self.env._("Looked for a person"),
            "person.forget": self.env._("Person forgotten"),
            "retention.create": self.env._("Rule for what is kept created"),
            "retention.change": self.env._("Rule for what is kept changed"),
            "retention.delete": self.env._("Rule for what is kept deleted"),
        }
