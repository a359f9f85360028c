from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.connector_base.lib.errors import ConnectorError


class IntegrationShopifyLocation(models.TransientModel):
    """Which warehouse stands behind which place of the shop."""

    _name = "integration.shopify.location"
    _description = "Link locations to warehouses"

    backend_id = fields.Many2one("integration.backend", required=True, readonly=True)
    company_id = fields.Many2one(related="backend_id.company_id")
    line_ids = fields.One2many("integration.shopify.location.line", "wizard_id", "Locations")

    @api.model
    def _from_shop(self, backend):
        """A wizard filled with the shop's places and the links known or likely.

        :raises UserError: the shop cannot be asked
        """
        try:
            places = backend._get_adapter().list_locations()
        except ConnectorError as error:
            raise UserError(self.env._("The shop cannot be asked: %s", error)) from error
        bindings = self.env["integration.location.binding"]
        known = bindings._find(backend, [place.external_id for place in places])
        warehouses = self.env["stock.warehouse"].search([("company_id", "=", backend.company_id.id)])
        by_name = {warehouse.name.strip().lower(): warehouse for warehouse in warehouses}
        lines = []
        for place in places:
            likely = by_name.get(place.name.strip().lower(), warehouses.browse())
            warehouse = known.get(place.external_id) or likely
            lines.append(
                fields.Command.create(
                    {
                        "external_id": place.external_id,
                        "name": place.name,
                        "is_active": place.active,
                        "warehouse_id": warehouse.id,
                    }
                )
            )
        return self.create({"backend_id": backend.id, "line_ids": lines})

    def action_apply(self):
        """Keep the links; stock of linked places is published from now on."""
        self.ensure_one()
        self.backend_id.check_access("write")
        chosen = {line.external_id: line.warehouse_id.display_name for line in self.line_ids}
        self.env["integration.audit"]._record(self.backend_id, "backend.link_locations", after=chosen)
        bindings = self.env["integration.location.binding"].sudo()
        for line in self.line_ids:
            known = bindings.search(
                [
                    ("backend_id", "=", self.backend_id.id),
                    ("external_id", "=", line.external_id),
                ]
            )
            if known and known.record_id != line.warehouse_id:
                known.unlink()
                known = bindings
            if line.warehouse_id and not known:
                values = {line.external_id: {"name": line.name, "is_active": line.is_active}}
                bindings._bind(self.backend_id, {line.external_id: line.warehouse_id}, values=values)
        return {"type": "ir.actions.act_window_close"}


class IntegrationShopifyLocationLine(models.TransientModel):
    """One place of the shop."""

    _name = "integration.shopify.location.line"
    _description = "Place of a shop"

    wizard_id = fields.Many2one("integration.shopify.location", required=True, ondelete="cascade")
    external_id = fields.Char(required=True, readonly=True)
    name = fields.Char("Location in Shopify", readonly=True)
    is_active = fields.Boolean("In use there", readonly=True)
    company_id = fields.Many2one(related="wizard_id.company_id")
    warehouse_id = fields.Many2one("stock.warehouse", domain="[('company_id', '=', company_id)]")
