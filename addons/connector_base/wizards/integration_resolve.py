from odoo import api, fields, models


class IntegrationResolve(models.TransientModel):
    """Asks how and why when exceptions are resolved by hand."""

    _name = "integration.resolve"
    _description = "Resolve exceptions"

    kind = fields.Selection(selection="_selection_kind", string="Settled how", required=True, default="elsewhere")
    reason = fields.Char("In words", required=True)
    exception_ids = fields.Many2many("integration.exception", default=lambda self: self.env.context.get("active_ids"))

    @api.model
    def _selection_kind(self):
        kinds = self.env["integration.exception"]._fields["resolution_kind"]._description_selection(self.env)
        return [(value, label) for value, label in kinds if value not in ("healed", "fixed")]

    def action_resolve(self):
        """Close the chosen exceptions with the reason."""
        self.exception_ids.action_resolve_with(self.reason, self.kind)
        return {"type": "ir.actions.act_window_close"}
