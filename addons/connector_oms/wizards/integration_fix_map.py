from odoo import api, fields, models
from odoo.exceptions import UserError

#: code -> (kind of mapping, field of the wizard)
TARGETS = {
    "map_product": ("product", "product_id"),
    "map_tax": ("tax", "tax_id"),
    "map_state": ("state", "state_id"),
    "map_carrier": ("carrier", "carrier_id"),
    "map_uom": ("uom", "uom_id"),
}


class IntegrationFixMap(models.TransientModel):
    """Says once what a partner's value means here; all that waited for it goes on."""

    _name = "integration.fix.map"
    _description = "Say what a value means"
    _inherit = ["integration.fix"]

    company_id = fields.Many2one(related="exception_id.company_id")
    external_value = fields.Char("Partner's value", compute="_compute_external")
    country_id = fields.Many2one("res.country", compute="_compute_external")
    product_id = fields.Many2one(
        "product.product", domain="[('company_id', 'in', (False, company_id)), ('sale_ok', '=', True)]"
    )
    tax_id = fields.Many2one("account.tax", domain="[('company_id', '=', company_id), ('type_tax_use', '=', 'sale')]")
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=', country_id)]")
    carrier_id = fields.Many2one(
        "delivery.carrier", "Delivery method", domain="[('company_id', 'in', (False, company_id))]"
    )
    uom_id = fields.Many2one("uom.uom", "Unit")

    @api.depends("exception_ids", "code")
    def _compute_external(self):
        for wizard in self:
            value = (wizard.exception_ids[:1].group_key or "").removeprefix("state:")
            wizard.external_value = value
            code = value.partition("-")[0] if wizard.code == "map_state" else ""
            wizard.country_id = self.env["res.country"].search([("code", "=", code)], limit=1) if code else False

    def _target(self):
        return self[TARGETS[self.code][1]]

    def _decide(self, exceptions):
        """Keep the mapping: from now on nothing waits for it."""
        target = self._target()
        if not target:
            raise UserError(self.env._("Please choose what it means."))
        if not self._is_for_cause() or not self.external_value:
            raise UserError(self.env._("These have different causes. Put them right one cause at a time."))
        target.check_access("read")
        mappings = self.env["integration.mapping"].with_context(integration_fix=True)
        version = mappings._apply_fix(
            self.exception_id.backend_id, TARGETS[self.code][0], self.external_value, record=target
        )
        if version.state != "approved":
            return self._told(
                self.env._("Kept as a proposal: another person approves it, then all that waits for it goes on.")
            )
        return None

    def _only_replays(self):
        return self.code in ("map_product", "map_tax", "map_uom")

    def _mend(self, exceptions):
        exceptions._replay_messages()
        alone = exceptions.filtered(lambda one: not one.res_model and not one.sudo().message_id)
        alone._resolve(self.env._("It is known now what “%s” means.", self.external_value), "fixed")
        getattr(self, f"_mend_{self.code}", lambda done: None)(
            exceptions.filtered(lambda one: one.res_model == "sale.order")
        )

    def _mend_map_state(self, exceptions):
        """The delivery contacts get the state, and their orders go on."""
        orders = exceptions._orders()
        for partner in orders.partner_shipping_id:
            if not partner.state_id and partner.country_id == self.state_id.country_id:
                partner.state_id = self.state_id
        orders._integration_release(self.env._("The state is known now: %s", self.state_id.name), {"address"})
        exceptions._resolve(self.env._("The state is known now."), "fixed")

    def _mend_map_carrier(self, exceptions):
        """The orders, and their open deliveries, get the delivery method."""
        orders = exceptions._orders()
        orders.carrier_id = self.carrier_id
        waiting = orders.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel") and picking.picking_type_code == "outgoing"
        )
        waiting.carrier_id = self.carrier_id
        exceptions._resolve(self.env._("The delivery method is known now."), "fixed")
