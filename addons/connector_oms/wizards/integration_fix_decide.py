from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.integration_exception_desk import RULED

#: what a decision about an order's hold lifts, by the exception's category
HOLD_OF = {kind: kind for kind in ("fraud", "payment", "address", "channel", "test", "shipped", "duplicate", *RULED)}


class IntegrationFixDecide(models.TransientModel):
    """Decisions about orders and deliveries."""

    _inherit = "integration.fix.decide"

    @api.model
    def _wordless(self):
        return super()._wordless() | {"reserve", "confirm", "recount", "recheck"}

    @api.model
    def _effects(self):
        text = self.env._
        return {
            **super()._effects(),
            "accept": text("It stays as it is. Differences of money above your limit need a manager."),
            "release": text("The order goes on as it is, unless something else holds it."),
            "confirm": text("The order is confirmed now; should it still not work, you are told why."),
            "cancel_order": text("The order is cancelled here and at the channel. What has left is not called back."),
            "reserve": text("Odoo looks for stock again."),
            "deliver_rest": text("A new delivery is made for what is missing."),
            "recheck": text("The rules are checked anew. Orders that pass are confirmed."),
            "route_again": text("The rules in force decide anew from where it ships. What is picked already stays."),
            "recount": text("The product is on the warehouse's list of what to count, from today."),
            "send_back": text("A delivery is made that brings the goods back to the customer."),
            "drop_rest": text("What has not left will not be delivered. Tell the customer, and refund what was paid."),
        }

    def _decide(self, exceptions):
        if self.code == "accept" and len(exceptions) == 1:
            exceptions._check_limit()
        return super()._decide(exceptions)

    def _mend_accept(self, exceptions):
        exceptions._check_limit()
        held = exceptions._orders().filtered("integration_hold")
        held._integration_release(self._reason(), {"total", "shipped"} & set(exceptions.mapped("category")))
        exceptions._resolve(self._reason(), "accepted")

    def _mend_release(self, exceptions):
        kinds = {HOLD_OF[category] for category in exceptions.mapped("category") if category in HOLD_OF}
        exceptions._orders()._integration_release(self._reason(), kinds)
        exceptions._resolve(self._reason(), "accepted")

    def _mend_confirm(self, exceptions):
        orders = exceptions._orders().filtered(lambda order: order.state in ("draft", "sent"))
        failed = self.env["integration.order.confirmer"].sudo()._confirm(orders)
        if failed:
            raise UserError(next(iter(failed.values())))
        if orders.filtered("integration_hold"):
            raise UserError(orders.filtered("integration_hold")[0]._confirmation_error_message())
        exceptions._resolve(self.env._("Confirmed."), "fixed")

    def _mend_cancel_order(self, exceptions):
        orders = exceptions._orders()
        for order in orders:
            if order._integration_is_released():
                raise UserError(
                    self.env._("%s is at the warehouse already. Stop the delivery there first.", order.name)
                )
        orders.filtered(lambda order: order.state != "cancel")._action_cancel()
        orders._integration_note(self.env._("Cancelled: %s", self._reason()))
        exceptions._heal_orders(orders, self._reason())

    def _mend_reserve(self, exceptions):
        pickings = exceptions._pickings()
        pickings.action_assign()
        pickings._integration_check_reserved()

    def _mend_deliver_rest(self, exceptions):
        lines = exceptions._pickings().sale_id.order_line
        before = lines.move_ids
        lines.integration_short_closed = 0.0
        lines._action_launch_stock_rule()
        if not lines.move_ids - before:
            raise UserError(self.env._("There is nothing left to deliver of this order."))
        exceptions._resolve(self._reason(), "fixed")

    def _mend_drop_rest(self, exceptions):
        pickings = exceptions._pickings()
        pickings.filtered(lambda picking: picking.state not in ("done", "cancel")).action_cancel()
        for order in pickings.sale_id:
            order._integration_note(self.env._("The rest is not delivered: %s", self._reason()))
        exceptions._resolve(self._reason(), "accepted")

    def _mend_recheck(self, exceptions):
        orders = exceptions._orders()
        orders._integration_recheck()
        if len(orders) == 1 and orders.integration_hold:
            raise UserError(orders._confirmation_error_message())

    def _mend_route_again(self, exceptions):
        for exception in exceptions:
            order = exception._orders() or exception._pickings().sale_id
            order._integration_reroute(self._reason())
            if exception.res_model == "stock.picking":
                exception._resolve(self._reason(), "fixed")

    def _mend_recount(self, exceptions):
        levels = self.env["integration.stock.level"].sudo().browse(exceptions.mapped("res_id")).exists()
        for level in levels:
            quants = self.env["stock.quant"].sudo()
            quants = quants.search(
                [
                    ("product_id", "=", level.product_id.id),
                    ("location_id", "child_of", level.warehouse_id.view_location_id.id),
                    ("location_id.usage", "=", "internal"),
                ]
            )
            quants.inventory_date = fields.Date.context_today(self)

    def _mend_send_back(self, exceptions):
        for picking in exceptions._pickings():
            wizard = self.env["stock.return.picking"].sudo().with_company(picking.company_id)
            action = wizard.create({"picking_id": picking.id}).action_create_returns_all()
            fresh = picking.browse(action["res_id"])
            picking.sale_id._integration_note(
                self.env._(
                    "Goes back to the customer with %(transfer)s: %(why)s", transfer=fresh.name, why=self._reason()
                )
            )
        exceptions._resolve(self._reason(), "fixed")
