from odoo import api, fields, models
from odoo.tools import SQL


class IntegrationBooksCheck(models.TransientModel):
    """Holds what Odoo has invoiced and credited against what the channel says its orders are worth."""

    _name = "integration.books.check"
    _description = "Compare the books with the channel"

    backend_id = fields.Many2one("integration.backend", "Channel", required=True)
    date_from = fields.Date("Ordered from")
    date_to = fields.Date("Until")
    line_ids = fields.One2many("integration.books.difference", "check_id", "Orders that differ", readonly=True)
    order_count = fields.Integer("Orders compared", readonly=True)
    currency_id = fields.Many2one(related="backend_id.company_id.currency_id")
    off_total = fields.Monetary("Difference in all", compute="_compute_off_total")

    @api.depends("line_ids.off")
    def _compute_off_total(self):
        for check in self:
            check.off_total = sum(check.line_ids.mapped("off"))

    def action_run(self):
        """Button “Compare”: every order that is invoiced in full, to the cent."""
        self.ensure_one()
        self.backend_id.check_access("read")
        self.line_ids.unlink()
        rows = self._rows()
        self.order_count = len(rows)
        self.line_ids = [
            fields.Command.create(
                {
                    "order_id": order_id,
                    "theirs": theirs,
                    "ours": ours,
                    "off": round(ours - theirs, 2),
                    "drafts": drafts,
                }
            )
            for order_id, theirs, ours, drafts in rows
            if round(ours - theirs, 6)
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Books and channel"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _rows(self):
        """(order id, worth at the channel, invoiced less credited, the same of drafts), in the orders' currencies."""
        self.env.flush_all()
        window = [SQL("TRUE")]
        if self.date_from:
            window.append(SQL("o.date_order >= %s", self.date_from))
        if self.date_to:
            window.append(SQL("o.date_order < %s::date + 1", self.date_to))
        self.env.cr.execute(
            SQL(
                """
                SELECT o.id, o.integration_source_total::float8,
                       (COALESCE(i.total, 0) - COALESCE(r.total, 0))::float8,
                       (COALESCE(i.draft, 0) - COALESCE(r.draft, 0))::float8
                  FROM sale_order o
                  LEFT JOIN LATERAL (
                       SELECT SUM(v.amount) FILTER (WHERE m.state = 'posted') AS total,
                              SUM(v.amount) FILTER (WHERE m.state = 'draft') AS draft
                         FROM account_move m
                        CROSS JOIN LATERAL (
                              SELECT m.amount_total * CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS amount) v
                        WHERE m.id IN (
                              SELECT l.move_id FROM account_move_line l
                                JOIN sale_order_line_invoice_rel x ON x.invoice_line_id = l.id
                                JOIN sale_order_line s ON s.id = x.order_line_id
                               WHERE s.order_id = o.id)) i ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT SUM(m.amount_total) FILTER (WHERE m.state = 'posted') AS total,
                              SUM(m.amount_total) FILTER (WHERE m.state = 'draft') AS draft
                         FROM integration_refund f JOIN account_move m ON m.id = f.move_id
                        WHERE f.order_id = o.id) r ON TRUE
                 WHERE o.integration_backend_id = %s AND o.state = 'sale'
                   AND o.invoice_status IN ('invoiced', 'upselling') AND %s
                """,
                self.backend_id.id,
                SQL(" AND ").join(window),
            )
        )
        return self.env.cr.fetchall()


class IntegrationBooksDifference(models.TransientModel):
    """An order whose invoices and credit notes are not what the channel says."""

    _name = "integration.books.difference"
    _description = "Order that differs from the channel"

    check_id = fields.Many2one("integration.books.check", required=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    theirs = fields.Monetary("At the channel", readonly=True)
    ours = fields.Monetary("In the books", readonly=True)
    off = fields.Monetary("Difference", readonly=True)
    drafts = fields.Monetary(
        "Still drafts", readonly=True, help="Invoices less credit notes that are not confirmed yet."
    )
