"""Payouts: matched with the payments of orders, put to a person where they differ, booked once."""

from datetime import datetime, timezone
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..lib.documents import BalanceTransaction, Payout
from .builder import line, order, payment
from .order_case import OrderCase

NOW = datetime(2026, 5, 8, 6, 0, tzinfo=timezone.utc)


def moved(number, kind, amount, fee="0", payment_id="", currency="USD"):
    amount, fee = Decimal(amount), Decimal(fee)
    return BalanceTransaction(
        external_id=f"bt-{number}",
        kind=kind,
        type=kind.upper(),
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency=currency,
        payment_id=payment_id,
        at=NOW,
    )


@tagged("post_install", "-at_install")
class TestPayout(OrderCase):
    """Two paid orders, one of them partly paid back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payouts = cls.make_flow("payout.in")
        account = cls.env["account.account"].create
        accounts = {
            name: account({"name": name, "code": f"98{n}00", "account_type": "asset_current"}).id
            for n, name in enumerate(("clearing", "bank", "fee", "dispute", "other"))
        }
        cls.backend.write({f"payout_{name}_account_id": value for name, value in accounts.items()})
        cls.backend.payout_journal_id = cls.env["account.journal"].create(
            {"name": "Payouts", "code": "PAYO", "type": "general", "company_id": cls.company.id}
        )
        cls.keeper = new_test_user(
            cls.env,
            "payout_keeper",
            "base.group_user,account.group_account_invoice,connector_base.group_operator",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.first = order(1, [line("SKU-A", 1, "25.00")], payments=[payment("25.00", "p1")])
        self.second = order(
            2, [line("SKU-A", 1, "40.00")], payments=[payment("40.00", "p2"), payment("10.00", "p3", kind="refund")]
        )

    def tell(self, *parts, amount=None, status="paid", number=1):
        document = Payout(
            external_id=f"payout-{number}",
            name=f"110{number}",
            status=status,
            issued_at=NOW,
            amount=Decimal(amount) if amount else sum((part.net for part in parts), Decimal(0)),
            currency="USD",
            transactions=parts,
        )
        self.adapter.decoder = Payout.model_validate_json
        raw = document.model_dump_json().encode()
        message = self.receive(self.payouts, None, key=f"{status}/{len(parts)}/{amount}", raw=raw)
        self.drain(self.payouts)
        self.assertEqual(message.state, "done")
        self.adapter.decoder = self.order_decoder
        return self.env["integration.payout"].search([("external_id", "=", f"payout-{number}")])

    @property
    def parts(self):
        return (
            moved(1, "charge", "25.00", "1.03", "p1"),
            moved(2, "charge", "40.00", "1.46", "p2"),
            moved(3, "refund", "-10.00", payment_id="p3"),
            moved(4, "fee", "-5.00"),
        )

    def test_all_of_it_is_matched_and_booked_once(self):
        self.bring(self.first, self.second)
        payout = self.tell(*self.parts)
        self.assertEqual((payout.state, payout.open_count, payout.amount), ("matched", 0, 47.51))
        self.assertEqual(set(payout.line_ids.mapped("state")), {"matched"})
        self.assertFalse(self.exceptions("payment"))
        payout.with_user(self.keeper).action_book()
        booked = {line.account_id.name: round(line.balance, 2) for line in payout.move_id.line_ids}
        self.assertEqual(booked, {"clearing": -55.0, "fee": 7.49, "bank": 47.51})
        self.assertEqual((payout.move_id.state, payout.state), ("posted", "booked"))
        move = payout.move_id
        payout.action_book()
        self.tell(*self.parts, status="in_transit")
        self.assertEqual(payout.move_id, move)

    def test_order_that_comes_later_heals_it(self):
        self.bring(self.first)
        payout = self.tell(*self.parts)
        self.assertEqual(payout.open_count, 2)
        self.assertEqual(set(payout.line_ids.filtered("is_open").mapped("cause")), {"unknown"})
        exception = self.exceptions("payment").filtered(lambda one: one.res_model == "integration.payout")
        self.assertIn("2 transactions of payout 1101", exception.cause)
        with self.assertRaises(UserError):
            payout.action_book()
        self.bring(self.second)
        payout.action_match()
        self.assertEqual(payout.state, "matched")
        self.assertNotEqual(exception.state, "open")

    def test_told_twice_is_kept_once(self):
        self.bring(self.first, self.second)
        self.tell(*self.parts)
        payout = self.tell(*self.parts, moved(5, "fee", "-1.00"))
        self.assertEqual(len(payout.line_ids), 5)
        self.assertEqual(payout.amount, 46.51)

    def test_one_payment_is_settled_once(self):
        self.bring(self.first)
        payout = self.tell(moved(1, "charge", "25.00", "1.03", "p1"), moved(9, "charge", "25.00", "1.03", "p1"))
        self.assertEqual(payout.line_ids.mapped("state"), ["matched", "difference"])
        self.assertEqual(payout.line_ids[1].cause, "taken")

    def test_difference_is_accepted_within_a_persons_limit(self):
        self.bring(self.first)
        payout = self.tell(moved(1, "charge", "24.99", "1.03", "p1"))
        wrong = payout.line_ids
        self.assertEqual((wrong.state, wrong.cause, round(wrong.off, 2)), ("difference", "amount", -0.01))
        action = wrong.with_user(self.keeper).action_accept()
        wizard = self.env[action["res_model"]].with_user(self.keeper).with_context(**action["context"])
        wizard.create({"reason": "a cent of rounding"}).action_apply()
        self.assertEqual((wrong.state, wrong.user_id, payout.state), ("accepted", self.keeper, "matched"))
        self.assertFalse(self.exceptions("payment").filtered(lambda one: one.res_model == "integration.payout"))

    def test_difference_above_the_limit_needs_somebody_else(self):
        self.bring(self.first)
        payout = self.tell(moved(1, "charge", "2500.00", "1.03", "nobody"))
        with self.assertRaises(AccessError):
            payout.line_ids.with_user(self.keeper)._accept("trust me")
        self.assertEqual(payout.line_ids.state, "unmatched")

    def test_payout_that_does_not_add_up_is_reported(self):
        self.bring(self.first)
        payout = self.tell(moved(1, "charge", "25.00", "1.03", "p1"), amount="30.00")
        self.assertEqual((payout.state, round(payout.gap, 2)), ("open", 6.03))
        self.assertTrue(self.exceptions("payment").filtered(lambda one: one.res_model == "integration.payout"))

    def test_nothing_is_booked_without_accounts(self):
        self.backend.payout_fee_account_id = False
        self.bring(self.first)
        payout = self.tell(moved(1, "charge", "25.00", "1.03", "p1"))
        with self.assertRaises(UserError):
            payout.action_book()
        self.assertFalse(payout.move_id)

    def test_scheduled_payout_is_not_booked(self):
        self.bring(self.first)
        payout = self.tell(moved(1, "charge", "25.00", "1.03", "p1"), status="scheduled")
        with self.assertRaises(UserError):
            payout.action_book()

    def test_books_and_channel(self):
        sale = self.bring(self.first)
        invoice = self.invoice(sale)
        check = self.env["integration.books.check"].create({"backend_id": self.backend.id})
        check.action_run()
        self.assertEqual((check.order_count, len(check.line_ids)), (1, 0))
        sale.integration_source_total = 24.0
        check.action_run()
        self.assertEqual((check.line_ids.order_id, round(check.line_ids.off, 2)), (sale, 1.0))
        self.assertEqual(invoice.amount_total, 25.0)

    def test_screens_open(self):
        for model, views in (
            ("integration.payout", ("list", "form", "search")),
            ("integration.payout.accept", ("form",)),
            ("integration.books.check", ("form",)),
        ):
            self.env[model].get_views([(False, view) for view in views])
