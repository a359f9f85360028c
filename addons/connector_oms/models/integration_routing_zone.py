from odoo import fields, models


class IntegrationRoutingZone(models.Model):
    """What a delivery from a warehouse to a region costs, and how long it takes."""

    _name = "integration.routing.zone"
    _description = "Cost of shipping to a region"
    _order = "warehouse_id, country_id, state_id, zip_prefix, carrier_id, id"

    warehouse_id = fields.Many2one("stock.warehouse", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    country_id = fields.Many2one("res.country", ondelete="cascade", help="Empty: everywhere.")
    state_id = fields.Many2one("res.country.state", ondelete="cascade", domain="[('country_id', '=', country_id)]")
    zip_prefix = fields.Char("Postcodes beginning with")
    carrier_id = fields.Many2one("delivery.carrier", "Delivery method", ondelete="cascade", help="Empty: all.")
    cost = fields.Monetary("Per delivery")
    unit_cost = fields.Monetary("Per unit")
    days = fields.Integer("Days on the way", default=1)

    _region_uniq = models.UniqueIndex(
        """(warehouse_id, COALESCE(country_id, 0), COALESCE(state_id, 0), COALESCE(zip_prefix, ''),
            COALESCE(carrier_id, 0))""",
        "This region stands in the list already.",
    )
    _sane = models.Constraint(
        "CHECK (cost >= 0 AND unit_cost >= 0 AND days BETWEEN 0 AND 365)", "Costs and days are not negative."
    )

    def _match(self, partner, carrier):
        """The row that says most about a delivery.

        :param partner: res.partner it goes to
        :param carrier: delivery.carrier, perhaps none
        :return: integration.routing.zone, perhaps none
        """
        code = (partner.zip or "").replace(" ", "").upper()

        def fits(row):
            return (
                row.country_id in (partner.country_id, row.country_id.browse())
                and row.state_id in (partner.state_id, row.state_id.browse())
                and row.carrier_id in (carrier, row.carrier_id.browse())
                and code.startswith((row.zip_prefix or "").replace(" ", "").upper())
            )

        def weight(row):
            return (len(row.zip_prefix or ""), bool(row.state_id), bool(row.country_id), bool(row.carrier_id), -row.id)

        return max(self.filtered(fits), key=weight, default=self.browse())
