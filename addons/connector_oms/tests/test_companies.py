from odoo.tests import tagged

from odoo.addons.connector_base.tests.companies import stranger, visible_rows

from .builder import order
from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestCompanies(OrderCase):
    """What an order leaves in our tables is seen by its own company only."""

    def test_no_row_is_seen(self):
        self.bring(order(financial_status="pending"), order(2))
        leaks, tested = visible_rows(self.env, stranger(self.env))
        self.assertEqual(leaks, {})
        expected = ("order.binding", "partner.binding", "message", "attempt")
        self.assertLessEqual({f"integration.{name}" for name in expected}, tested)
