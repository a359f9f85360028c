from odoo import fields, models


class IntegrationShipmentBinding(models.Model):
    """A delivery and what the channel made of it: several, when calls had to be split."""

    _name = "integration.shipment.binding"
    _description = "Shipment known to a channel"
    _rec_name = "external_id"
    _order = "id desc"

    backend_id = fields.Many2one("integration.backend", "Channel", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    record_id = fields.Many2one("stock.picking", "Transfer", required=True, index=True, ondelete="cascade")
    external_id = fields.Char("Channel's ID", required=True)
    call_key = fields.Char("Call", required=True)
    checksum = fields.Char(help="Digest of what the channel was told.")
    tracking = fields.Char("Tracking told", index="btree_not_null")
    synced_at = fields.Datetime("Told on")

    _external_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id)",
        "This shipment of the channel belongs to another transfer already.",
    )
    _call_uniq = models.Constraint("UNIQUE (backend_id, record_id, call_key)", "This call has been recorded already.")
