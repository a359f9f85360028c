from odoo import fields, models


class IntegrationOrderPayment(models.Model):
    """A movement of money the channel told of. Data only: it books nothing."""

    _name = "integration.order.payment"
    _description = "Payment at a channel"
    _order = "processed_at, id"
    _rec_name = "external_id"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade")
    backend_id = fields.Many2one("integration.backend", required=True, ondelete="restrict")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    external_id = fields.Char("External ID", required=True)
    kind = fields.Selection(
        [
            ("authorization", "Authorized"),
            ("capture", "Captured"),
            ("sale", "Paid"),
            ("refund", "Refunded"),
            ("void", "Voided"),
        ],
        required=True,
    )
    status = fields.Selection([("success", "Done"), ("pending", "Under way"), ("failure", "Failed")], required=True)
    gateway = fields.Char()
    amount = fields.Monetary()
    currency_id = fields.Many2one("res.currency", required=True)
    is_gift_card = fields.Boolean("Gift card")
    processed_at = fields.Datetime("On")

    _external_uniq = models.Constraint("UNIQUE (backend_id, external_id)", "This payment is on an order already.")
