from odoo import fields, models

#: what the external ids of companies start with: customers have ids of their own
COMPANY_PREFIX = "company/"


class IntegrationPartnerBinding(models.Model):
    """A channel's customer (or company) and its contact.

    Several customers may be one contact: people register twice, and clerks merge.
    """

    _name = "integration.partner.binding"
    _description = "Customer of a channel"
    _inherit = ["integration.binding.mixin"]

    record_id = fields.Many2one("res.partner", "Contact", required=True, index=True, ondelete="cascade")

    # takes the place of the mixin's rule that a record is linked once
    _record_uniq = models.Constraint("CHECK (record_id IS NOT NULL)", "A contact is needed.")
