from odoo import fields, models


class IntegrationTeam(models.Model):
    """People who share the exceptions of one kind or place."""

    _name = "integration.team"
    _description = "Exception team"
    _inherit = ["integration.audit.mixin"]
    _audit_prefix = "team"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, default=lambda self: self.env.company)
    member_ids = fields.Many2many("res.users", string="Members")
