from odoo import fields, models


class IntegrationStockPromise(models.TransientModel):
    """How many units may be promised for a day, with what arrives until then."""

    _name = "integration.stock.promise"
    _description = "Units that may be promised by a date"
    _order = "date"

    figure_id = fields.Many2one("integration.stock.figure", required=True, index=True, ondelete="cascade")
    date = fields.Date("From", readonly=True)
    incoming = fields.Float("Arrives", digits="Product Unit", readonly=True)
    promised = fields.Float("May be promised", digits="Product Unit", readonly=True)
