from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .builder import address, hold, line, order, payment
from .order_case import OrderCase


class TestOrderHold(OrderCase):
    """What keeps an order back, and what lets it go on."""

    def test_paid_order_is_confirmed(self):
        sale = self.bring(order(1))
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.picking_ids.integration_correlation, sale.integration_correlation)
        self.assertFalse(self.exceptions())

    def test_unpaid_order_waits_and_goes_on_when_paid(self):
        document = order(1, financial_status="pending")
        sale = self.bring(document)
        self.assertEqual((sale.state, sale.integration_hold), ("draft", "payment"))
        self.assertEqual(self.exceptions("payment").res_id, sale.id)
        self.bring(self.update(document, financial_status="paid"))
        self.assertEqual((sale.state, sale.integration_hold), ("sale", False))
        self.assertFalse(self.exceptions())

    def test_authorized_payment_by_policy(self):
        self.backend.authorized_is_paid = False
        sales = self.bring(order(1, financial_status="authorized"))
        self.assertEqual(sales.integration_hold, "payment")

    def test_confirmed_at_once_by_policy(self):
        self.backend.confirm_policy = "always"
        self.assertEqual(self.bring(order(1, financial_status="pending")).state, "sale")

    def test_confirmed_by_hand_by_policy(self):
        self.backend.confirm_policy = "manual"
        sale = self.bring(order(1))
        self.assertEqual((sale.state, sale.integration_hold), ("draft", False))
        sale.action_confirm()
        self.assertEqual(sale.state, "sale")

    def test_fraud_hold_stands_against_everybody(self):
        self.backend.confirm_policy = "always"
        sale = self.bring(order(1, holds=(hold("fraud", "High risk"),)))
        self.assertEqual((sale.state, sale.integration_hold), ("draft", "fraud"))
        self.assertIn("High risk", self.exceptions("fraud").cause)
        with self.assertRaisesRegex(UserError, "High risk"):
            sale.action_confirm()

    def test_channel_lifts_its_hold(self):
        document = order(1, holds=(hold("fraud"),))
        sale = self.bring(document)
        self.bring(self.update(document, holds=()))
        self.assertEqual(sale.state, "sale")
        self.assertTrue(sale.integration_hold_ids.released_at)
        self.assertFalse(sale.integration_hold_ids.released_by_id)

    def test_fraud_found_after_confirmation_stops_the_delivery(self):
        document = order(1)
        sale = self.bring(document)
        sale.picking_ids.action_assign()
        self.bring(self.update(document, holds=(hold("fraud", "Stolen card"),)))
        self.assertEqual((sale.state, sale.integration_hold), ("sale", "fraud"))
        self.assertTrue(self.exceptions("fraud"))
        with self.assertRaisesRegex(UserError, "Stolen card"):
            sale.picking_ids.button_validate()
        sale._integration_release("Checked by phone")
        sale.picking_ids.button_validate()
        self.assertEqual(sale.picking_ids.state, "done")

    def test_accepted_difference_stays_accepted(self):
        document = order(1)
        totals = document.totals.model_copy(update={"total": document.totals.total + 1})
        wrong = document.model_copy(update={"totals": totals})
        sale = self.bring(wrong)
        self.assertEqual(sale.integration_hold, "total")
        self.bring(self.update(document, tags=("x",)).model_copy(update={"totals": totals}))
        self.assertEqual(sale.integration_hold, "total", "an update does not lift it")
        sale._integration_release("Agreed with the shop")
        self.assertEqual(sale.state, "sale")
        self.bring(self.update(document, 2).model_copy(update={"totals": totals}))
        self.assertFalse(self.exceptions("total"))

    def test_person_releases_with_a_reason(self):
        sale = self.bring(order(1, holds=(hold("fraud"),)))
        action = sale.action_integration_release()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"reason": "Spoke with the buyer"}).action_release()
        self.assertEqual((sale.state, sale.integration_hold), ("sale", False))
        released = sale.integration_hold_ids
        self.assertEqual(released.released_by_id, self.env.user)
        self.assertEqual(released.release_reason, "Spoke with the buyer")
        self.assertFalse(self.exceptions("fraud"))

    def test_release_asks_for_a_reason_and_a_role(self):
        sale = self.bring(order(1, holds=(hold("fraud"),)))
        with self.assertRaises(UserError):
            sale._integration_release(" ")
        clerk = new_test_user(
            self.env,
            "clerk",
            "sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            sale.with_user(clerk)._integration_release("Because")

    def test_released_hold_does_not_come_back(self):
        document = order(1, holds=(hold("fraud"),))
        self.backend.confirm_policy = "manual"
        sale = self.bring(document)
        sale._integration_release("Fine")
        self.bring(self.update(document, financial_status="paid"))
        self.assertFalse(sale.integration_hold)
        self.bring(self.update(document, minutes=2, holds=(hold("fraud", "Charged back"),)))
        self.assertEqual(sale.integration_hold_reason, "Charged back")

    def test_gravest_hold_is_shown_and_each_is_lifted_alone(self):
        document = order(1, financial_status="pending", holds=(hold("fraud"),))
        sale = self.bring(document)
        self.assertEqual(sale.integration_hold, "fraud")
        self.assertEqual(set(sale.integration_hold_ids.mapped("kind")), {"fraud", "payment"})
        self.bring(self.update(document, holds=()))
        self.assertEqual(sale.integration_hold, "payment")
        self.assertEqual(self.exceptions().category, "payment")

    def test_address_is_corrected_at_the_channel(self):
        document = order(1, shipping_address=address(state_code="ZZ", state_name="Zed"))
        sale = self.bring(document)
        self.bring(self.update(document, shipping_address=address(street="2 New Street")))
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.partner_shipping_id.street, "2 New Street")
        self.assertFalse(self.exceptions())

    def test_test_order(self):
        self.assertEqual(self.bring(order(1, is_test=True)).integration_hold, "test")
        self.backend.test_order_policy = "skip"
        self.assertFalse(self.bring(order(2, is_test=True)))
        self.backend.test_order_policy = "import"
        self.assertEqual(self.bring(order(3, is_test=True)).state, "sale")

    def test_shipped_elsewhere_before_it_was_imported(self):
        document = order(1, [line("SKU-A", 3, fulfilled_quantity=2)])
        sale = self.bring(document)
        self.assertEqual(sale.integration_hold, "shipped")
        self.bring(self.update(document, lines=document.lines))
        self.assertEqual((sale.integration_hold, sale.state), ("shipped", "draft"), "the next message lifts it not")

    def test_one_that_cannot_be_confirmed_does_not_stop_the_others(self):
        bad = self.make_product("SKU-X")
        with self._failing(bad):
            sales = self.bring(order(2, [line("SKU-X")]), order(3), order(4, [line("SKU-B")]))
        self.assertEqual(sales.mapped("state"), ["draft", "sale", "sale"])
        self.assertIn("No stock rule", self.exceptions("confirm").cause)

    def _failing(self, product):
        """Confirming an order of ``product`` fails as a missing rule would."""
        model = self.registry["sale.order"]
        original = model._action_confirm

        def confirm(orders):
            if product in orders.order_line.product_id:
                raise UserError("No stock rule")
            return original(orders)

        return patch.object(model, "_action_confirm", confirm)

    def test_payments_are_kept_as_data(self):
        paid = (payment("5.00"), payment("5.00", "pay-2", kind="authorization", status="pending"))
        document = order(1, payments=paid)
        sale = self.bring(document)
        self.assertEqual(sale.integration_payment_ids.mapped("amount"), [5, 5])
        later = (paid[0], paid[1].model_copy(update={"status": "success"}), payment(2, "pay-3"))
        self.bring(self.update(document, payments=later))
        payments = sale.integration_payment_ids
        self.assertEqual(payments.mapped("status"), ["success"] * 3)
        self.assertFalse(sale.invoice_ids)
