from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import HubCase


@tagged("post_install", "-at_install")
class TestRoles(HubCase):
    """Each role can do its work and nothing more; companies do not see each other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        for role in ("viewer", "operator", "manager", "admin"):
            user = new_test_user(cls.env, login=f"hub_{role}", groups=f"connector_base.group_{role}")
            setattr(cls, role, user)

    def setUp(self):
        super().setUp()
        document = {"customer": {"email": "ada@example.com", "name": "Ada"}}
        self.message = self.receive(self.flow, document)
        self.message._settle("blocked", error="no SKU")

    def test_viewer_reads_masked_and_cannot_replay(self):
        message = self.message.with_user(self.viewer)
        self.assertNotIn("ada@example.com", message.payload_masked)
        self.assertNotIn("Ada", message.payload_masked)
        with self.assertRaises(AccessError):
            message.action_show_payload()
        with self.assertRaises(AccessError):
            message.action_replay()

    def test_operator_replays_and_cannot_cancel_or_read_in_clear(self):
        message = self.message.with_user(self.operator)
        with self.assertRaises(AccessError):
            message.action_cancel()
        with self.assertRaises(AccessError):
            message.action_show_payload()
        message.action_replay()
        self.assertEqual(self.message.state, "pending")

    def test_operator_resolves_with_a_reason_only(self):
        from odoo.exceptions import UserError

        exception = self.env["integration.exception"]._report(self.backend, "data", "Cause")
        mine = exception.with_user(self.operator)
        with self.assertRaises(UserError):
            mine.action_resolve_with(" ")
        mine.action_resolve_with("Phoned the customer")
        self.assertEqual(exception.resolved_by_id, self.operator)

    def test_manager_reads_in_clear_and_cannot_touch_credentials(self):
        message = self.message.with_user(self.manager)
        opened = self.env["integration.payload"].with_user(self.manager).browse(message.action_show_payload()["res_id"])
        self.assertIn("ada@example.com", opened.text)
        act = self.env["integration.audit"].search([("action", "=", "message.payload_clear")])
        self.assertEqual((act.user_id, act.res_id), (self.manager, message.id))
        backend = self.backend.with_user(self.manager)
        with self.assertRaises(AccessError):
            backend.action_test()
        with self.assertRaises(AccessError):
            backend.read(["webhook_token"])
        with self.assertRaises(AccessError):
            backend.name = "Mine"

    def test_nobody_reads_secrets_not_even_the_admin(self):
        self.backend._set_secret("token", "s3cret-value")
        for user in (self.manager, self.admin):
            with self.assertRaises(AccessError):
                self.env["integration.secret"].with_user(user).search([]).read()

    def test_other_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            login="hub_other",
            groups="connector_base.group_admin",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        exception = self.env["integration.exception"]._report(self.backend, "data", "Cause")
        self.env["integration.attempt"]._start([self.message.id])
        for model, ids in (
            ("integration.backend", self.backend.ids),
            ("integration.flow", self.flow.ids),
            ("integration.message", self.message.ids),
            ("integration.exception", exception.ids),
            ("integration.attempt", self.message.attempt_ids.ids),
        ):
            self.assertTrue(ids)
            found = self.env[model].with_user(user).search([("id", "in", ids)])
            self.assertFalse(found, model)

    def test_outsider_has_no_access(self):
        user = new_test_user(self.env, login="hub_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["integration.message"].with_user(user).search([])

    def test_internal_methods_are_not_public(self):
        from odoo.service.model import get_public_method

        for name in ("_receive", "_settle", "_emit", "_raws"):
            with self.assertRaises(AccessError):
                get_public_method(self.env["integration.message"], name)
