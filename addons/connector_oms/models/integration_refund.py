from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

STATES = [
    ("absorbed", "Taken off the order"),
    ("due", "To be credited"),
    ("credited", "Credited"),
    ("settled", "Settled by a person"),
]


class IntegrationRefund(models.Model):
    """A booking of the channel that gave the customer something back, and its credit note."""

    _name = "integration.refund"
    _description = "Refund at a channel"
    _order = "refunded_at desc, id desc"
    _rec_name = "external_id"

    backend_id = fields.Many2one("integration.backend", "Channel", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    external_id = fields.Char("Booking at the channel", required=True, readonly=True)
    refund_id = fields.Char("Refund at the channel", index="btree_not_null", readonly=True)
    order_id = fields.Many2one("sale.order", required=True, index=True, readonly=True, ondelete="cascade")
    return_id = fields.Many2one("integration.return", index="btree_not_null", readonly=True)
    refunded_at = fields.Datetime("Refunded on", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    state = fields.Selection(STATES, required=True, index=True, readonly=True)
    document = fields.Json(readonly=True, help="What was given back for what, as the channel booked it.")
    move_id = fields.Many2one("account.move", "Credit note", index="btree_not_null", readonly=True, copy=False)
    reason = fields.Char("Settled because", readonly=True)

    _booking_uniq = models.Constraint("UNIQUE (backend_id, external_id)", "This refund is known already.")
    _move_uniq = models.Constraint("UNIQUE (move_id)", "A credit note is for one refund.")

    def _credit(self):
        """Make the credit notes of what is due, for orders that are invoiced.

        Each row is locked and looked at again first: whoever comes second makes none.
        """
        for refund in self.sudo().filtered(lambda refund: refund.state == "due"):
            self.env.cr.execute(
                "SELECT id FROM integration_refund WHERE id = %s AND state = 'due' FOR UPDATE", (refund.id,)
            )
            if self.env.cr.fetchone():
                refund._credit_one()

    def _credit_one(self):
        policy = self.backend_id.refund_policy
        invoices = self.order_id.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        if policy == "none" or not invoices:
            return
        invoice = invoices.sorted("id")[-1]
        company = self.company_id
        values = {
            "move_type": "out_refund",
            "company_id": company.id,
            "partner_id": invoice.partner_id.id,
            "currency_id": self.currency_id.id,
            "journal_id": invoice.journal_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "reversed_entry_id": invoice.id,
            "invoice_origin": self.order_id.name,
            "ref": self.env._("Refund of %s", self.order_id.integration_number or self.order_id.name),
            "invoice_date": fields.Date.context_today(self, self.refunded_at),
            "integration_correlation": self.order_id.integration_correlation,
            "invoice_line_ids": [(0, 0, self._line_values(row)) for row in self.document["lines"]],
        }
        move = self.env["account.move"].with_company(company).create(values)
        self.write({"move_id": move.id, "state": "credited"})
        if self.currency_id.compare_amounts(move.amount_total, self.amount):
            self._report_difference(move)
        elif policy == "post":
            move.action_post()

    def _line_values(self, row):
        """Values of a line of the credit note, with the channel's own amounts.

        :param row: a ``RefundLine`` as JSON
        """
        line = self._order_line(row)
        product = line.product_id or self.backend_id._charge_product(
            row["kind"] if row["kind"] not in ("line", "adjustment") else "adjustment"
        )
        quantity = float(row["quantity"] or 1) or 1.0
        if line and line.product_uom_id != line.product_id.uom_id and row["kind"] != "line":
            quantity = 1.0
        taxes = self._taxes(row, line)
        net = Decimal(row["net_amount"])
        base = net - sum((Decimal(tax["amount"]) for tax in row["taxes"] if tax["included"]), Decimal(0))
        inside = sum((amount for tax, amount in taxes.items() if tax.price_include), Decimal(0))
        price = float((base + inside) / Decimal(repr(quantity)))
        values = {
            "name": (line.name or product.display_name or "").split("\n", 1)[0],
            "product_id": product.id,
            "quantity": quantity,
            "product_uom_id": (line.product_uom_id or product.uom_id).id,
            "price_unit": price,
            "tax_ids": [(6, 0, [tax.id for tax in taxes])],
        }
        if taxes:
            values["extra_tax_data"] = {
                "currency_id": self.currency_id.id,
                "price_unit": price,
                "discount": 0.0,
                "quantity": quantity,
                "manual_total_excluded_currency": float(base),
                "manual_tax_amounts": {
                    str(tax.id): {"tax_amount_currency": float(amount), "base_amount_currency": float(base)}
                    for tax, amount in taxes.items()
                },
            }
        return values

    def _order_line(self, row):
        lines = self.order_id.order_line
        if row["kind"] == "line":
            return lines.filtered(lambda line: line.integration_external_id == row["line_id"])[:1]
        keys = {f"charge/{row['line_id']}"} if row["line_id"] else set()
        found = lines.filtered(lambda line: line.integration_external_id in keys)
        if not found and row["kind"] == "shipping":
            found = lines.filtered("is_delivery")
        return found[:1]

    def _taxes(self, row, line):
        """{account.tax: amount}: the taxes of the order's line, by their rates.

        What has no line, or another tax than it, is looked up among the order's taxes.
        """
        known = line.tax_ids or self.order_id.order_line.tax_ids
        amounts, free = {}, known
        for part in row["taxes"]:
            rate = round(float(part["rate"]) * 100, 4)
            tax = (
                free.filtered(lambda tax, rate=rate: round(tax.amount, 4) == rate)[:1]
                or self.order_id.order_line.tax_ids.filtered(lambda tax, rate=rate: round(tax.amount, 4) == rate)[:1]
                or free[:1]
            )
            if tax:
                amounts[tax] = amounts.get(tax, Decimal(0)) + Decimal(part["amount"])
                free -= tax
        return amounts

    def _report_difference(self, move):
        self.env["integration.exception"]._report(
            self.backend_id,
            "return",
            self.env._(
                "The credit note for %(order)s comes to %(ours)s, the channel refunded %(theirs)s.",
                order=self.order_id.name,
                ours=self.currency_id.format(move.amount_total),
                theirs=self.currency_id.format(self.amount),
            ),
            self.env._("Correct the draft credit note, then confirm it."),
            group_key="credit",
            record=self.order_id,
            amount=abs(move.amount_total - self.amount),
        )

    def action_credit(self):
        """Button “Make the credit note”."""
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise UserError(self.env._("Only who may make invoices may make credit notes."))
        self._credit()
        if any(refund.state == "due" for refund in self):
            raise UserError(self.env._("The order has no invoice yet: the credit note is made when it has."))

    def action_open_move(self):
        """Button: the credit note."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
