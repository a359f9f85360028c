from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationFixLink(models.TransientModel):
    """Says that a channel's order is one that Odoo has already, entered another way."""

    _name = "integration.fix.link"
    _description = "Link to an order"
    _inherit = ["integration.fix"]

    scope = fields.Selection(default="chosen")
    company_id = fields.Many2one(related="exception_id.company_id")
    order_id = fields.Many2one(
        "sale.order",
        domain="[('company_id', '=', company_id), ('id', '!=', own_order_id)]",
    )
    own_order_id = fields.Integer(compute="_compute_own_order")

    @api.depends("exception_ids")
    def _compute_own_order(self):
        for wizard in self:
            first = wizard.exception_ids[:1]
            wizard.own_order_id = first.res_id if first.res_model == "sale.order" else 0

    @api.model
    def default_get(self, fields):
        """Propose the order that the exception names."""
        self.check_access("create")  # a viewer sees no customer's data, here neither
        values = super().default_get(fields)
        ids = self.env.context.get("default_exception_ids") or []
        order = self.env["integration.exception"].browse(ids)[:1]._orders()
        twin = self.env["integration.order.duplicates"]._twin_of(order) if order else order
        values["order_id"] = twin.id
        return values

    def _decide(self, exceptions):
        if len(exceptions) != 1:
            raise UserError(self.env._("Link one order at a time."))
        if not self.order_id:
            raise UserError(self.env._("Please choose the order."))
        self.order_id.check_access("read")

    def _mend_one(self, exception):
        target = self.order_id.sudo()
        bindings = self.env["integration.order.binding"].sudo()
        backend = exception.sudo().backend_id
        taken = bindings.search([("backend_id", "=", backend.id), ("record_id", "=", target.id)])
        if taken:
            raise UserError(self.env._("%s is another order of this channel.", target.name))
        own = exception._orders()
        if own:
            self._replace(backend, own, target)
        else:
            bindings._bind(backend, {exception.sudo().message_id.business_key: target})
            exception._replay_messages()
        target._integration_note(
            self.env._("Is the order %(name)s of %(channel)s, too.", name=exception.res_name, channel=backend.name)
        )
        exception._resolve(self.env._("Linked to %s.", target.name), "fixed")

    def _replace(self, backend, order, target):
        """The order the channel made is called off here; nothing is told to the channel."""
        if order._integration_is_released():
            raise UserError(self.env._("%s is at the warehouse already. Stop the delivery there first.", order.name))
        order.with_context(integration_from_channel=True)._action_cancel()
        order._integration_set_holds({})
        binding = (
            self.env["integration.order.binding"]
            .sudo()
            .search([("backend_id", "=", backend.id), ("record_id", "=", order.id)])
        )
        binding.record_id = target
        order._integration_note(self.env._("The same order as %s.", target.name))
