from odoo.tests import new_test_user, tagged

from . import builder
from .order_case import OrderCase

ADA = "ada@example.com"


@tagged("post_install", "-at_install")
class TestPersonOrders(OrderCase):
    """A person's orders lead to their messages; forgotten ones are not imported again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env,
            login="forget_oms",
            groups="connector_base.group_admin",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.person = cls.env["integration.person"].with_user(cls.admin)

    def test_messages_are_found_by_the_order_when_the_fingerprints_are_gone(self):
        document = builder.order(601, lines=[builder.line("SKU-A")], email=ADA)
        sale = self.bring(document)
        other = self.bring(builder.order(602, lines=[builder.line("SKU-A")], email="bob@example.com"))
        self.env["integration.term"].sudo().search([("kind", "=", "email")]).unlink()
        sale.partner_id.email = ADA
        found = self.person._find(ADA)
        self.assertEqual(found.partners, sale.partner_id)
        self.assertIn(document.external_id, found.messages.mapped("business_key"))
        self.assertNotIn(other.integration_external_id, found.messages.mapped("business_key"))
        (links,) = found.bindings
        self.assertEqual((links._name, links.record_id), ("integration.partner.binding", sale.partner_id))

    def test_forgotten_order_is_not_imported_twice(self):
        document = builder.order(603, lines=[builder.line("SKU-A")], email=ADA)
        sale = self.bring(document)
        message = self.env["integration.message"].search([("business_key", "=", document.external_id)])
        self.assertEqual(self.person._forget(ADA)["messages"], len(message))
        self.assertEqual(message._raws()[message.id], b"")
        self.assertTrue(sale.exists())
        again = self.receive(
            self.flow, None, key=message.key, business_key=message.business_key, raw=document.model_dump_json().encode()
        )
        self.assertFalse(again)
        # the shop tells of it in a new message: still one order
        self.send(document)
        found = self.env["sale.order"].search([("integration_external_id", "=", document.external_id)])
        self.assertEqual(found, sale)

    def test_what_was_said_about_a_return_is_forgotten(self):
        sale = self.bring(builder.order(604, lines=[builder.line("SKU-A")], email=ADA))
        sale.partner_id.email = ADA
        values = {
            "name": "R1",
            "backend_id": self.backend.id,
            "external_id": "return-604",
            "order_id": sale.id,
            "state": "open",
            "line_ids": [
                (0, 0, {"external_id": "rl-604", "order_line_id": sale.order_line.id, "note": "My baby cried"})
            ],
        }
        entry = self.env["integration.return"].create(values)
        flow = self.make_flow("return.out")
        entry._tell("close")
        self.assertIn(
            entry, self.env["integration.return"].browse(self.person._records_of(sale.partner_id)[entry._name])
        )
        self.assertIn(flow, self.person._find(ADA).messages.flow_id)
        self.person._forget(ADA)
        self.assertFalse(entry.line_ids.note)
