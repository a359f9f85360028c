from odoo import fields, models


class IntegrationBackend(models.Model):
    """What the daily comparison of stock with the channel came to."""

    _inherit = "integration.backend"

    stock_drift_policy = fields.Selection(
        [("heal", "Set it right, report when it comes back"), ("report", "Report it, change nothing")],
        "When the channel holds other stock",
        default="heal",
        required=True,
        tracking=True,
        help="Every level is read from the channel once a day and held against what it was told.",
    )
    stock_compared_at = fields.Datetime("Last compared", compute="_compute_stock_drift")
    stock_drift_products = fields.Integer("Products that differed", compute="_compute_stock_drift")
    stock_drift_total = fields.Integer("Units that differed", compute="_compute_stock_drift")

    def _compute_stock_drift(self):
        publishers = self.env["integration.stock.publisher"].sudo().search([("backend_id", "in", self.ids)])
        of_backend = publishers.grouped("backend_id")
        for backend in self:
            publisher = of_backend.get(backend, publishers.browse())
            backend.stock_compared_at = publisher.comparing_since
            backend.stock_drift_products = publisher.drift_products
            backend.stock_drift_total = publisher.drift_units
