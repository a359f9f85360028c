from odoo.tests import tagged

from .builder import charge, line, order, tax
from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestMappingPreview(OrderCase):
    """What recent orders would have become with another mapping."""

    def preview(self, kind, external_value, record):
        version = self.env["integration.mapping"]._propose(self.backend, kind, external_value, record=record)
        wizard = self.env["integration.mapping.preview"].create({"version_id": version.id})
        wizard.action_look()
        return wizard

    def test_tax_of_orders_that_are_in_already(self):
        other = self.make_tax("Other", 19)
        taxed = order(lines=[line("SKU-A", 1, "10.00", [tax(19, "1.90")])])
        free = order(2, lines=[line("SKU-A", 1, "10.00")])
        messages = self.send(taxed, free)
        preview = self.preview("tax", "VAT|19||excluded", other)
        self.assertEqual(preview.looked_at, 2)
        self.assertEqual(preview.line_ids.message_id, messages[0])
        self.assertEqual(preview.line_ids.now, "Taxes: VAT → VAT")
        self.assertEqual(preview.line_ids.then, "Taxes: VAT → Other")

    def test_order_that_waits_for_a_tax_would_go_on(self):
        message = self.send(order(lines=[line("SKU-A", 1, "10.00", [tax(7, "0.70", "Reduced")])]))
        self.assertEqual(message.state, "blocked")
        preview = self.preview("tax", "Reduced|7||excluded", self.vat)
        self.assertIn("Reduced", preview.line_ids.now)
        self.assertIn("Needs a person: –", preview.line_ids.then)
        self.env.invalidate_all()
        self.assertEqual(message.state, "blocked", "looking changes nothing")
        self.assertTrue(self.exceptions("tax"))

    def test_delivery_method(self):
        product = self.env["product.product"].create({"name": "Express", "type": "service"})
        carrier = self.env["delivery.carrier"].create({"name": "Express", "product_id": product.id})
        shipping = charge("shipping", "5.00", code="express")
        self.send(order(lines=[line("SKU-A", 1, "10.00")], charges=[shipping]))
        preview = self.preview("carrier", "express", carrier)
        self.assertEqual(preview.line_ids.now, "Delivery method: –")
        self.assertEqual(preview.line_ids.then, "Delivery method: Express")
