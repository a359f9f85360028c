from odoo import api, models
from odoo.tools import format_date

from ..lib.reports import LATE

#: what the queries below read
READ = (
    "purchase.order",
    "purchase.order.line",
    "sale.order",
    "stock.move",
    "stock.picking",
    "integration.backend",
    "integration.exception",
    "integration.product.binding",
)
#: purchase orders looked at in one run of the cron
BATCH = 500
#: orders of customers that are named in one exception
NAMED = 3

#: confirmed purchase orders of which goods are overdue, with the channel they concern and its
#: orders that wait: those they were made for, and due deliveries that lack the same products
OVERDUE = """
SELECT p.id, b.id, due.at, waits.orders
  FROM purchase_order p
  JOIN stock_picking_type t ON t.id = p.picking_type_id
  JOIN LATERAL (
       SELECT min(l.date_planned) AS at, array_agg(DISTINCT l.product_id) AS products
         FROM purchase_order_line l
        WHERE l.order_id = p.id AND l.date_planned < now() AT TIME ZONE 'UTC'
          AND EXISTS (SELECT 1 FROM stock_move m
                       WHERE m.purchase_line_id = l.id AND m.state NOT IN ('done', 'cancel'))
       ) due ON due.at IS NOT NULL
  LEFT JOIN LATERAL (
       SELECT w.backend_id, array_agg(w.order_id ORDER BY w.order_id) AS orders
         FROM (SELECT s.integration_backend_id AS backend_id, s.id AS order_id
                 FROM stock_reference_purchase_rel i
                 JOIN stock_reference_sale_rel o ON o.reference_id = i.reference_id
                 JOIN sale_order s ON s.id = o.sale_id
                WHERE i.purchase_id = p.id AND s.integration_backend_id IS NOT NULL AND s.state = 'sale'
                UNION
               SELECT k.integration_backend_id, k.sale_id
                 FROM stock_move m
                 JOIN stock_picking k ON k.id = m.picking_id
                 JOIN stock_picking_type d ON d.id = k.picking_type_id
                WHERE m.product_id = ANY(due.products) AND d.warehouse_id = t.warehouse_id
                  AND m.state IN ('confirmed', 'partially_available') AND m.procure_method = 'make_to_stock'
                  AND m.integration_reserve_pending IS NOT TRUE
                  AND k.integration_backend_id IS NOT NULL AND k.sale_id IS NOT NULL) w
        GROUP BY w.backend_id ORDER BY count(*) DESC, w.backend_id LIMIT 1) waits ON TRUE
  JOIN integration_backend b ON b.active AND b.id = COALESCE(waits.backend_id, (
       SELECT min(n.backend_id) FROM integration_product_binding n
         JOIN integration_backend c ON c.id = n.backend_id AND c.active AND c.company_id = p.company_id
        WHERE n.record_id = ANY(due.products)))
  JOIN LATERAL (
       SELECT CASE WHEN waits.orders IS NULL THEN b.late_hours ELSE b.late_awaited_hours END AS hours
       ) grace ON grace.hours > 0
 WHERE p.state = 'purchase' AND p.receipt_status IN ('pending', 'partial')
   AND due.at < now() AT TIME ZONE 'UTC' - grace.hours * interval '1 hour'
"""
#: not those that are reported, nor those that a person has let stand since they were due
NEW = """
   AND NOT EXISTS (
       SELECT 1 FROM integration_exception e
        WHERE e.res_model = 'purchase.order' AND e.res_id = p.id AND e.category = 'supplier_late'
          AND (e.state = 'open' OR e.resolution_kind <> 'healed' AND e.resolved_at >= due.at))
 ORDER BY p.id LIMIT %s"""


class PurchaseOrder(models.Model):
    """Goods that did not come when they should are put to a person."""

    _inherit = "purchase.order"

    _integration_open_idx = models.Index("(id) WHERE state = 'purchase' AND receipt_status IN ('pending', 'partial')")

    @api.model
    def _cron_integration_late(self):
        """Report purchase orders that are overdue; close what has come, was put off or called off."""
        self._integration_open_late()._integration_check_late()
        rows = self._integration_overdue(NEW, (BATCH,))
        for purchase_id, backend_id, due, orders in rows:
            backend = self.env["integration.backend"].browse(backend_id)
            self.browse(purchase_id)._integration_report_late(backend, due, self.env["sale.order"].browse(orders or []))
        if len(rows) == BATCH:
            self.env.ref("connector_oms.cron_late")._trigger()

    def _integration_overdue(self, more, values):
        for model in READ:
            self.env[model].flush_model()
        self.env.cr.execute(OVERDUE + more, values)
        return self.env.cr.fetchall()

    def _integration_report_late(self, backend, due, orders):
        """Open the exception of one purchase order.

        :param due: when the first of its goods should have come
        :param orders: the channel's orders that wait for them
        """
        clock = self.with_context(tz=self.company_id.partner_id.tz or "UTC").env
        facts = {"purchase": self.name, "supplier": self.partner_id.name, "date": format_date(clock, due)}
        if orders:
            names = ", ".join(orders[:NAMED].mapped("name")) + (" …" if len(orders) > NAMED else "")
            cause = self.env._(
                "%(purchase)s of %(supplier)s was due on %(date)s and is not here. "
                "Orders that wait for it: %(count)s (%(names)s).",
                count=len(orders),
                names=names,
                **facts,
            )
        else:
            cause = self.env._("%(purchase)s of %(supplier)s was due on %(date)s and is not here.", **facts)
        self.env["integration.exception"]._report(
            backend,
            "supplier_late",
            cause,
            self.env._(
                "Ask the supplier for a new date and enter it; tell the customers that wait. It closes by itself "
                "when the goods come."
            ),
            group_key=f"{LATE}{self.partner_id.name}",
            record=self,
            amount=sum(order._integration_worth() for order in orders) or self.amount_total_cc,
        )

    # when it is over

    @api.model
    def _integration_open_late(self):
        """The purchase orders that are reported as overdue."""
        found = self.env["integration.exception"].sudo()._of_prefix("supplier_late", LATE)
        return self.browse(found.mapped("res_id")).exists()

    def _integration_check_late(self):
        """Close the reports of those of these that are overdue no more."""
        reported = self.env["integration.exception"].sudo()._of_prefix("supplier_late", LATE, self)
        if not reported:
            return
        late = {row[0] for row in self._integration_overdue(" AND p.id = ANY(%s)", (reported.mapped("res_id"),))}
        reported.filtered(lambda one: one.res_id not in late)._resolve(self.env._("Mended by a later event."))

    def button_cancel(self):
        """What is called off is not late any more."""
        result = super().button_cancel()
        self._integration_check_late()
        return result
