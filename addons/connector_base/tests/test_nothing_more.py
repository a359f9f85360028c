from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..lib.adapter import Call
from ..models.integration_alert_delivery import URL
from .common import HubCase
from .companies import company_models, stranger, visible_rows


@tagged("post_install", "-at_install")
class TestCompanies(HubCase):
    """A user of company B sees no row of company A, in any table."""

    def test_every_table_has_a_company_rule(self):
        user = stranger(self.env)
        env = self.env(user=user)
        for name in company_models(self.env):
            if not env["ir.model.access"].check(name, "read", raise_exception=False):
                continue  # nobody reads it at all
            domain = str(env["ir.rule"]._compute_domain(name, "read"))
            self.assertIn("'company_id', 'in'", domain, f"{name} has no company rule")

    def test_no_row_is_seen(self):
        flow = self.make_flow("test.in")
        message = self.receive(flow, {"n": 1})
        message._settle("blocked", error="x")
        self.env["integration.exception"]._report(self.backend, "data", "Cause", message=message)
        self.env["integration.attempt"]._start(message.ids)
        self.env["integration.call"]._plan(message, [Call("k", "test", b"")])
        self.env["integration.mapping"].create(
            {"backend_id": self.backend.id, "kind": "payment", "external_value": "x", "odoo_value": "y"}
        )
        self.env["integration.audit"]._record(self.backend, "test")
        leaks, tested = visible_rows(self.env, stranger(self.env))
        self.assertEqual(leaks, {})
        expected = ("backend", "flow", "message", "exception", "attempt", "call", "mapping", "mapping.version", "audit")
        self.assertLessEqual({f"integration.{name}" for name in expected}, tested)


@tagged("post_install", "-at_install")
class TestOperator(HubCase):
    """An operator works the exceptions, and nothing more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        cls.operator = new_test_user(cls.env, login="only_operator", groups="connector_base.group_operator")

    def mine(self, records):
        return records.with_user(self.operator)

    def refused(self, *acts, error=AccessError):
        for number, act in enumerate(acts):
            with self.assertRaises(error, msg=f"act {number}"), self.env.cr.savepoint():
                act()

    def test_credentials(self):
        self.backend._set_secret("password", "hunter22-secret")
        backend = self.mine(self.backend)
        secrets = self.mine(self.env["integration.secret"])
        self.refused(
            lambda: secrets.search([]),
            lambda: secrets.search_read([], ["token"]),
            lambda: backend.read(["webhook_token"]),
            lambda: backend.read(["webhook_url"]),
            lambda: backend.search([("webhook_token", "like", "a")]),
            lambda: backend.write({"base_url": "https://elsewhere.example.com"}),
            backend.action_new_webhook_token,
            backend.action_adopt_database,
            backend.action_create_service_user,
            backend.unlink,
        )
        self.refused(lambda: backend.export_data(["webhook_token"]), error=UserError)

    def test_unmasked_data(self):
        message = self.receive(self.flow, {"customer": {"email": "ada@example.com", "name": "Ada Lovelace"}})
        message = self.mine(message)
        everything = str(message.read(list(message.fields_get())))
        self.assertNotIn("ada@example.com", everything)
        self.assertNotIn("Lovelace", everything)
        self.refused(message.action_show_payload)
        self.refused(message.action_download_payload)
        self.refused(lambda: self.mine(self.env["integration.payload"]).create({"message_id": message.id}))

    def test_audit(self):
        entry = self.mine(self.env["integration.audit"]._record(self.backend, "test"))
        self.refused(
            lambda: entry.read(["reason"]),
            lambda: self.mine(self.env["integration.audit"]).search([]),
            lambda: entry.write({"reason": "x"}),
            lambda: self.mine(self.env["integration.audit.seal"]).search([]),
            lambda: self.mine(self.env["integration.audit.check"]).create({}),
        )

    def test_set_up(self):
        mapping = self.env["integration.mapping"].create(
            {"backend_id": self.backend.id, "kind": "payment", "external_value": "x", "odoo_value": "y"}
        )
        message = self.receive(self.flow, {"n": 1})
        self.refused(
            lambda: self.mine(self.flow).write({"batch_size": 1}),
            lambda: self.mine(mapping).write({"odoo_value": "z"}),
            lambda: self.mine(mapping).unlink(),
            lambda: self.mine(message).write({"state": "done"}),
            lambda: self.mine(message).unlink(),
            lambda: self.mine(message).action_cancel(),
            lambda: self.mine(self.env["res.config.settings"]).create({}).execute(),
        )

    def test_settings_without_a_record(self):
        self.env["ir.config_parameter"].set_param(URL, "https://pager.example.com/token")
        settings = self.mine(self.env["res.config.settings"])
        self.assertNotIn("pager.example.com", str(settings.get_values()))
        self.assertIn("pager.example.com", str(self.env["res.config.settings"].get_values()))
        self.refused(settings.set_values)
        self.assertEqual(self.env["ir.config_parameter"].get_param(URL), "https://pager.example.com/token")

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        backend = self.env["integration.backend"].create(
            {"name": "Elsewhere", "kind": "test", "company_id": company.id, "base_url": "https://b.example.com"}
        )
        exception = self.env["integration.exception"]._report(backend, "data", "Cause")
        self.assertFalse(self.mine(self.env["integration.exception"]).search([("id", "=", exception.id)]))
        mappings = self.mine(self.env["integration.mapping"])
        self.refused(
            lambda: self.mine(exception).action_resolve_with("x"),
            lambda: mappings._apply_fix(self.mine(backend), "payment", "x", value="y"),
        )
