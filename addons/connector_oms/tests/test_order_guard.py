from unittest.mock import patch

from odoo import SUPERUSER_ID, api, sql_db
from odoo.tests import tagged

from ..models.integration_partner_guard import IntegrationPartnerGuard
from .builder import customer, order
from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestOrderGuard(OrderCase):
    """Two workers, one customer: the second leaves these orders to a later batch."""

    def setUp(self):
        super().setUp()
        self.enterContext(patch("odoo.addons.connector_base.models.integration_flow_drain.DEFERRED_SECONDS", 0))

    def another_worker(self):
        """An environment of a transaction that is not the test's."""
        cr = sql_db.db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def receive_orders(self, *documents):
        messages = [
            self.receive(
                self.flow, None, key=d.external_id, business_key=d.external_id, raw=d.model_dump_json().encode()
            )
            for d in documents
        ]
        self.flow._drain_batch()
        self.env.invalidate_all()
        return messages

    def sales(self):
        return self.env["sale.order"].search([("integration_backend_id", "=", self.backend.id)])

    def test_orders_of_a_customer_at_work_wait_and_the_others_go_on(self):
        other = self.another_worker()
        other["integration.partner.guard"]._busy(self.backend, ["id:customer-1"])
        waiting, done = self.receive_orders(order(1), order(2))
        self.assertEqual((waiting.state, done.state), ("pending", "done"))
        self.assertEqual(waiting.attempt_ids.mapped("error_class"), ["conflict"])
        self.assertEqual(waiting.attempt_count, 0)
        self.assertFalse(self.exceptions())
        self.assertEqual(self.sales().mapped("integration_number"), ["#2"])
        self.assertFalse(self.env["res.partner"].search([("email", "=", "jane1@example.com")]))

        other.cr.rollback()
        self.flow._drain_batch()
        waiting.invalidate_recordset()
        self.assertEqual(waiting.state, "done")
        self.assertEqual(sorted(self.sales().mapped("integration_number")), ["#1", "#2"])

    def test_customer_that_somebody_has_just_committed_is_left_to_a_newer_snapshot(self):
        fresh = iter([set(), {("email:jane1@example.com", 4711)}])
        with patch.object(IntegrationPartnerGuard, "_known", lambda self, backend, keys: next(fresh)):
            waiting, done = self.receive_orders(order(1), order(2))
        self.assertEqual((waiting.state, done.state), ("pending", "done"))

    def test_customer_that_is_linked_with_this_address_needs_no_lock(self):
        self.bring(order(1))
        other = self.another_worker()
        other["integration.partner.guard"]._busy(self.backend, ["id:customer-1", "email:jane1@example.com"])
        (message,) = self.receive_orders(order(2, customer=customer(1)))
        self.assertEqual(message.state, "done")

    def test_new_address_of_a_known_customer_is_made_by_one_worker(self):
        partner = self.bring(order(1)).partner_id
        other = self.another_worker()
        other["integration.partner.guard"]._busy(self.backend, [f"contact:{partner.id}"])
        moved = order(2).shipping_address.model_copy(update={"street": "2 Other Street"})
        (message,) = self.receive_orders(order(2, customer=customer(1), shipping_address=moved))
        self.assertEqual(message.state, "pending")
