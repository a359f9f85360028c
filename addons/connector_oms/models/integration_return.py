from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.reports import ANNOUNCED

STATES = [
    ("requested", "Asked for"),
    ("open", "Expected"),
    ("received", "Received"),
    ("inspected", "Inspected"),
    ("closed", "Closed"),
    ("declined", "Declined"),
    ("cancelled", "Cancelled"),
]
#: the channel calls it off, or off before it was received
OVER = ("declined", "cancelled")


class IntegrationReturn(models.Model):
    """Goods of an order that a customer is to send back."""

    _name = "integration.return"
    _description = "Return of an order"
    _inherit = ["mail.thread"]
    _order = "requested_at desc, id desc"

    name = fields.Char(required=True, readonly=True)
    backend_id = fields.Many2one("integration.backend", "Channel", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    external_id = fields.Char("Channel's ID", required=True, readonly=True)
    order_id = fields.Many2one("sale.order", required=True, index=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(related="order_id.partner_id")
    requested_at = fields.Datetime("Announced on", readonly=True)
    state = fields.Selection(STATES, required=True, index=True, readonly=True, tracking=True)
    status = fields.Char("At the channel", readonly=True)
    line_ids = fields.One2many("integration.return.line", "return_id", "Goods", readonly=True)
    exchange_ids = fields.One2many("integration.return.exchange", "return_id", "Sent instead", readonly=True)
    picking_ids = fields.One2many("stock.picking", "integration_return_id", "Receipts", readonly=True)
    refund_ids = fields.One2many("integration.refund", "return_id", "Refunds", readonly=True)

    _return_uniq = models.Constraint("UNIQUE (backend_id, external_id)", "This return is known already.")

    def _expect(self):
        """Make the receipts of returns that the channel has approved.

        Units of done deliveries are taken back, those that left last first. A customer's
        refund is the channel's business: the moves do not count as refunds (``to_refund``).
        """
        for entry in self.filtered(lambda entry: entry.state == "open" and not entry.picking_ids):
            wanted = {line.order_line_id: line.quantity for line in entry.line_ids if line.order_line_id}
            pickings = entry.order_id.picking_ids.filtered(
                lambda picking: picking.state == "done" and picking.picking_type_id.code == "outgoing"
            )
            for picking in pickings.sorted("date_done", reverse=True):
                entry._expect_from(picking, wanted)
            if any(units > 0 for units in wanted.values()):
                entry._report_unknown(wanted)

    def _expect_from(self, picking, wanted):
        """One receipt for what a delivery brought of what is wanted; ``wanted`` is counted down."""
        takes = {}
        for move in picking.move_ids.filtered(lambda move: move.state == "done" and move.sale_line_id in wanted):
            back = sum(move.returned_move_ids.filtered(lambda back: back.state != "cancel").mapped("product_uom_qty"))
            units = min(wanted[move.sale_line_id], move.quantity - back)
            if move.product_uom.compare(units, 0) > 0 and move.product_id == move.sale_line_id.product_id:
                takes[move] = units
                wanted[move.sale_line_id] -= units
        if not takes:
            return
        wizard = (
            self.env["stock.return.picking"]
            .sudo()
            .with_company(picking.company_id)
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        for line in wizard.product_return_moves:
            line.write({"quantity": takes.get(line.move_id, 0.0), "to_refund": False})
        receipt = wizard._create_return()
        place = picking.picking_type_id.warehouse_id._integration_return_location()
        receipt.location_dest_id = place
        receipt.move_ids.location_dest_id = place
        receipt.write({"integration_return_id": self.id, "origin": f"{self.name} ({self.order_id.name})"})

    def _report_unknown(self, wanted):
        goods = ", ".join(f"{units:g} × {line.product_id.display_name}" for line, units in wanted.items() if units > 0)
        self.env["integration.exception"]._report(
            self.backend_id,
            "return",
            self.env._(
                "%(return)s announces goods of %(order)s that were never delivered: %(goods)s.",
                order=self.order_id.name,
                goods=goods,
                **{"return": self.name},
            ),
            self.env._("Look whose goods these are when they arrive, and agree with the customer."),
            group_key=f"{ANNOUNCED}{self.name}",
            record=self.order_id,
        )

    def _follow(self, status):
        """What the channel says has become of it.

        :param status: of the canonical ``Return``
        """
        self.ensure_one()
        self.status = status
        if status in OVER and self.state in ("requested", "open"):
            self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")).action_cancel()
            self.state = status
        elif status == "open" and self.state in ("requested", *OVER):
            self.state = "open"
            self._expect()
        elif status == "closed" and self.state == "inspected":
            self.state = "closed"
        self._check_mismatch()

    def _received(self):
        """Its receipts are done: see to the goods."""
        for entry in self:
            if entry.state == "open" and all(picking.state in ("done", "cancel") for picking in entry.picking_ids):
                entry.state = "received"
            entry._check_mismatch()

    def action_inspect(self):
        """Button “Inspect”: say what becomes of what came back."""
        self.ensure_one()
        if self.state != "received":
            raise UserError(self.env._("There is nothing to inspect: %s is not received.", self.name))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Inspect %s", self.name),
            "res_model": "integration.return.inspection",
            "view_mode": "form",
            "target": "new",
            "context": {"default_return_id": self.id},
        }

    def action_open_pickings(self):
        """Smart button: its receipts."""
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_picking_tree_all")
        action["domain"] = [("integration_return_id", "in", self.ids)]
        action["context"] = {"create": False}
        return action

    # mismatches

    @api.model
    def _cron_check_returns(self):
        """Put to a person what was announced and has not come, or was refunded and has not come."""
        entries = self.search([("state", "in", ("open", "received", "inspected"))])
        entries._check_mismatch()
        self.env["integration.refund"].search([("state", "=", "due")])._credit()

    def _check_mismatch(self):
        """Open what is wrong with these, close what is wrong no more."""
        now = fields.Datetime.now()
        for entry in self:
            days = entry.backend_id.return_days
            late = days and entry.state == "open" and entry.requested_at < now - timedelta(days=days)
            refunded = entry.state == "open" and entry.refund_ids
            self._report_or_heal(entry, "late", bool(late), self._late_text(entry))
            self._report_or_heal(entry, "refunded", bool(refunded), self._refunded_text(entry))
            short = {line: line.quantity - line.received for line in entry.line_ids if line.received < line.quantity}
            done = entry.state in ("received", "inspected")
            self._report_or_heal(entry, "short", bool(done and short), self._short_text(entry, short))

    def _report_or_heal(self, entry, kind, is_wrong, text):
        key = f"{ANNOUNCED}{kind}:{entry.name}"
        exceptions = self.env["integration.exception"].sudo()
        open_one = exceptions._of_prefix("return", key, entry.order_id)
        if is_wrong and not open_one:
            cause, advice = text
            exceptions._report(entry.backend_id, "return", cause, advice, group_key=key, record=entry.order_id)
        elif open_one and not is_wrong:
            open_one._resolve(self.env._("Mended by a later event."))

    def _late_text(self, entry):
        return (
            self.env._(
                "%(name)s of %(order)s was announced and has not come.", name=entry.name, order=entry.order_id.name
            ),
            self.env._("Ask the customer. When nothing comes, decline or close the return at the channel."),
        )

    def _refunded_text(self, entry):
        return (
            self.env._(
                "%(order)s was refunded for %(name)s, and the goods have not come.",
                name=entry.name,
                order=entry.order_id.name,
            ),
            self.env._("Nothing to do while they are on their way. Ask the customer when it takes long."),
        )

    def _short_text(self, entry, short):
        goods = ", ".join(f"{units:g} × {line.product_id.display_name}" for line, units in short.items())
        return (
            self.env._(
                "Less came back with %(name)s than was announced. Missing: %(goods)s.", name=entry.name, goods=goods
            ),
            self.env._("Agree with the customer before you refund what is missing."),
        )
