from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class IntegrationBackend(models.Model):
    """The user in whose name a backend works, with the least rights that do."""

    _inherit = "integration.backend"

    def write(self, vals):
        """A backend's own user goes with it to another company."""
        result = super().write(vals)
        if "company_id" in vals:
            for backend in self.filtered("user_id"):
                if backend.user_id == backend._known_service_user():
                    backend._make_service_user()
        return result

    def action_create_service_user(self):
        """Button “Make a service user”: one of its own, that nobody can log in as."""
        self.ensure_one()
        if not self.env.user.has_group("connector_base.group_admin"):
            raise AccessError(self.env._("Only an administrator of the connectors makes service users."))
        self.check_access("write")
        if self.user_id:
            raise UserError(self.env._("“%s” works for this backend already.", self.user_id.name))
        self._act("backend.service_user", {"user_id": self._make_service_user().id})

    def _make_service_user(self):
        """A user of the backend's own, of its company only, with the service users' group only.

        Archived, as Odoo's own system user is: so nobody can log in as it, whatever
        password or key it may ever get, and it is in no list of people to choose from.
        One that this backend had before is put right and taken again.
        """
        values = {
            "company_id": self.company_id.id,
            "company_ids": [fields.Command.set(self.company_id.ids)],
            "group_ids": [fields.Command.set(self.env.ref("connector_base.group_service").ids)],
            "active": False,
        }
        known = self._known_service_user()
        if known:
            known.write(values)
            return known
        users = self.env["res.users"].sudo().with_context(no_reset_password=True, mail_create_nosubscribe=True)
        return users.create(
            {
                "name": self.env._("%s (connector)", self.name),
                "login": self._service_login(),
                "notification_type": "inbox",
                **values,
            }
        )

    def _known_service_user(self):
        users = self.env["res.users"].sudo().with_context(active_test=False)
        return users.search([("login", "=", self._service_login())])

    def _service_login(self):
        self.ensure_one()
        return f"integration-{self.id}"
