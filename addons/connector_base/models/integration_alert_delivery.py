import hashlib
import hmac
import json
import logging
import time
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import SUPERUSER_ID, api, fields, models

from ..lib.errors import ConnectorError
from ..lib.http import HttpClient
from ..lib.redact import redact_text
from ..lib.retry import RetryPolicy
from ..settings import allow_private_hosts, vault

_logger = logging.getLogger(__name__)

POLICY = RetryPolicy(max_attempts=8, base_seconds=30, max_seconds=1800)
#: seconds a call may take, and seconds one run of the cron makes calls
DEADLINE = 10.0
RUN_SECONDS = 30.0
URL = "integration.alert_webhook_url"
SECRET = "integration.alert_webhook_secret"
#: the database the address was entered in: a copy of it tells nobody
FINGERPRINT = "integration.alert_webhook_fingerprint"


class IntegrationAlertDelivery(models.Model):
    """What is to be told to the outgoing webhook: written with the alert, sent afterwards."""

    _name = "integration.alert.delivery"
    _description = "Alert sent to the webhook"
    _order = "id desc"
    _rec_name = "event"

    alert_id = fields.Many2one("integration.alert", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="alert_id.company_id")
    event = fields.Selection(
        [("opened", "New"), ("reminded", "Still there"), ("closed", "Over")], required=True, readonly=True
    )
    state = fields.Selection(
        [("pending", "To be sent"), ("done", "Sent"), ("dead", "Given up")],
        required=True,
        default="pending",
        readonly=True,
    )
    body = fields.Text(required=True, readonly=True)
    attempts = fields.Integer("Tries", readonly=True)
    next_at = fields.Datetime("Next try", default=fields.Datetime.now, readonly=True)
    sent_at = fields.Datetime("Sent on", readonly=True)
    last_error = fields.Char("Last trouble", readonly=True)

    _due_idx = models.Index("(next_at) WHERE state = 'pending'")
    _told_idx = models.Index("(create_date) WHERE state <> 'pending'")

    @api.model
    def _url(self):
        """The address to call; "" where there is none, and in a copied database."""
        parameters = self.env["ir.config_parameter"].sudo()
        here = parameters.get_param(FINGERPRINT) == self.env["integration.backend"]._database_fingerprint()
        return (parameters.get_param(URL) or "") if here else ""

    @api.model
    def _queue(self, alert, event):
        """Have an event told, if an address is set; in the caller's transaction."""
        if not self._url():
            return
        body = json.dumps(alert._webhook_body(alert, event), ensure_ascii=False)
        self.sudo().create({"alert_id": alert.id, "event": event, "body": body})
        self.env.ref("connector_base.cron_tell")._trigger()

    @api.model
    def _cron_tell(self):
        """Send what is due, for a while. A receiver that fails is left alone until later."""
        until = time.monotonic() + RUN_SECONDS
        url = self._url()
        due = self.search([("state", "=", "pending"), ("next_at", "<=", fields.Datetime.now())], order="id", limit=50)
        for delivery in due if url else ():
            if time.monotonic() > until or not delivery._send_one(url):
                break

    def _send_one(self, url):
        """Send one and commit what became of it, in a cursor of its own.

        :return: whether it went well
        """
        with self.env.registry.cursor() as cr:
            # whoever else is at it keeps it
            cr.execute(
                "SELECT id FROM integration_alert_delivery WHERE id = %s AND state = 'pending' FOR UPDATE SKIP LOCKED",
                (self.id,),
            )
            if not cr.fetchone():
                return True
            mine = self.with_env(api.Environment(cr, SUPERUSER_ID, {}))
            try:
                mine._call(url)
            except ConnectorError as error:
                mine._failed(error)
                return False
            now = fields.Datetime.now()
            mine.write({"state": "done", "sent_at": now, "attempts": mine.attempts + 1, "last_error": False})
            return True

    def _call(self, url):
        """POST the body, signed; raises ConnectorError."""
        client = HttpClient(
            allowed_hosts=[receiver(url)],
            allow_private=allow_private_hosts(),
            deadline=DEADLINE,
            max_bytes=64 * 1024,
        )
        raw = self.body.encode()
        try:
            client.request("POST", url, body=raw, headers=self._headers(raw), safe=True)
        finally:
            client.close()

    def _headers(self, raw):
        """Headers with an ID to know repetitions by, and a signature over time and body."""
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Integration-Event-Id": str(self.id),
            "X-Integration-Timestamp": moment,
        }
        token = self.env["ir.config_parameter"].sudo().get_param(SECRET)
        if token:
            secret = vault().decrypt(token).encode()
            digest = hmac.new(secret, moment.encode() + b"." + raw, hashlib.sha256).hexdigest()
            headers["X-Integration-Signature"] = f"sha256={digest}"
        return headers

    def _failed(self, error):
        attempts = self.attempts + 1
        over = error.action != "retry" or POLICY.exhausted(attempts)
        wait = timedelta(seconds=POLICY.delay(attempts, error))
        text = redact_text(str(error))[:250]
        _logger.warning("alert webhook: %s", text)
        self.write(
            {
                "state": "dead" if over else "pending",
                "attempts": attempts,
                "next_at": fields.Datetime.now() + wait,
                "last_error": text,
            }
        )


def receiver(url):
    """``host:port`` of an address."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{(parts.hostname or '').lower()}:{port}"
