from odoo import api, fields, models
from odoo.exceptions import UserError

FIELDS = ("name", "street", "street2", "zip", "city", "state_id", "country_id", "phone")


class IntegrationFixAddress(models.TransientModel):
    """Corrects where one order is delivered, and lets it go on."""

    _name = "integration.fix.address"
    _description = "Correct a delivery address"
    _inherit = ["integration.fix"]

    scope = fields.Selection(default="chosen")
    name = fields.Char("To")
    street = fields.Char()
    street2 = fields.Char("Street 2")
    zip = fields.Char("ZIP")
    city = fields.Char()
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=?', country_id)]")
    country_id = fields.Many2one("res.country")
    phone = fields.Char()
    state_text = fields.Char("State as the channel wrote it", readonly=True)

    @api.model
    def default_get(self, fields):
        """Start from the address as it stands."""
        self.check_access("create")  # a viewer sees no customer's data, here neither
        values = super().default_get(fields)
        ids = self.env.context.get("default_exception_ids") or []
        partner = self.env["integration.exception"].browse(ids)._orders()[:1].partner_shipping_id
        for name in FIELDS:
            values[name] = partner[name].id if partner._fields[name].relational else partner[name]
        values["state_text"] = partner.integration_state_text
        return values

    def _decide(self, exceptions):
        if len(exceptions) != 1:
            raise UserError(self.env._("Correct one address at a time."))
        missing = [name for name in ("name", "street", "city", "country_id") if not self[name]]
        if missing:
            labels = [self._fields[name]._description_string(self.env) for name in missing]
            raise UserError(self.env._("Still missing: %s", ", ".join(labels)))

    def _mend_one(self, exception):
        order = exception._orders()
        values = {name: self[name].id if self._fields[name].relational else self[name] for name in FIELDS}
        place = order.partner_shipping_id
        if place == order.partner_id:
            # the customer's own address may be right: this order gets one beside it
            place = place.create(
                {**values, "type": "delivery", "parent_id": place.id, "company_id": place.company_id.id}
            )
            order.with_context(update_delivery_shipping_partner=True).partner_shipping_id = place
        else:
            place.write(values)
        order._integration_release(self.env._("The address was corrected."), {"address"})
        exception._resolve(self.env._("The address was corrected."), "fixed")
