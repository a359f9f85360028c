from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .builder import line, order, tax
from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestServiceUser(OrderCase):
    """A backend's own user does all of its work, and nothing more."""

    def setUp(self):
        super().setUp()
        self.service = self.backend.user_id

    def test_orders_are_made_by_the_service_user_without_superuser_rights(self):
        seen = []
        importer = self.registry["integration.order.importer"]
        work = importer._import

        def spy(model, flow, batch):
            seen.append((model.env.uid, model.env.su, flow.env.su))
            return work(model, flow, batch)

        with patch.object(importer, "_import", spy):
            sale = self.bring(order(lines=[line("SKU-A", 1, "10.00", [tax(19, "1.90")])]))
        self.assertEqual(seen, [(self.service.id, False, False)])
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.create_uid, self.service)
        self.assertEqual(sale.partner_id.create_uid, self.service)
        self.assertFalse(self.exceptions().mapped("cause"))

    def test_nothing_more(self):
        backend = self.backend.with_user(self.service)
        backend._set_secret("password", "hunter22-secret")
        sale = self.bring(order())
        entry = self.env["integration.audit"]._record(sale, "test")
        for model, ids in (("integration.secret", []), ("integration.audit", entry.ids)):
            with self.assertRaises(AccessError, msg=model):
                self.env[model].with_user(self.service).browse(ids).check_access("read")
        with self.assertRaises(AccessError):
            backend.read(["webhook_token"])
        for act in (
            lambda: backend.write({"base_url": "https://elsewhere.example.com"}),
            lambda: backend.flow_ids[0].write({"batch_size": 1}),
            lambda: self.env["integration.mapping"].with_user(self.service)._apply_fix(backend, "tax", "x", self.vat),
            lambda: self.env["integration.message"].with_user(self.service).search([], limit=1).action_replay(),
            lambda: self.env["integration.message"].with_user(self.service).search([], limit=1).unlink(),
            lambda: self.env["res.users"].with_user(self.service).create({"name": "x", "login": "x"}),
            lambda: self.env["product.product"].with_user(self.service).create({"name": "x"}),
            lambda: self.env["account.tax"].with_user(self.service).create({"name": "x"}),
            lambda: self.env["ir.config_parameter"].with_user(self.service).set_param("x", "y"),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                act()

    def test_nobody_logs_in_as_it(self):
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", (self.service.id,))
        self.assertFalse(self.env.cr.fetchone()[0])
        self.assertEqual(self.service.company_ids, self.backend.company_id)
        people = ("group_viewer", "group_operator", "group_manager", "group_admin")
        self.assertFalse(any(self.service.has_group(f"connector_base.{group}") for group in people))
