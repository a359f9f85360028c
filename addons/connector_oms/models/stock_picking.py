from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

#: fields of a transfer that the channel is told of again when they change
TOLD = {"carrier_tracking_ref", "carrier_id"}


class StockPicking(models.Model):
    """Deliveries of channels' orders tell the channel that they have left."""

    _inherit = "stock.picking"

    integration_backend_id = fields.Many2one(
        related="sale_id.integration_backend_id", store=True, index="btree_not_null"
    )
    integration_shipment_ids = fields.One2many(
        "integration.shipment.binding", "record_id", "Known to the channel", readonly=True
    )
    integration_told = fields.Selection(
        [("waiting", "Not told yet"), ("told", "Told"), ("trouble", "Could not be told")],
        "News to the channel",
        compute="_compute_integration_told",
    )

    _integration_open_idx = models.Index(
        "(date_deadline) WHERE state IN ('draft', 'waiting', 'confirmed', 'assigned')"
        " AND integration_backend_id IS NOT NULL"
    )
    _integration_untracked_idx = models.Index(
        "(date_done) WHERE state = 'done' AND carrier_tracking_ref IS NULL AND integration_backend_id IS NOT NULL"
    )

    def _auto_init(self):
        """Add the column empty: no delivery made before belongs to a channel's order."""
        if not column_exists(self.env.cr, "stock_picking", "integration_backend_id"):
            create_column(self.env.cr, "stock_picking", "integration_backend_id", "int4")
        return super()._auto_init()

    @api.depends("state", "integration_shipment_ids", "integration_backend_id")
    def _compute_integration_told(self):
        for picking in self:
            if not picking.integration_backend_id or picking.state != "done":
                picking.integration_told = False
            elif picking.integration_exception_count:
                picking.integration_told = "trouble"
            else:
                picking.integration_told = "told" if picking.sudo().integration_shipment_ids else "waiting"

    def _action_done(self):
        """Queue the news in the transaction that makes it true."""
        result = super()._action_done()
        self._integration_emit_shipments()
        return result

    def write(self, vals):
        """Tell the channel of another tracking number, too."""
        told = self.browse()
        if not TOLD.isdisjoint(vals):
            told = self.filtered(
                lambda picking: (
                    picking.state == "done"
                    and picking.integration_backend_id
                    and any(_differs(picking[name], vals[name]) for name in TOLD & vals.keys())
                )
            )
        result = super().write(vals)
        told._integration_emit_shipments()
        return result

    def _integration_emit_shipments(self):
        """Queue one message a delivery; another one when it was queued before."""
        messages = self.env["integration.message"].sudo()
        for picking in self.sudo().filtered(lambda picking: picking._integration_is_shipment()):
            flow = picking.integration_backend_id._flow("shipment.out")
            key = f"{picking._name},{picking.id}"
            earlier = messages.search_count(
                [
                    ("flow_id", "=", flow.id),
                    ("res_model", "=", picking._name),
                    ("res_id", "=", picking.id),
                ]
            )
            messages._emit(flow, picking, f"{key}:{earlier}" if earlier else key)

    def _integration_is_shipment(self):
        """Whether this transfer brings an order of a channel to its customer."""
        self.ensure_one()
        return self.state == "done" and self.integration_backend_id and self.location_dest_id.usage == "customer"

    def _integration_is_released(self):
        """Whether the warehouse has begun with this transfer: it is printed, or something is picked.

        Warehouse connectors add what they have told their warehouse.
        """
        self.ensure_one()
        return self.printed or any(move.picked for move in self.move_ids)

    def _integration_package_number(self, package):
        """A package's own tracking number; carrier connectors know it.

        :param package: stock.package
        """
        return ""

    def action_open_integration_messages(self):
        """Button: what was queued for the channel about these transfers."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_message_action")
        action["domain"] = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        return action


def _differs(old, new):
    """Whether a field's new value changes it."""
    if isinstance(old, models.BaseModel):
        return old.id != (new or False)
    return (old or "") != (new or "")
