from odoo import fields, models

#: the gravest first: the order shows the first one that stands
HOLD_KINDS = [
    ("fraud", "Suspected fraud"),
    ("duplicate", "Perhaps a duplicate"),
    ("payment", "Waiting for payment"),
    ("address", "Address to be checked"),
    ("total", "Amounts differ"),
    ("blocked", "Product not to be sold"),
    ("credit", "Above the credit limit"),
    ("first", "Large first order"),
    ("gateway", "Payment to be looked at"),
    ("price", "Below the price list"),
    ("margin", "Margin too low"),
    ("taxfree", "No tax charged"),
    ("destination", "Not delivered to"),
    ("incomplete", "Customer's data missing"),
    ("supply", "Not all in stock"),
    ("shipped", "Partly shipped elsewhere"),
    ("channel", "Held by the channel"),
    ("test", "Test order"),
]


class IntegrationOrderHold(models.Model):
    """A reason not to confirm an order yet, and who released it why."""

    _name = "integration.order.hold"
    _description = "Hold on an order"
    _order = "id desc"
    _rec_name = "reason"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    kind = fields.Selection(HOLD_KINDS, required=True)
    reason = fields.Char(required=True)
    released_at = fields.Datetime("Released on")
    released_by_id = fields.Many2one("res.users", "Released by", help="Empty: by the channel.")
    release_reason = fields.Char("Released because")

    def _release(self, reason, user=None):
        """Lift these holds.

        :param reason: why, for the record
        :param user: the person who decided; None when the channel did
        """
        self.filtered(lambda hold: not hold.released_at).write(
            {
                "released_at": fields.Datetime.now(),
                "released_by_id": user.id if user else False,
                "release_reason": reason,
            }
        )
