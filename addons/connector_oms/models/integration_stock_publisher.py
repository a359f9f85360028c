from odoo import fields, models


class IntegrationStockPublisher(models.Model):
    """How far publishing the stock of one backend has come.

    Every round updates the row first, so that rounds of one backend follow each other
    and each sees what the one before it did (``stock.publish``).
    """

    _name = "integration.stock.publisher"
    _description = "State of stock publishing"
    _log_access = False
    _rec_name = "backend_id"

    backend_id = fields.Many2one("integration.backend", required=True, ondelete="cascade")
    rounds = fields.Integer(default=0)
    ran_at = fields.Datetime("Last round")
    caught_until = fields.Datetime("Orders known until", help="What the channel had sold before is in Odoo.")
    poll_seen = fields.Datetime("Look-up seen", help="Look-up whose orders are still being worked off.")
    poll_seen_at = fields.Datetime("Look-up seen on")

    comparing_since = fields.Datetime("Comparison begun")
    drift_products = fields.Integer("Products that differed", default=0)
    drift_units = fields.Integer("Units that differed", default=0)

    _backend_uniq = models.Constraint("UNIQUE (backend_id)", "A backend has one state of stock publishing.")
