from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Returns and refunds of a channel's order that begin in Odoo."""

    _inherit = "sale.order"

    integration_can_return = fields.Boolean(compute="_compute_integration_can_return")
    integration_return_count = fields.Integer("Returns", compute="_compute_integration_can_return")

    def _compute_integration_can_return(self):
        returns = self.env["integration.return"].sudo()
        groups = returns._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.integration_return_count = counts.get(order.id, 0)
            backend = order.integration_backend_id.sudo()
            order.integration_can_return = bool(
                backend and backend._flow("return.out") and any(line.qty_delivered > 0 for line in order.order_line)
            )

    def action_integration_return(self):
        """Button “Return”: enter what a customer wants to send back."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return of %s", self.name),
            "res_model": "integration.return.start",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def action_integration_refund(self):
        """Button “Refund”: pay the customer back through the channel."""
        self.ensure_one()
        return self._integration_refund_action({})

    def _integration_refund_action(self, context):
        if not self.integration_backend_id.sudo()._flow("return.out"):
            raise UserError(self.env._("This channel is not told of refunds. Refund at the channel instead."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refund %s", self.integration_number or self.name),
            "res_model": "integration.refund.start",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id, **context},
        }

    def action_open_integration_returns(self):
        """Smart button: what came back of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_oms.integration_return_action")
        action["domain"] = [("order_id", "=", self.id)]
        return action
