from odoo import fields, models
from odoo.exceptions import UserError


class IntegrationPayoutAccept(models.TransientModel):
    """Settles transactions of a payout by a person's decision."""

    _name = "integration.payout.accept"
    _description = "Accept transactions of a payout"

    line_ids = fields.Many2many("integration.payout.line", string="Transactions", required=True)
    payment_id = fields.Many2one(
        "integration.order.payment", "It is this payment", help="Empty: the transaction stands for itself."
    )
    reason = fields.Char("Why", required=True)

    def action_apply(self):
        """Button “Accept”."""
        self.ensure_one()
        if self.payment_id and len(self.line_ids) > 1:
            raise UserError(self.env._("Choose a payment for one transaction at a time."))
        self.line_ids._accept(self.reason, self.payment_id)
        return {"type": "ir.actions.act_window_close"}
