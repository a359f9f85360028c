from odoo import api, fields, models
from odoo.exceptions import ValidationError


class IntegrationBackend(models.Model):
    """What becomes of refunds and returns of a channel."""

    _inherit = "integration.backend"

    refund_policy = fields.Selection(
        [
            ("draft", "Make a draft credit note"),
            ("post", "Make the credit note and confirm it"),
            ("none", "Make none"),
        ],
        "When the channel refunds",
        default="draft",
        required=True,
        tracking=True,
        help="Of orders that are invoiced, with the amounts of the channel's own books. Refunds of orders that are "
        "not invoiced yet wait for the invoice.",
    )
    return_days = fields.Integer(
        "Returns come within (days)",
        default=14,
        help="Announced returns that have not come by then are reported. 0: never.",
    )
    return_close = fields.Boolean(
        "Close returns at the channel",
        default=True,
        tracking=True,
        help="Once they are inspected here and paid back.",
    )
    return_count = fields.Integer("Returns", compute="_compute_return_counts")
    refund_due_count = fields.Integer("Refunds to be credited", compute="_compute_return_counts")

    @api.constrains("return_days")
    def _check_return_days(self):
        if any(backend.return_days < 0 for backend in self):
            raise ValidationError(self.env._("Days are not negative."))

    def _compute_return_counts(self):
        returns, refunds = self.env["integration.return"].sudo(), self.env["integration.refund"].sudo()
        for backend in self:
            backend.return_count = returns.search_count([("backend_id", "=", backend.id)])
            backend.refund_due_count = refunds.search_count([("backend_id", "=", backend.id), ("state", "=", "due")])
