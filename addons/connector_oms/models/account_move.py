from odoo import fields, models


class AccountMove(models.Model):
    """Invoices know the business chain they belong to."""

    _inherit = "account.move"

    integration_correlation = fields.Char("Correlation ID", index="btree_not_null", copy=False, readonly=True)

    _integration_name_idx = models.Index("(name) WHERE integration_correlation IS NOT NULL")
