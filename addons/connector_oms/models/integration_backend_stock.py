from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..stock.dirty import mark_backends


class IntegrationBackend(models.Model):
    """What a backend is told of the stock, and of deliveries."""

    _inherit = "integration.backend"

    stock_buffer_units = fields.Float(
        "Keep back (units)",
        digits="Product Unit",
        tracking=True,
        help="Safety stock of each product in each warehouse that this channel is not offered.",
    )
    stock_buffer_percent = fields.Float(
        "Keep back (%)",
        tracking=True,
        help="Part of the rest that this channel is not offered, e.g. because another "
        "channel sells from the same stock.",
    )
    stock_drift_units = fields.Integer(
        "Tolerated difference (units)",
        help="A level that the channel holds differently, again and again, is reported "
        "when it is off by more units than this.",
    )
    stock_level_count = fields.Integer(compute="_compute_stock_level_counts")
    stock_behind_count = fields.Integer("To be published", compute="_compute_stock_level_counts")
    stock_problem_count = fields.Integer("Refused", compute="_compute_stock_level_counts")
    shipment_notify = fields.Boolean(
        "Customers are notified by the channel",
        help="Ask the channel to tell its customer when a delivery has left.",
    )

    @api.constrains("stock_buffer_units", "stock_buffer_percent", "stock_drift_units")
    def _check_stock_buffer(self):
        for backend in self:
            if not 0 <= backend.stock_buffer_percent <= 100:
                raise ValidationError(self.env._("What is kept back is between 0 and 100 percent."))
            if backend.stock_buffer_units < 0 or backend.stock_drift_units < 0:
                raise ValidationError(self.env._("Units are not negative."))

    def _compute_stock_level_counts(self):
        self.env.cr.execute(
            """SELECT backend_id, count(*), count(*) FILTER (WHERE version > published_version),
                      count(*) FILTER (WHERE problem IS NOT NULL)
                 FROM integration_stock_level WHERE backend_id = ANY(%s) GROUP BY backend_id""",
            (self.ids,),
        )
        counts = {row[0]: row[1:] for row in self.env.cr.fetchall()}
        for backend in self:
            found = counts.get(backend.id, (0, 0, 0))
            backend.stock_level_count = found[0]
            backend.stock_behind_count = found[1]
            backend.stock_problem_count = found[2]

    def write(self, vals):
        """Another safety stock changes every level."""
        result = super().write(vals)
        if {"stock_buffer_units", "stock_buffer_percent", "state"} & vals.keys():
            mark_backends(self.env, self.ids)
        return result

    def action_open_stock_levels(self):
        """Smart button: what this channel is told of the stock."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_oms.integration_stock_level_action")
        action["domain"] = [("backend_id", "=", self.id)]
        return action

    def action_recompute_stock(self):
        """Button: compute all levels of this backend anew, and send what differs."""
        self.check_access("write")
        self.env["integration.audit"]._record(self, "backend.recompute_stock")
        mark_backends(self.env, self.ids)
