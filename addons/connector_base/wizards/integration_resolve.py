from odoo import fields, models


class IntegrationResolve(models.TransientModel):
    """Asks for the reason when exceptions are resolved by hand."""

    _name = "integration.resolve"
    _description = "Resolve exceptions"

    reason = fields.Char(required=True)
    exception_ids = fields.Many2many("integration.exception", default=lambda self: self.env.context.get("active_ids"))

    def action_resolve(self):
        """Close the chosen exceptions with the reason."""
        self.exception_ids.action_resolve_with(self.reason)
        return {"type": "ir.actions.act_window_close"}
