from odoo import api, models

from ..stock.dirty import mark_whole_warehouses
from ..stock.jobs import request_job
from ..stock.reserve_lane import ReserveLane

CHANNEL = "root.connector.reserve"


class StockWarehouse(models.Model):
    """The lane that reserves what orders of channels have confirmed."""

    _inherit = "stock.warehouse"

    def write(self, vals):
        """Have the levels computed anew where the warehouse's root changes."""
        result = super().write(vals)
        if {"view_location_id", "company_id"} & vals.keys():
            mark_whole_warehouses(self.env, self.ids)
        return result

    def _integration_request_reserve(self):
        """See that the waiting moves of these warehouses are reserved after the commit."""
        for warehouse in self:
            request_job(warehouse, "_job_reserve", CHANNEL)

    def _job_reserve(self):
        """Reserve the waiting moves of one warehouse: by priority, date, age.

        :return: what was done, for the job's record
        :raises RetryableJobError: another job is at this warehouse
        """
        self.ensure_one()
        return ReserveLane(self).run()

    @api.model
    def _cron_reserve(self):
        """Ask for the lanes that a kill or a lost job left out."""
        self.env["stock.move"].flush_model(["integration_reserve_pending", "state"])
        self.env.cr.execute(
            """UPDATE stock_move SET integration_reserve_pending = FALSE
                WHERE integration_reserve_pending AND state IN ('draft', 'done', 'cancel')"""
        )
        self.env.cr.execute(
            """SELECT DISTINCT t.warehouse_id
                 FROM stock_move m JOIN stock_picking_type t ON t.id = m.picking_type_id
                WHERE m.integration_reserve_pending AND t.warehouse_id IS NOT NULL"""
        )
        self.browse([row[0] for row in self.env.cr.fetchall()])._integration_request_reserve()
