from odoo import fields, models

#: a tax ID without what people write between its characters; see ``normal_vat``
VAT_SQL = "upper(regexp_replace(vat, '[^A-Za-z0-9]', '', 'g'))"


class ResPartner(models.Model):
    """A state that Odoo has no record of is kept as the customer wrote it."""

    _inherit = "res.partner"

    integration_state_text = fields.Char(
        "State as given", readonly=True, help="The channel's state; Odoo knows none of this name."
    )
    integration_binding_ids = fields.One2many("integration.partner.binding", "record_id", "Customer at channels")

    _integration_vat_idx = models.Index(f"({VAT_SQL}) WHERE vat IS NOT NULL")
