from odoo import api, fields, models

from ..settings import allow_private_hosts, max_body_bytes, option, vault


class ResConfigSettings(models.TransientModel):
    """The Connectors section of the settings."""

    _inherit = "res.config.settings"

    integration_backend_count = fields.Integer(compute="_compute_integration")
    integration_keys_ready = fields.Boolean(compute="_compute_integration")
    integration_private_hosts = fields.Boolean(compute="_compute_integration")
    integration_max_body_mib = fields.Float(compute="_compute_integration", digits=(16, 1))
    integration_environment = fields.Char(compute="_compute_integration")
    integration_keep_days = fields.Integer(
        "Keep finished messages (days)",
        help="Payloads of finished messages are cleared after this many days; what they "
        "were and what became of them stays. 0: never.",
    )

    def _compute_integration(self):
        count = self.env["integration.backend"].search_count([])
        for settings in self:
            settings.integration_backend_count = count
            settings.integration_keys_ready = vault().ready
            settings.integration_private_hosts = allow_private_hosts()
            settings.integration_max_body_mib = max_body_bytes() / 1024 / 1024
            settings.integration_environment = option("environment", "")

    @api.model
    def get_values(self):
        """The rule that holds where no other does."""
        values = super().get_values()
        values["integration_keep_days"] = self._integration_keep_rule().clear_days
        return values

    def set_values(self):
        """Put changes of our settings on record."""
        before = self._integration_parameters()
        result = super().set_values()
        self._set_keep_days()
        after = self._integration_parameters()
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            self.env["integration.audit"]._record(
                self.env.company,
                "settings.change",
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
        return result

    def _integration_keep_rule(self):
        """The rule for the content of finished messages of all backends."""
        rules = self.env["integration.retention"].sudo()
        return rules.search([("data_class", "=", "content"), ("backend_id", "=", False)], limit=1)

    def _set_keep_days(self):
        rule, days = self._integration_keep_rule(), self.integration_keep_days
        if rule and rule.clear_days != days:
            rule.sudo(False).clear_days = days
        elif not rule and days:
            rule.sudo(False).create({"data_class": "content", "clear_days": days})

    def action_integration_retention(self):
        """Button “What is kept how long”."""
        return self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_retention_action")

    def _integration_parameters(self):
        """{field: stored value} of the settings of this suite."""
        parameters = self.env["ir.config_parameter"].sudo()
        stored = {
            name: parameters.get_param(field.config_parameter)
            for name, field in self._fields.items()
            if name.startswith("integration_") and getattr(field, "config_parameter", None)
        }
        return {**stored, "integration_keep_days": str(self._integration_keep_rule().clear_days)}

    def action_integration_backends(self):
        """Button “Backends”."""
        return self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_backend_action")

    def action_integration_rotate(self):
        """Button: put all secrets under the newest key."""
        count = self.env["integration.secret"].sudo(False)._rotate_all()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s secrets now use the first key.", count),
            },
        }
