from .builder import hold, line, order
from .desk_case import DeskOrderCase


class TestBanners(DeskOrderCase):
    """What the documents themselves show."""

    def test_order_transfer_and_invoice_show_cause_and_fixes(self):
        sale = self.bring(order(1, [line("SKU-A", 5, "50.00")]))
        invoice = self.invoice(sale)
        exception = self.env["integration.exception"]._report(self.backend, "change", "Changed", record=sale)
        for record in (sale, invoice):
            (shown,) = record.with_user(self.ann).sudo().integration_banner
            self.assertEqual((shown["id"], shown["cause"]), (exception.id, "Changed"))
            self.assertIn("accept", [fix["code"] for fix in shown["fixes"]])
        picking = sale.picking_ids
        self.env["integration.exception"]._report(self.backend, "allocation", "None", record=picking)
        (shown,) = picking.integration_banner
        self.assertEqual(shown["fixes"][0]["code"], "reserve")
        self.assertEqual(picking.integration_exception_count, 1)

    def test_rules_by_warehouse(self):
        self.env["integration.exception.rule"].search([]).unlink()
        self.env["integration.exception.rule"].create({"warehouse_id": self.warehouse.id, "user_id": self.ann.id})
        self.bring(order(1, holds=(hold("fraud"),)))
        self.assertEqual(self.exceptions("fraud").user_id, self.ann)
        self.send(order(2, [line("GONE")]))
        self.assertEqual(self.exceptions("product").user_id, self.ann)
