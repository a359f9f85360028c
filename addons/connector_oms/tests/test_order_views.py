from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user

from .builder import hold, order, payment
from .order_case import OrderCase


class TestOrderViews(OrderCase):
    """What people see, by role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        cls.clerk = new_test_user(cls.env, "clerk", "sales_team.group_sale_salesman_all_leads", **company)
        cls.operator = new_test_user(
            cls.env,
            "operator",
            "sales_team.group_sale_salesman_all_leads,connector_base.group_operator",
            **company,
        )

    def _held(self):
        return self.bring(order(1, holds=(hold("fraud", "High risk"),), payments=(payment(10),)))

    def test_clerk_opens_a_held_order(self):
        """Without any role in the hub: the facts are read, not the backend."""
        sale = self._held()
        with Form(sale.with_user(self.clerk)) as form:
            self.assertEqual(form.integration_hold_reason, "High risk")
            (shown,) = form.integration_banner
            self.assertEqual((shown["cause"], shown["fixes"], shown["can_open"]), ("High risk", [], False))
            self.assertEqual(len(form.integration_payment_ids), 1)
        with self.assertRaises(AccessError):
            sale.with_user(self.clerk).integration_backend_id.base_url  # noqa: B018

    def test_operator_releases_in_the_form(self):
        sale = self._held().with_user(self.operator)
        action = sale.action_integration_release()
        wizard = Form(self.env[action["res_model"]].with_user(self.operator).with_context(**action["context"]))
        wizard.reason = "Checked"
        wizard.save().action_release()
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.integration_hold_ids.released_by_id, self.operator)

    def test_operator_opens_exceptions_and_orders_of_a_backend(self):
        sale = self._held()
        action = sale.with_user(self.operator).action_open_integration_exceptions()
        found = self.env["integration.exception"].with_user(self.operator).search(action["domain"])
        self.assertEqual(found.category, "fraud")
        backend = self.backend.with_user(self.operator)
        self.assertEqual(backend.order_count, 1)
        self.assertEqual(self.env["sale.order"].search(backend.action_open_orders()["domain"]), sale)

    def test_links_of_another_company_are_hidden(self):
        self._held()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "connector_base.group_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for model in ("integration.order.binding", "integration.partner.binding", "integration.product.binding"):
            bindings = self.env[model].with_user(stranger)
            self.assertFalse(bindings.with_context(allowed_company_ids=other.ids).search([]))

    def test_every_list_and_form_of_the_addon_opens(self):
        for model in (
            "integration.order.binding",
            "integration.partner.binding",
            "integration.product.binding",
            "integration.location.binding",
        ):
            views = self.env[model].get_views([(False, "list"), (False, "search")])
            self.assertIn("list", views["views"])
        self.assertIn("order_prefix", Form(self.backend)._view["fields"])
