from odoo.exceptions import AccessError

from odoo.addons.connector_base.lib.fixes import covered

from .builder import line, order
from .desk_case import DeskOrderCase

NAMED = {
    "backorder",
    "partial",
    "allocation",
    "return",
    "address",
    "tax",
    "payment",
    "product",
    "uom",
    "supplier_late",
    "duplicate",
    "pick",
    "short",
    "discrepancy",
    "automation",
}


class TestCatalogue(DeskOrderCase):
    """Each cause has a name, words and something to do about it."""

    def test_every_named_queue_has_label_and_fix(self):
        exceptions = self.env["integration.exception"]
        labels = dict(exceptions._fields["category"]._description_selection(self.env))
        self.assertFalse(NAMED - labels.keys())
        self.assertFalse(NAMED - covered(exceptions._fix_catalogue()))

    def test_queues_that_other_addons_will_fill_explain_themselves(self):
        advice = self.env["integration.exception"]._category_advice()
        for category in NAMED - {"product", "tax", "address", "payment"}:
            exception = self.env["integration.exception"]._report(self.backend, category)
            self.assertEqual((exception.cause, exception.suggestion), advice[category])

    def test_every_fix_has_a_wizard_with_a_form(self):
        for fix in self.env["integration.exception"]._fix_catalogue():
            views = self.env[fix.model].with_user(self.ann).get_views([(False, "form")])
            self.assertIn("action_apply", views["views"]["form"]["arch"])

    def test_every_fix_has_a_name_in_the_audit(self):
        names = self.env["integration.audit"]._action_names()
        codes = {f"exception.{fix.code}" for fix in self.env["integration.exception"]._fix_catalogue()}
        self.assertFalse(codes - names.keys())

    def test_every_decision_says_what_happens_and_does_something(self):
        wizard = self.env["integration.fix.decide"]
        for fix in self.env["integration.exception"]._fix_catalogue():
            if fix.model == wizard._name:
                self.assertTrue(wizard._effects().get(fix.code), fix.code)
                self.assertTrue(hasattr(wizard, f"_mend_{fix.code}"), fix.code)

    def test_found_by_order_sku_and_customer(self):
        self.send(order(1, [line("GONE")]))
        found = self.exceptions("product").with_user(self.ann)
        for domain in (
            [("res_name", "ilike", "#1")],
            [("group_key", "ilike", "GONE")],
            [("customer", "ilike", "jane")],
            [("warehouse_id", "=", self.warehouse.id)],
        ):
            self.assertEqual(found.search([*domain, ("state", "=", "open")]), found)
        with self.assertRaises(AccessError):
            found.with_user(self.eve).read(["customer"])
