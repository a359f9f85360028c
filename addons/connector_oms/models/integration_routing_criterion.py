from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationRoutingCriterion(models.Model):
    """One thing that options are ranked by."""

    _name = "integration.routing.criterion"
    _description = "What routing ranks by"
    _order = "ruleset_id, sequence, id"
    _rec_name = "kind"

    ruleset_id = fields.Many2one("integration.routing.ruleset", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="ruleset_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("lateness", "Days late"),
            ("arrival", "Days until it arrives"),
            ("shipments", "Number of deliveries"),
            ("cost", "Cost of shipping"),
            ("margin", "Margin after shipping"),
            ("priority", "Priority of the warehouse"),
        ],
        required=True,
    )
    weight = fields.Float(default=1.0)

    _kind_uniq = models.Constraint("UNIQUE (ruleset_id, kind)", "Each is ranked by once.")

    @api.model_create_multi
    def create(self, vals_list):
        """Rank drafts only."""
        rows = super().create(vals_list)
        rows._check_draft()
        return rows

    def write(self, vals):
        """Rank drafts only."""
        self._check_draft()
        return super().write(vals)

    def unlink(self):
        """Rank drafts only."""
        self._check_draft()
        return super().unlink()

    def _check_draft(self):
        if any(row.ruleset_id.state != "draft" for row in self):
            raise UserError(self.env._("These rules are or were in force. Make a new version, and change that."))
