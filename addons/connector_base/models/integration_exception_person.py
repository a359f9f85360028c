from odoo import models
from odoo.exceptions import AccessError


class IntegrationException(models.Model):
    """A request by data protection law, put next to the button that meets it."""

    _inherit = "integration.exception"

    def action_forget_person(self):
        """Button “Find and forget”: the wizard, with the person that the request names."""
        self.ensure_one()
        if not self.env.user.has_group("connector_base.group_admin"):
            raise AccessError(self.env._("Only an administrator of the connectors forgets people."))
        self.check_access("read")
        email, name = self._person_named()
        wizard = self.env["integration.forget"].create({"exception_id": self.id, "email": email, "name": name})
        return wizard._open()

    def _person_named(self):
        """(e-mail address, name) of whom the request is about; reading it is on record."""
        message = self.sudo().message_id
        if not message or message.is_cleared:
            return "", ""
        self.env["integration.audit"]._record(message.with_env(self.env), "message.payload_clear")
        return message.flow_id._person_of(message._raws()[message.id])
