import logging
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.tests import tagged

from ..lib.errors import ConfigurationError, TransientError
from .common import HubCase

SECRET = "shpss_0123456789abcdef0123456789abcdef"


@tagged("post_install", "-at_install")
class TestSecrets(HubCase):
    """Write-only, encrypted with keys from outside, rotated, in no log or export."""

    def keys(self, *keys):
        return patch(
            "odoo.addons.connector_base.settings.option",
            lambda name, default=None: ",".join(keys) if name == "secret_keys" else default,
        )

    def test_database_holds_no_clear_text(self):
        self.backend._set_secret("token", SECRET)
        self.env.cr.execute("SELECT token FROM integration_secret")
        self.assertNotIn(SECRET, str(self.env.cr.fetchall()))
        self.assertEqual(self.backend._secret("token"), SECRET)

    def test_replacing_and_forgetting(self):
        self.backend._set_secret("token", SECRET)
        self.backend._set_secret("token", "another")
        self.assertEqual(self.backend._secret("token"), "another")
        self.backend._set_secret("token", "")
        self.assertEqual(self.backend._secret("token"), "")

    def test_rotation_lets_the_old_key_go(self):
        old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
        with self.keys(old):
            self.backend._set_secret("token", SECRET)
        with self.keys(new, old):
            self.env["integration.secret"]._rotate_all()
        with self.keys(new):
            self.assertEqual(self.backend._secret("token"), SECRET)

    def test_lost_key_says_what_to_do(self):
        with self.keys(Fernet.generate_key().decode()):
            self.backend._set_secret("token", SECRET)
        with self.keys(Fernet.generate_key().decode()), self.assertRaisesRegex(ConfigurationError, "odoo.conf"):
            self.backend._secret("token")

    def test_without_a_key_nothing_is_kept(self):
        with self.keys(), self.assertRaisesRegex(ConfigurationError, "secret_keys"):
            self.backend._set_secret("token", SECRET)

    def test_secret_in_an_error_reaches_no_log_attempt_or_exception(self):
        flow = self.make_flow("test.in", max_attempts=1)
        message = self.receive(flow, {"name": "x"})
        error = RuntimeError(f"POST https://u:{SECRET}@shop/?token={SECRET} failed {SECRET}")

        def fail(flow, batch):
            raise error

        with (
            patch.object(self.registry["integration.flow"], "_handle_test_in", fail, create=True),
            self.assertLogs("odoo.addons.connector_base", logging.WARNING) as logs,
        ):
            self.drain(flow)
        told = [*logs.output, message.last_error, *message.attempt_ids.mapped("excerpt")]
        told += self.exceptions().mapped("cause")
        self.assertTrue(all(told))
        self.assertNotIn(SECRET, "\n".join(told))

    def test_secret_in_a_partner_error_is_masked_too(self):
        flow = self.make_flow("test.in", max_attempts=1)
        message = self.receive(flow, {"name": "x"})
        with patch.object(type(self.adapter), "fetch", side_effect=TransientError(f"token: {SECRET}")):
            self.drain(flow)
        self.assertNotIn(SECRET, message.last_error)

    def test_export_offers_no_secret_and_no_payload(self):
        self.backend._set_secret("token", SECRET)
        rows = self.backend.export_data(["name", "webhook_token", "fingerprint"])["datas"]
        self.assertNotIn(SECRET, str(rows))
        fields = self.env["integration.message"].fields_get()
        self.assertNotIn("raw", fields)
