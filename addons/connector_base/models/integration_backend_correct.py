from odoo import fields, models


class IntegrationBackend(models.Model):
    """From which value on a corrected message needs a second person."""

    _inherit = "integration.backend"

    company_currency_id = fields.Many2one(related="company_id.currency_id")
    edit_limit = fields.Monetary(
        "Corrections without approval up to",
        currency_field="company_currency_id",
        help="A corrected message that is worth more is replayed only after a manager who did not "
        "correct it has approved. 0: always.",
    )
