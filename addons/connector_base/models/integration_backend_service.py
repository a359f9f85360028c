from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class IntegrationBackend(models.Model):
    """The user in whose name a backend works, with the least rights that do."""

    _inherit = "integration.backend"

    def action_create_service_user(self):
        """Button “Make a service user”: one of its own, that nobody can log in as."""
        self.ensure_one()
        if not self.env.user.has_group("connector_base.group_admin"):
            raise AccessError(self.env._("Only an administrator of the connectors makes service users."))
        self.check_access("write")
        if self.user_id:
            raise UserError(self.env._("“%s” works for this backend already.", self.user_id.name))
        self._act("backend.service_user", {"user_id": self._create_service_user().id})

    def _create_service_user(self):
        """A user without a password, of the backend's company only."""
        company = self.company_id
        users = self.env["res.users"].sudo().with_context(no_reset_password=True, mail_create_nosubscribe=True)
        return users.create(
            {
                "name": self.env._("%s (connector)", self.name),
                "login": f"integration-{self.id}",
                "company_id": company.id,
                "company_ids": [fields.Command.set(company.ids)],
                "group_ids": [fields.Command.set(self.env.ref("connector_base.group_service").ids)],
                "notification_type": "inbox",
            }
        )
