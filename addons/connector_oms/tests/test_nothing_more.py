from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .builder import order
from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestViewer(OrderCase):
    """Who only looks sees no customer's data, by no way round."""

    def test_no_wizard_tells_the_address(self):
        sale = self.bring(order(financial_status="pending"))
        exception = self.exceptions("payment")
        self.assertEqual(exception._orders(), sale)
        for role, may in (("viewer", False), ("operator", True)):
            user = new_test_user(
                self.env,
                login=role,
                groups=f"connector_base.group_{role}",
                company_id=self.company.id,
                company_ids=[(6, 0, self.company.ids)],
            )
            for name, field in (("address", "street"), ("link", "order_id")):
                wizard = self.env[f"integration.fix.{name}"].with_user(user)
                wizard = wizard.with_context(default_exception_ids=exception.ids)
                if may:
                    self.assertIn(field, wizard.default_get([field]), name)
                    continue
                with self.assertRaises(AccessError, msg=name):
                    wizard.default_get([field])
