from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.payouts import OF_PAYMENTS, KnownPayment, entry, gap, match
from .integration_order_values import naive

STATUSES = [
    ("scheduled", "Scheduled"),
    ("in_transit", "On its way"),
    ("paid", "Paid"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
#: accounts of a booking -> field of the backend
ACCOUNTS = {
    "clearing": "payout_clearing_account_id",
    "fee": "payout_fee_account_id",
    "dispute": "payout_dispute_account_id",
    "other": "payout_other_account_id",
    "bank": "payout_bank_account_id",
}


class IntegrationPayout(models.Model):
    """What a payment provider paid to the bank, and what it is made of."""

    _name = "integration.payout"
    _description = "Payout of a payment provider"
    _inherit = ["mail.thread"]
    _order = "issued_at desc, id desc"

    name = fields.Char(required=True, readonly=True)
    backend_id = fields.Many2one("integration.backend", "Channel", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    external_id = fields.Char("Channel's ID", required=True, readonly=True)
    issued_at = fields.Datetime("Paid out on", readonly=True)
    status = fields.Selection(STATUSES, required=True, readonly=True, tracking=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    gap = fields.Monetary("Not explained", readonly=True, help="The payout less what its transactions come to.")
    line_ids = fields.One2many("integration.payout.line", "payout_id", "Transactions")
    open_count = fields.Integer("To be looked at", compute="_compute_counts")
    fee_total = fields.Monetary("Fees", compute="_compute_counts")
    move_id = fields.Many2one("account.move", "Booking", readonly=True, copy=False, index="btree_not_null")
    state = fields.Selection(
        [("open", "To be reconciled"), ("matched", "All matched"), ("booked", "Booked")],
        compute="_compute_state",
        store=True,
    )

    _payout_uniq = models.Constraint("UNIQUE (backend_id, external_id)", "This payout is known already.")
    _move_uniq = models.Constraint("UNIQUE (move_id)", "A booking is for one payout.")

    @api.depends("line_ids.state", "line_ids.fee")
    def _compute_counts(self):
        for payout in self:
            payout.open_count = len(payout.line_ids.filtered("is_open"))
            payout.fee_total = sum(payout.line_ids.mapped("fee"))

    @api.depends("line_ids.state", "move_id", "gap")
    def _compute_state(self):
        for payout in self:
            is_open = payout.line_ids.filtered("is_open") or not payout.currency_id.is_zero(payout.gap)
            payout.state = "booked" if payout.move_id else "open" if is_open else "matched"

    @api.model
    def _take(self, backend, document):
        """Keep a payout as the channel tells it, match what is new of it, and report what does not fit.

        :param document: canonical ``Payout``
        :return: the record
        """
        payout = self.search([("backend_id", "=", backend.id), ("external_id", "=", document.external_id)])
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", document.currency)], limit=1)
        facts = {
            "status": document.status,
            "amount": float(document.amount),
            "gap": float(gap(document)),
        }
        if payout:
            payout.write({name: value for name, value in facts.items() if payout[name] != value})
        else:
            payout = self.create(
                {
                    "name": document.name or document.external_id,
                    "backend_id": backend.id,
                    "external_id": document.external_id,
                    "issued_at": naive(document.issued_at),
                    "currency_id": currency.id,
                    **facts,
                }
            )
        known = set(payout.line_ids.mapped("external_id"))
        payout.line_ids = [
            fields.Command.create(
                {
                    "external_id": part.external_id,
                    "kind": part.kind,
                    "type": part.type,
                    "amount": float(part.amount),
                    "fee": float(part.fee),
                    "net": float(part.net),
                    "currency": part.currency,
                    "payment_external_id": part.payment_id,
                    "order_external_id": part.order_id,
                    "at": naive(part.at),
                    "document": part.model_dump(mode="json"),
                }
            )
            for part in document.transactions
            if part.external_id not in known and part.kind != "transfer"
        ]
        payout._match()
        return payout

    def _match(self):
        """Find the payments behind transactions that are not settled yet; report and heal."""
        for payout in self:
            lines = payout.line_ids.filtered(lambda line: line.state in ("open", "unmatched", "difference"))
            wanted = lines.filtered(lambda line: line.kind in OF_PAYMENTS)
            payments = payout._payments(wanted)
            by_key = {payment.external_id: payment for payment in payments}
            known = payout._known(payments)
            for line in lines:
                found = match(line._document(), known)
                line.write(
                    {
                        "state": found.state,
                        "cause": found.cause or False,
                        "off": float(found.off),
                        "payment_id": by_key[line.payment_external_id].id if found.payment else False,
                    }
                )
                if found.payment and found.state == "matched":
                    known[line.payment_external_id] = KnownPayment(
                        found.payment.id, found.payment.amount, found.payment.currency, found.payment.kind, True
                    )
            payout._report_or_heal()

    def _payments(self, lines):
        return self.env["integration.order.payment"].search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("external_id", "in", [key for key in lines.mapped("payment_external_id") if key]),
            ]
        )

    def _known(self, payments):
        """{the channel's id: ``KnownPayment``}."""
        taken = self.env["integration.payout.line"].search(
            [("payment_id", "in", payments.ids), ("state", "=", "matched"), ("kind", "in", OF_PAYMENTS)]
        )
        taken = taken.payment_id
        return {
            payment.external_id: KnownPayment(
                payment.id,
                Decimal(repr(payment.amount)).quantize(Decimal(1).scaleb(-payment.currency_id.decimal_places)),
                payment.currency_id.name,
                payment.kind,
                payment in taken,
            )
            for payment in payments
        }

    def _report_or_heal(self):
        exceptions = self.env["integration.exception"].sudo()
        for payout in self:
            key = f"payout:{payout.name}"
            known = exceptions._of_prefix("payment", key, payout)
            if payout.state != "open":
                known._resolve(self.env._("Mended by a later event."))
            elif not known:
                exceptions._report(
                    payout.backend_id,
                    "payment",
                    self.env._(
                        "%(count)s transactions of payout %(payout)s do not fit what Odoo knows.",
                        count=payout.open_count,
                        payout=payout.name,
                    )
                    if payout.open_count
                    else self.env._(
                        "Payout %(payout)s is %(gap)s more than its transactions come to.",
                        payout=payout.name,
                        gap=payout.currency_id.format(payout.gap),
                    ),
                    self.env._("Open the payout: match each of them, or accept the difference."),
                    group_key=key,
                    record=payout,
                    amount=abs(sum(payout.line_ids.filtered("is_open").mapped("amount"))),
                )

    # buttons

    def action_match(self):
        """Button “Match again”: orders may have come in since."""
        self.check_access("write")
        self._match()

    def action_book(self):
        """Button “Book”: one entry for each payout, once.

        :raises UserError: something is not matched, not paid, or an account is missing
        """
        self.check_access("write")
        for payout in self:
            payout.flush_recordset(["move_id"])
            self.env.cr.execute(
                "SELECT id FROM integration_payout WHERE id = %s AND move_id IS NULL FOR UPDATE", (payout.id,)
            )
            if self.env.cr.fetchone():
                payout._book()

    def _book(self):
        backend = self.backend_id
        if self.state != "matched" or self.status != "paid":
            raise UserError(self.env._("%s is not paid, or not all of it is matched.", self.name))
        journal = backend.payout_journal_id
        amounts = entry(
            (line.kind, Decimal(line.document["amount"]), Decimal(line.document["fee"])) for line in self.line_ids
        )
        lines = []
        for name, amount in amounts.items():
            account = backend[ACCOUNTS[name]]
            if not amount:
                continue
            if not journal or not account:
                raise UserError(self.env._("Set the journal and the accounts of payouts on %s first.", backend.name))
            lines.append((0, 0, self._book_line(account, float(amount))))
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": journal.id,
                    "date": fields.Date.context_today(self, self.issued_at),
                    "ref": self.env._("Payout %s", self.name),
                    "line_ids": lines,
                }
            )
        )
        move.action_post()
        self.move_id = move
        self.env["integration.audit"]._record(self, "payout.book", after={"booking": move.name})

    def _book_line(self, account, amount):
        company = self.company_id
        date = fields.Date.context_today(self, self.issued_at)
        return {
            "account_id": account.id,
            "name": self.env._("Payout %s", self.name),
            "currency_id": self.currency_id.id,
            "amount_currency": amount,
            "balance": self.currency_id._convert(amount, company.currency_id, company, date),
        }

    def action_open_move(self):
        """Smart button: the booking."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
