from odoo import fields, models
from odoo.exceptions import UserError


class IntegrationFixDate(models.TransientModel):
    """Enters when a supplier says that the goods will come."""

    _name = "integration.fix.date"
    _description = "Enter the new date"
    _inherit = ["integration.fix"]

    scope = fields.Selection(default="chosen")
    date_planned = fields.Datetime("Comes on")
    reason = fields.Char("What the supplier says")

    def _reason(self):
        return self.reason or ""

    def _decide(self, exceptions):
        if not self.date_planned or self.date_planned <= fields.Datetime.now():
            raise UserError(self.env._("Please enter a date to come."))

    def _mend_one(self, exception):
        purchase, coming = exception._purchases(), self.date_planned
        # settled by this person, not by the change that follows
        exception._resolve(self.env._("Comes on %s.", fields.Date.to_string(coming)), "fixed")
        open_lines = purchase.order_line.filtered(
            lambda line: (
                line.date_planned < coming and any(move.state not in ("done", "cancel") for move in line.move_ids)
            )
        )
        open_lines.date_planned = coming
        if self.reason:
            purchase.message_post(body=self.reason, author_id=self.env.user.partner_id.id)
