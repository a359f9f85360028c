from odoo import api, models

#: a purchase order is told with the orders it was made for, else on its own
OF_PURCHASE = """SELECT COALESCE(led.integration_correlation, r.integration_correlation), r.name
             FROM purchase_order r
             LEFT JOIN LATERAL (
                  SELECT s.integration_correlation FROM stock_reference_purchase_rel p
                    JOIN stock_reference_sale_rel l ON l.reference_id = p.reference_id
                    JOIN sale_order s ON s.id = l.sale_id
                   WHERE p.purchase_id = r.id AND s.integration_correlation IS NOT NULL
                   ORDER BY s.id DESC LIMIT 50) led ON TRUE"""
#: (model, indexed look-up) of what people call by name; the extra conditions are those of the index
BY_NAME = (
    (
        "sale.order",
        """SELECT r.integration_correlation, r.name FROM sale_order r
            WHERE r.name = ANY(%(texts)s) AND r.integration_correlation IS NOT NULL""",
    ),
    (
        "sale.order",
        """SELECT r.integration_correlation, r.name FROM sale_order r
            WHERE r.integration_number = ANY(%(texts)s) AND r.integration_number IS NOT NULL
              AND r.integration_correlation IS NOT NULL""",
    ),
    (
        "sale.order",
        """SELECT r.integration_correlation, r.name FROM sale_order r
            WHERE r.integration_external_id = ANY(%(texts)s) AND r.integration_external_id IS NOT NULL
              AND r.integration_correlation IS NOT NULL""",
    ),
    (
        "stock.picking",
        """SELECT r.integration_correlation, r.name FROM stock_picking r
            WHERE r.name = ANY(%(texts)s) AND r.integration_correlation IS NOT NULL""",
    ),
    (
        "stock.picking",
        """SELECT r.integration_correlation, r.name FROM stock_picking r
            WHERE r.carrier_tracking_ref = ANY(%(texts)s) AND r.carrier_tracking_ref IS NOT NULL
              AND r.integration_correlation IS NOT NULL""",
    ),
    (
        "stock.picking",
        """SELECT r.integration_correlation, r.name
             FROM integration_shipment_binding b JOIN stock_picking r ON r.id = b.record_id
            WHERE b.tracking = ANY(%(texts)s) AND b.tracking IS NOT NULL
              AND r.integration_correlation IS NOT NULL""",
    ),
    (
        "account.move",
        """SELECT r.integration_correlation, r.name FROM account_move r
            WHERE r.name = ANY(%(texts)s) AND r.integration_correlation IS NOT NULL""",
    ),
    (
        "purchase.order",
        f"""{OF_PURCHASE}
            WHERE r.name = ANY(%(texts)s) AND r.integration_correlation IS NOT NULL""",
    ),
    (
        "purchase.order",
        f"""{OF_PURCHASE}
            WHERE r.partner_ref = ANY(%(texts)s) AND r.partner_ref IS NOT NULL
              AND r.integration_correlation IS NOT NULL""",
    ),
)
MINE = " AND r.company_id = ANY(%(companies)s) LIMIT 50"


class IntegrationFind(models.AbstractModel):
    """Finds chains by what Odoo, suppliers and carriers call their orders, transfers and invoices."""

    _inherit = "integration.find"

    @api.model
    def _find_records(self, texts):
        found = super()._find_records(texts)
        companies = self.env.companies.ids
        for model, query in BY_NAME:
            self.env[model].flush_model()
            self.env.cr.execute(query + MINE, {"texts": texts, "companies": companies})
            for correlation, name in self.env.cr.fetchall():
                found.setdefault(correlation, name)
        return found
