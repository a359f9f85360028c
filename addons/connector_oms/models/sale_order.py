from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .integration_order_hold import HOLD_KINDS
from .integration_order_rule import MANAGER_KINDS

FINANCIAL_STATUS = [
    ("pending", "Not paid"),
    ("authorized", "Authorized"),
    ("partially_paid", "Partly paid"),
    ("paid", "Paid"),
    ("partially_refunded", "Partly refunded"),
    ("refunded", "Refunded"),
    ("voided", "Voided"),
    ("expired", "Expired"),
]


class SaleOrder(models.Model):
    """What a channel said about an order, and what keeps the order back."""

    _inherit = "sale.order"

    integration_backend_id = fields.Many2one(
        "integration.backend", "Channel", index="btree_not_null", copy=False, readonly=True
    )
    integration_external_id = fields.Char("Channel's ID", index="btree_not_null", copy=False, readonly=True)
    integration_number = fields.Char("Channel's number", index="btree_not_null", copy=False, readonly=True)
    integration_correlation = fields.Char("Correlation ID", index="btree_not_null", copy=False, readonly=True)
    integration_placed_at = fields.Datetime("Placed on", copy=False, readonly=True)
    integration_source = fields.Char("Sold through", copy=False, readonly=True)
    integration_tags = fields.Char("Channel's tags", copy=False, readonly=True)
    integration_note = fields.Text("Buyer's note", copy=False, readonly=True)
    integration_discounts = fields.Char("Discounts given", copy=False, readonly=True)
    integration_currency_id = fields.Many2one("res.currency", "Channel's currency", copy=False, readonly=True)
    integration_presentment_currency_id = fields.Many2one("res.currency", "Buyer's currency", copy=False, readonly=True)
    integration_presentment_total = fields.Monetary(
        "Total in the buyer's currency",
        currency_field="integration_presentment_currency_id",
        copy=False,
        readonly=True,
    )
    integration_source_tax = fields.Monetary("Channel's tax", copy=False, readonly=True)
    integration_source_total = fields.Monetary("Channel's total", copy=False, readonly=True)
    integration_refunded = fields.Monetary("Refunded at the channel", copy=False, readonly=True)
    integration_financial_status = fields.Selection(
        FINANCIAL_STATUS, "Payment at the channel", copy=False, readonly=True
    )
    integration_payment_ids = fields.One2many(
        "integration.order.payment", "order_id", "Payments at the channel", readonly=True
    )
    integration_hold = fields.Selection(HOLD_KINDS, "Held", index="btree_not_null", copy=False, readonly=True)
    integration_hold_reason = fields.Char("Why it is held", copy=False, readonly=True)
    integration_hold_ids = fields.One2many("integration.order.hold", "order_id", "Holds")

    @api.depends("integration_currency_id")
    def _compute_currency_id(self):
        """A channel's order stays in the channel's currency, whatever the pricelist."""
        channel = self.filtered("integration_currency_id")
        for order in channel:
            order.currency_id = order.integration_currency_id
        return super(SaleOrder, self - channel)._compute_currency_id()

    def _confirmation_error_message(self):
        """An order that is held cannot be confirmed by anybody."""
        if self.integration_hold:
            return self.env._(
                "%(order)s is held: %(reason)s. Release it first, on its Channel tab.",
                order=self.name,
                reason=self.integration_hold_reason,
            )
        return super()._confirmation_error_message()

    def _prepare_confirmation_values(self):
        """Keep the day a channel's customer ordered on: rates and reports go by it."""
        values = super()._prepare_confirmation_values()
        if self.env.context.get("integration_keep_date"):
            values.pop("date_order", None)
        return values

    def _prepare_invoice(self):
        """The invoice belongs to the same business chain."""
        values = super()._prepare_invoice()
        if self.integration_correlation:
            values["integration_correlation"] = self.integration_correlation
        return values

    def _integration_is_released(self):
        """Whether the warehouse has begun: something is picked, printed or gone.

        Warehouse connectors add what they have told their warehouse.
        """
        self.ensure_one()
        pickings = self.picking_ids.filtered(lambda picking: picking.state != "cancel")
        return any(picking.state == "done" or picking._integration_is_released() for picking in pickings)

    def _integration_set_holds(self, holds):
        """Make exactly these holds stand; what a person released stays released.

        :param holds: {kind: reason}
        :return: (kinds that were lifted, kinds that are new)
        """
        self.ensure_one()
        known = self.integration_hold_ids
        standing = known.filtered(lambda hold: not hold.released_at)
        over = standing.filtered(lambda hold: hold.kind not in holds)
        over._release(self.env._("The channel no longer gives this reason."))
        decided = {(hold.kind, hold.reason) for hold in known if hold.released_by_id}
        same = set((standing - over).mapped("kind"))
        fresh = {kind: reason for kind, reason in holds.items() if kind not in same and (kind, reason) not in decided}
        known.create([{"order_id": self.id, "kind": kind, "reason": reason} for kind, reason in fresh.items()])
        self._integration_show_hold()
        return set(over.mapped("kind")), set(fresh)

    def _integration_show_hold(self):
        """Write the gravest standing hold on the order itself."""
        for order in self:
            standing = order.integration_hold_ids.filtered(lambda hold: not hold.released_at)
            reasons = {hold.kind: hold.reason for hold in standing}
            kind = next((kind for kind, __ in HOLD_KINDS if kind in reasons), False)
            values = {"integration_hold": kind, "integration_hold_reason": reasons.get(kind, False)}
            if any(order[name] != value for name, value in values.items()):
                order.write(values)

    def action_integration_release(self):
        """Button “Release”: ask for the reason."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release"),
            "res_model": "integration.order.release.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": self.ids},
        }

    def _integration_release(self, reason, kinds=None):
        """Lift holds by a person's decision, and confirm what may be confirmed.

        :param reason: why; kept on the hold and in the order's log
        :param kinds: lift only these; all when None
        :raises UserError: no reason given
        :raises AccessError: not allowed, or a difference above the user's limit
        """
        if not self.env.user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to release orders."))
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why the order may go on."))
        self.check_access("write")
        for order in self.sudo().filtered("integration_hold"):
            order._integration_lift(reason.strip(), kinds)
        for backend, orders in self.sudo().grouped("integration_backend_id").items():
            if backend.confirm_policy != "manual":
                self.env["integration.order.confirmer"].sudo()._confirm(
                    orders.filtered(lambda order: order.state in ("draft", "sent"))
                )

    def _integration_lift(self, reason, kinds):
        standing = self.integration_hold_ids.filtered(lambda hold: not hold.released_at)
        lifted = standing.filtered(lambda hold: kinds is None or hold.kind in kinds)
        if MANAGER_KINDS & set(lifted.mapped("kind")) and not self.env.user.has_group("connector_base.group_manager"):
            raise AccessError(self.env._("Only a manager may release this: %s", self.integration_hold_reason))
        if "total" in lifted.mapped("kind"):
            self.integration_backend_id._check_difference(self._integration_difference())
        before = {"held": self.integration_hold, "why": self.integration_hold_reason}
        lifted._release(reason, self.env.user)
        self._integration_show_hold()
        self.env["integration.audit"]._record(self, "order.release", reason, before, {"held": self.integration_hold})
        self._integration_note(self.env._("Released: %s", reason))
        self.env["integration.exception"]._heal(record=self, categories=lifted.mapped("kind"))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_integration(self):
        """An order that is gone would come in again with the channel's next message."""
        if any(order.integration_backend_id for order in self):
            raise UserError(self.env._("Orders of a channel cannot be deleted. Cancel the order instead."))
