from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib.errors import ConfigurationError
from ..lib.net import check_url
from ..lib.redact import MASK
from ..settings import allow_private_hosts, vault
from .integration_alert_delivery import FINGERPRINT, SECRET, URL, receiver
from .integration_alert_limits import LIMITS, PREFIX

FIELD = "integration_alert_"


class ResConfigSettings(models.TransientModel):
    """Alerts in the Connectors section: thresholds, e-mail, webhook."""

    _inherit = "res.config.settings"

    integration_alert_tier1_minutes = fields.Integer("Tier 1 may wait (min)")
    integration_alert_tier2_minutes = fields.Integer("Tier 2 may wait (min)")
    integration_alert_breaker_minutes = fields.Integer("Partner silent for (min)")
    integration_alert_heartbeat_minutes = fields.Integer("Job queue silent for (min)")
    integration_alert_paused_hours = fields.Integer("Paused for (h)")
    integration_alert_expiry_days = fields.Integer("Credentials end within (days)")
    integration_alert_step_least = fields.Integer("Exceptions at least")
    integration_alert_step_factor = fields.Integer("Times the usual")
    integration_alert_silence_least = fields.Integer("Messages usual in an hour")
    integration_alert_remind_hours = fields.Integer("Tell again after (h)")
    integration_alert_mail = fields.Boolean("Tell the owners by e-mail too")
    integration_alert_webhook_url = fields.Char("Webhook", help="Receives a signed POST for each alert.")
    integration_alert_webhook_secret = fields.Char("Secret", help="Signs the calls. It cannot be read again.")

    @api.model
    def get_values(self):
        """The thresholds; a parameter may well be 0, which core's way takes for absent."""
        values = super().get_values()
        if not self.has_access("create"):
            return values  # anybody may ask, and an address may hold a token
        alerts, parameters = self.env["integration.alert"], self.env["ir.config_parameter"].sudo()
        values.update({FIELD + name: alerts._limit(name) for name in LIMITS})
        values["integration_alert_mail"] = parameters.get_param(PREFIX + "mail", "1") != "0"
        values["integration_alert_webhook_url"] = parameters.get_param(URL)
        values["integration_alert_webhook_secret"] = MASK if parameters.get_param(SECRET) else False
        return values

    def set_values(self):
        """Keep the thresholds, the address and, encrypted, the secret."""
        self.check_access("write")  # called directly, with no record, core asks for no right
        result = super().set_values()
        parameters = self.env["ir.config_parameter"].sudo()
        for name in LIMITS:
            parameters.set_param(PREFIX + name, str(max(0, self[FIELD + name])))
        parameters.set_param(PREFIX + "mail", "1" if self.integration_alert_mail else "0")
        self._set_alert_webhook(parameters)
        return result

    def _set_alert_webhook(self, parameters):
        url = (self.integration_alert_webhook_url or "").strip()
        if url != (parameters.get_param(URL) or ""):
            self._check_alert_webhook(url)
            parameters.set_param(URL, url)
            # a secret never reaches another receiver than the one it was entered for
            parameters.set_param(SECRET, False)
        fingerprint = self.env["integration.backend"]._database_fingerprint()
        parameters.set_param(FINGERPRINT, fingerprint if url else False)
        secret = (self.integration_alert_webhook_secret or "").strip()
        if secret != MASK:
            parameters.set_param(SECRET, vault().encrypt(secret) if secret else False)

    def _check_alert_webhook(self, url):
        if not url:
            return
        try:
            check_url(url, [receiver(url)], allow_private=allow_private_hosts())
        except ConfigurationError as error:
            raise ValidationError(self.env._("This address cannot be called: %s", error)) from error
