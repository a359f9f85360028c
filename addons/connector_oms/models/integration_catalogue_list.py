from odoo import api, fields, models

from ..catalogue.marks import mark_backends
from ..lib.listing import LIST


class IntegrationCatalogueList(models.Model):
    """A further price list of a channel (of a company, a market), kept as a price list of Odoo says."""

    _name = "integration.catalogue.list"
    _description = "Price list of a channel"
    _order = "backend_id, name, id"

    name = fields.Char("At the channel", required=True, readonly=True)
    backend_id = fields.Many2one("integration.backend", "Channel", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    external_id = fields.Char("Channel's ID", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    pricelist_id = fields.Many2one(
        "product.pricelist",
        "Price list",
        domain="[('currency_id', '=', currency_id), ('company_id', 'in', (False, company_id))]",
        help="Prices for one unit, now. Empty: this list is left alone.",
    )
    owner = fields.Selection(
        [("odoo", "Odoo: the channel is changed"), ("compare", "Only compare")],
        "Who owns it",
        required=True,
        default="compare",
    )

    _list_uniq = models.Constraint("UNIQUE (backend_id, external_id)", "This price list is known already.")

    @property
    def _field_name(self):
        """What its values are kept under."""
        return f"{LIST}{self.id}"

    @api.model
    def _of_field(self, name):
        """The list that a field stands for, in sudo."""
        return self.sudo().browse(int(name.removeprefix(LIST)))

    @property
    def _gone_key(self):
        """What is reported when the channel has it no more goes by."""
        return f"catalogue-list:{self.external_id}"[:80]

    @api.model
    def _learn(self, backend, found):
        """Keep which price lists a channel has; those that it has no more stay, and say so when used.

        :param found: canonical ``PriceList`` documents
        """
        known = self.search([("backend_id", "=", backend.id)]).grouped("external_id")
        currencies = (
            self.env["res.currency"].search([("name", "in", [entry.currency for entry in found])]).grouped("name")
        )
        for entry in found:
            values = {"name": entry.name, "currency_id": currencies.get(entry.currency, self.currency_id).id}
            if entry.external_id in known:
                known[entry.external_id].write(values)
            else:
                self.create({**values, "backend_id": backend.id, "external_id": entry.external_id})

    def write(self, vals):
        """Another price list concerns every product."""
        result = super().write(vals)
        if vals.get("pricelist_id"):
            for one in self:
                self.env["integration.exception"]._heal_cause(one.backend_id, "configuration", one._gone_key)
        if {"pricelist_id", "owner"} & vals.keys():
            self.env["integration.catalogue.value"]._recheck(self.backend_id)
            mark_backends(self.env, self.backend_id.ids)
        return result
