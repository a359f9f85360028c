import re

from odoo.tests import new_test_user, tagged

from ..models.integration_find import BY_NAME
from . import builder
from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestStory(OrderCase):
    """An order is found by what a caller has in hand, and its story holds all of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(
            cls.env,
            login="story_oms",
            groups="connector_base.group_operator",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def ship(self, sale, tracking="TRACK-1"):
        """Deliver the order."""
        picking = sale.picking_ids
        picking.move_ids.quantity = picking.move_ids.product_uom_qty
        picking.carrier_tracking_ref = tracking
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def find(self, text):
        return self.env["integration.find"].with_user(self.operator).action_find(text)["chains"]

    def test_order_is_found_by_every_number_it_has(self):
        document = builder.order(501, lines=[builder.line("SKU-A")], email="ada@example.com", po_number="PO-9")
        sale = self.bring(document)
        picking = self.ship(sale)
        for text in (
            sale.name,
            sale.name.lower(),
            document.number,
            document.external_id,
            "po-9",
            "TRACK-1",
            picking.name,
        ):
            (chain,) = self.find(text)
            self.assertEqual(chain["correlation"], sale.integration_correlation, text)
        self.operator.group_ids += self.env.ref("connector_base.group_find_person")
        (chain,) = self.find("ada@example.com")
        self.assertEqual(chain["correlation"], sale.integration_correlation)

    def test_story_from_order_to_shipment(self):
        sale = self.bring(builder.order(502, lines=[builder.line("SKU-A")]))
        picking = self.ship(sale)
        invoice = self.invoice(sale)
        story = self.env["integration.timeline"].with_user(self.operator).action_read(sale.integration_correlation)
        told = "\n".join(entry["title"] for entry in story["entries"])
        for part in (
            "received",
            "applied",
            f"Order {sale.name} created",
            f"Order {sale.name} confirmed",
            f"Transfer {picking.name} done",
            f"Invoice {invoice.name} made",
        ):
            self.assertIn(part, told)
        self.assertIn(sale.name, story["title"])
        self.assertFalse(
            [entry for entry in story["entries"] if entry["model"] == "account.move"],
            "no link to what the reader may not open",
        )

    def test_order_and_transfer_lead_to_it(self):
        sale = self.bring(builder.order(503, lines=[builder.line("SKU-A")]))
        for record in (sale, sale.picking_ids):
            action = record.action_open_integration_story()
            self.assertEqual(action["params"]["correlation"], sale.integration_correlation)

    def test_names_are_looked_up_by_index(self):
        for model, query in BY_NAME:
            alias, column = re.search(r"WHERE (\w)\.(\w+) = ANY", query).groups()
            (table,) = re.findall(rf"(?:FROM|JOIN) (\w+) {alias}\b", query)
            self.env.cr.execute(
                """SELECT pg_get_expr(i.indpred, i.indrelid) FROM pg_index i
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                    WHERE i.indrelid = %s::regclass AND a.attname = %s""",
                (table, column),
            )
            # what a partial index leaves out, the query leaves out too
            wanted = [re.findall(r"\w+(?= IS NOT NULL)", row[0] or "") for row in self.env.cr.fetchall()]
            usable = [names for names in wanted if all(f"{alias}.{name} IS NOT NULL" in query for name in names)]
            self.assertTrue(usable, f"{model} by {column}: {wanted}")
