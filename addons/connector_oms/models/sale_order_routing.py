from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .integration_order_confirmer import CONFIRM_CONTEXT


class SaleOrder(models.Model):
    """Which warehouses ship the order, why, and how that is changed."""

    _inherit = "sale.order"

    integration_decision_id = fields.Many2one(
        "integration.routing.decision", "Routing", copy=False, readonly=True, ondelete="set null"
    )
    integration_routing_why = fields.Text(related="integration_decision_id.explanation", string="Why from there")
    integration_decision_count = fields.Integer(compute="_compute_integration_decision_count")

    def _compute_integration_decision_count(self):
        groups = (
            self.env["integration.routing.decision"]
            .sudo()
            ._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        )
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.integration_decision_count = counts.get(order.id, 0)

    def action_open_integration_decisions(self):
        """Smart button: how it was routed, and before that."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_oms.integration_routing_decision_action")
        action["domain"] = [("order_id", "=", self.id)]
        return action

    def action_integration_choose_route(self):
        """Button “Ship differently”: the options, priced."""
        self.ensure_one()
        return self.env["integration.routing.choice"]._open(self)

    def action_integration_route_again(self):
        """Button “Route again”: decide anew by the rules in force."""
        for order in self:
            order._integration_reroute(self.env._("Routed again."))

    def _integration_reroute(self, reason, shares=None, fed=None):
        """Decide anew which warehouses ship, and replace what is not picked yet.

        :param reason: why, for the record
        :param shares: {order line id: {warehouse id: units}} as a person wants it; by the
            rules when None
        :param fed: what of it is brought first, as ``lib.routing`` says it
        :raises AccessError: not an operator
        :raises UserError: no rules, no reason, or the warehouse has begun
        """
        self.ensure_one()
        if not self.env.user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to route orders."))
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why."))
        self.check_access("write" if not self.env.su else "read")
        order = self.sudo()
        ruleset = self.env["integration.routing.ruleset"]._live(order.company_id)
        if not ruleset:
            raise UserError(self.env._("The company has no routing rules in force."))
        if order.state not in ("draft", "sent", "sale") or order._integration_is_released():
            raise UserError(self.env._("%s is at the warehouse already. Stop the delivery there first.", order.name))
        if order.order_line.move_ids._integration_is_under_way():
            raise UserError(
                self.env._("Goods for %s are on their way between warehouses. Wait until they are there.", order.name)
            )
        before = order.integration_decision_id.explanation
        order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")).action_cancel()
        router = self.env["integration.router"].sudo()
        if shares is None:
            router._route_by(ruleset, order, reason)
        else:
            router._choose(order, shares, reason, fed)
        if order.state == "sale":
            order.with_context(**CONFIRM_CONTEXT).order_line._action_launch_stock_rule()
        self.env["integration.audit"]._record(
            self, "order.route", reason, {"route": before}, {"route": order.integration_decision_id.explanation}
        )
        self._integration_note(
            self.env._("%(why)s %(how)s", why=reason, how=order.integration_decision_id.explanation or "")
        )

    def _action_cancel(self):
        """What is cancelled needs no stock any more."""
        result = super()._action_cancel()
        routed = self.filtered("integration_backend_id")
        if routed:
            self.env["integration.exception"]._heal(record=routed, categories=("allocation",))
        return result
