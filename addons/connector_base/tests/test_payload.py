import json

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import HubCase, HubHttpCase


@tagged("post_install", "-at_install")
class TestPayload(HubCase):
    """Masked for all, clear for managers on purpose, cut with a word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")

    def test_laid_out_and_masked_for_everybody(self):
        message = self.receive(self.flow, {"email": "ada@example.com", "n": [1]})
        self.assertEqual(json.loads(message.payload_masked), {"email": "********", "n": [1]})
        self.assertIn("\n", message.payload_masked)

    def test_large_one_is_cut_with_a_word(self):
        message = self.receive(self.flow, {"n": "x" * 300_000})
        self.assertIn("more characters", message.payload_masked)
        self.assertLess(len(message.payload_masked), 201_000)

    def test_clear_payload_cannot_be_had_around_the_button(self):
        message = self.receive(self.flow, {"email": "ada@example.com"})
        operator = new_test_user(self.env, login="payload_operator", groups="connector_base.group_operator")
        with self.assertRaises(AccessError):
            self.env["integration.payload"].with_user(operator).create({"message_id": message.id})
        manager = new_test_user(self.env, login="payload_manager", groups="connector_base.group_manager")
        opened = self.env["integration.payload"].with_user(manager).create({"message_id": message.id})
        self.assertIn("ada@example.com", opened.text)
        other = self.receive(self.flow, {"email": "eve@example.com"})
        opened.write({"message_id": other.id})
        self.assertNotIn("eve@example.com", opened.text, "each one opened is on record")


@tagged("post_install", "-at_install")
class TestPayloadDownload(HubHttpCase):
    """The bytes, for managers, on record."""

    def test_download(self):
        message = self.receive(self.make_flow("test.in"), {"email": "ada@example.com"})
        url = f"/integration/payload/{message.id}"
        for role, status in (("operator", 403), ("manager", 200)):
            new_test_user(self.env, login=f"load_{role}", groups=f"connector_base.group_{role}")
            self.authenticate(f"load_{role}", f"load_{role}")
            answer = self.url_open(url)
            self.assertEqual(answer.status_code, status)
        self.assertEqual(answer.content, message._raws()[message.id])
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        act = self.env["integration.audit"].search([("action", "=", "message.download")])
        self.assertEqual(act.login, "load_manager")
