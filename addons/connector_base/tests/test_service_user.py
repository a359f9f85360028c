from unittest.mock import patch

from odoo.exceptions import AccessDenied, AccessError
from odoo.tests import new_test_user, tagged

from ..lib.adapter import Call
from .common import HubCase
from .companies import visible_rows

RIGHTS = ("read", "write", "create", "unlink")


@tagged("post_install", "-at_install")
class TestServiceUser(HubCase):
    """A backend gets a user of its own, which is for no person and may do little."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        cls.service = cls.backend._make_service_user()

    def mine(self, records):
        return records.with_user(self.service)

    def refused(self, *acts):
        for number, act in enumerate(acts):
            with self.assertRaises(AccessError, msg=f"act {number}"), self.env.cr.savepoint():
                act()

    # who gets one

    def test_connecting_makes_one(self):
        self.backend.write({"user_id": False, "state": "draft"})
        self.backend.action_connect()
        self.assertEqual(self.backend.user_id, self.service, "the one it had before")
        self.assertEqual(self.backend._company_env().uid, self.service.id)
        self.assertFalse(self.backend._company_env().su)

    def test_connecting_keeps_the_user_that_was_chosen(self):
        chosen = new_test_user(self.env, login="chosen", groups="connector_base.group_service")
        self.backend.write({"user_id": chosen.id, "state": "draft"})
        self.backend.action_connect()
        self.assertEqual(self.backend.user_id, chosen)

    def test_each_backend_has_its_own(self):
        other = self.backend.copy({"name": "Other shop"})
        self.assertNotEqual(other._make_service_user(), self.service)

    def test_one_that_was_given_more_is_put_right(self):
        self.service.group_ids += self.env.ref("base.group_system")
        self.service.active = True
        self.assertEqual(self.backend._make_service_user(), self.service)
        self.assertEqual(self.service.group_ids, self.env.ref("connector_base.group_service"))
        self.assertFalse(self.service.active)

    def test_it_goes_with_its_backend_to_another_company(self):
        self.backend.user_id = self.service
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = new_test_user(self.env, login="chosen", groups="connector_base.group_service")
        self.backend.copy({"name": "Other shop", "user_id": other.id}).company_id = company
        self.backend.company_id = company
        self.assertEqual(self.service.company_ids, company)
        self.assertNotEqual(other.company_ids, company, "a user that was chosen is nobody's to change")
        self.assertEqual(self.backend._company_env().companies, company)

    def test_a_right_that_it_lacks_is_told_at_once(self):
        def handle(flow, batch):
            flow.env["ir.config_parameter"].set_param("x", "y")

        with patch.object(self.registry["integration.flow"], "_handle_test_in", handle, create=True):
            message = self.receive(self.flow, {"n": 1})
            self.drain(self.flow)
        self.assertEqual((message.state, message.error_class), ("blocked", "configuration"))
        self.assertIn("ir.config_parameter", self.exceptions("configuration").cause)

    # nobody logs in as it

    def test_no_password_logs_in(self):
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", (self.service.id,))
        self.assertFalse(self.env.cr.fetchone()[0])
        self.service.password = "hunter22-secret"
        self.env.flush_all()
        credential = {"login": self.service.login, "password": "hunter22-secret", "type": "password"}
        with self.assertRaises(AccessDenied):
            self.env["res.users"].authenticate(credential, {"interactive": True})
        with self.assertRaises(AccessDenied):
            self.env["res.users"]._check_uid_passwd(self.service.id, "hunter22-secret")

    def test_no_api_key_logs_in(self):
        keys = self.mine(self.env["res.users.apikeys"]).sudo()
        key = keys._generate("rpc", "a key", None)
        self.assertFalse(keys._check_credentials(scope="rpc", key=key))
        self.service.active = True
        self.env.flush_all()
        self.assertEqual(keys._check_credentials(scope="rpc", key=key), self.service.id, "the key itself was right")

    def test_it_is_no_role_of_a_person(self):
        people = ("group_viewer", "group_operator", "group_manager", "group_admin")
        self.assertFalse(any(self.service.has_group(f"connector_base.{group}") for group in people))
        self.assertFalse(self.service.has_group("base.group_system"))
        self.assertFalse(self.service.has_group("base.group_erp_manager"))
        self.assertNotIn(self.service, self.env["res.users"].search([]))
        self.assertNotIn(self.service.partner_id, self.env["res.partner"].search([]))

    # and nothing more

    def test_credentials_and_settings(self):
        self.backend._set_secret("password", "hunter22-secret")
        backend = self.mine(self.backend)
        secrets = self.mine(self.env["integration.secret"])
        self.refused(
            lambda: secrets.search([]),
            lambda: secrets.search_read([], ["token"]),
            lambda: backend.read(["webhook_token"]),
            lambda: backend.read(["webhook_url"]),
            lambda: backend.write({"base_url": "https://elsewhere.example.com"}),
            lambda: backend.write({"user_id": 1}),
            backend.action_connect,
            backend.action_new_webhook_token,
            backend.action_adopt_database,
            backend.action_create_service_user,
            lambda: backend.action_pause_with("x"),
            lambda: self.mine(self.env["res.config.settings"]).create({}),
            lambda: self.mine(self.env["ir.config_parameter"]).search([]),
            lambda: self.mine(self.env["res.users"]).create({"name": "x", "login": "x"}),
            lambda: self.mine(self.env.ref("base.user_admin")).write({"name": "x"}),
            lambda: self.mine(self.service).write({"group_ids": [(4, self.env.ref("base.group_system").id)]}),
        )

    def test_set_up_and_audit(self):
        mapping = self.env["integration.mapping"].create(
            {"backend_id": self.backend.id, "kind": "payment", "external_value": "x", "odoo_value": "y"}
        )
        message = self.mine(self.receive(self.flow, {"n": 1}))
        entry = self.mine(self.env["integration.audit"]._record(self.backend, "test"))
        exception = self.mine(self.env["integration.exception"]._report(self.backend, "data", "Cause"))
        rules = self.mine(self.env["integration.exception.rule"])
        self.refused(
            lambda: self.mine(self.flow).write({"batch_size": 1}),
            lambda: self.mine(mapping).write({"odoo_value": "z"}),
            lambda: self.mine(mapping)._apply_fix(self.mine(self.backend), "payment", "x", value="z"),
            lambda: rules.create({"name": "x"}),
            lambda: entry.read(["reason"]),
            lambda: entry.write({"reason": "x"}),
            lambda: message.write({"state": "done"}),
            lambda: message.unlink(),
            message.action_replay,
            message.action_cancel,
            message.action_show_payload,
            lambda: exception.write({"state": "resolved"}),
            lambda: exception.action_resolve_with("x"),
        )

    def test_other_companies(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        backend = self.env["integration.backend"].create(
            {"name": "Elsewhere", "kind": "test", "company_id": company.id, "base_url": "https://b.example.com"}
        )
        flow = self.env["integration.flow"].create(
            {"name": "in", "code": "test.in", "backend_id": backend.id, "direction": "in"}
        )
        message = self.receive(flow, {"n": 1})
        self.env["integration.exception"]._report(backend, "data", "Cause", message=message)
        self.env["integration.attempt"]._start(message.ids)
        self.env["integration.call"]._plan(message, [Call("k", "test", b"")])
        leaks, tested = visible_rows(self.env, self.service)
        self.assertEqual(leaks, {})
        expected = ("backend", "flow", "message", "exception", "attempt", "call")
        self.assertLessEqual({f"integration.{name}" for name in expected}, tested)

    def test_our_tables_are_only_read(self):
        rights = {
            (name, right)
            for name in self.env.registry
            if self.env[name]._original_module == "connector_base" and not self.env[name]._abstract
            for right in RIGHTS
            if self.mine(self.env[name]).has_access(right)
        }
        tables = ("backend", "flow", "message", "call", "attempt", "exception", "mapping", "release")
        self.assertEqual(rights, {(f"integration.{name}", "read") for name in tables})
