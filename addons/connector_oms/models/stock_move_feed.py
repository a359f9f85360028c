from odoo import api, fields, models


class StockMove(models.Model):
    """Deliveries whose goods another warehouse, or a supplier, brings first."""

    _inherit = "stock.move"

    integration_allocation_id = fields.Many2one(
        "integration.routing.allocation",
        "Brought for it",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
        help="The part of a routing decision whose goods come from elsewhere first.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """What is brought first is waited for: see ``stock.rule``."""
        if self.env.context.get("integration_feed"):
            for vals in vals_list:
                if vals.get("integration_allocation_id"):
                    vals["procure_method"] = "make_to_order"
        return super().create(vals_list)

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        return [*super()._prepare_merge_moves_distinct_fields(), "integration_allocation_id"]

    def _prepare_move_split_vals(self, qty):
        """What follows later is brought for the same order."""
        return {
            **super()._prepare_move_split_vals(qty),
            "integration_allocation_id": self.integration_allocation_id.id,
        }

    def _prepare_procurement_values(self):
        """What is brought is no delivery of the order itself: it may be on its way when the order is called off."""
        values = super()._prepare_procurement_values()
        if self.integration_allocation_id:
            values.pop("sale_line_id", None)
        return values

    def _integration_feeders(self):
        """Open moves that bring goods for a delivery, the nearest first.

        None where one of them has begun, or is a purchase: those goods come in any case.
        """
        self.ensure_one()
        found, step = self.browse(), self.move_orig_ids if self.integration_allocation_id else self.browse()
        while step:
            found |= step
            step = step.move_orig_ids - found
        begun = found.filtered(
            lambda move: (
                move.state == "done"
                or move.picked
                or move.purchase_line_id
                or move.picking_id._integration_is_released()
            )
        )
        return self.browse() if begun else found.filtered(lambda move: move.state != "cancel")

    def _integration_is_under_way(self):
        """Whether goods for one of these deliveries have left the place that they come from."""
        return any(
            self.browse(move._rollup_move_origs() - {move.id}).filtered(lambda origin: origin.state == "done")
            for move in self.filtered("integration_allocation_id")
        )

    def _integration_cut_feeders(self, units):
        """Bring less for a delivery that was cut down.

        :param units: that are not to be brought, in the product's unit
        """
        for feeder in self.sudo()._integration_feeders():
            uom = feeder.product_uom
            left = feeder.product_uom_qty - feeder.product_id.uom_id._compute_quantity(units, uom, round=False)
            if uom.compare(left, 0) <= 0:
                feeder._action_cancel()
                continue
            reserved = bool(feeder.quantity)
            feeder.product_uom_qty = left
            if reserved:
                feeder._action_assign()

    def _action_cancel(self):
        """Bring nothing for what is called off; deliver from stock what is not brought."""
        feeders = [feeder for move in self.sudo() for feeder in move._integration_feeders()]
        waiting = self.sudo()._integration_fed() - self.sudo()
        result = super()._action_cancel()
        for feeder in feeders:
            if feeder.state != "cancel" and all(move.state == "cancel" for move in feeder.move_dest_ids):
                feeder._action_cancel()
        waiting._integration_wait_no_more()
        return result

    def _integration_fed(self):
        """Deliveries that wait for what these moves bring."""
        found = self.browse(self._rollup_move_dests()) - self
        return found.filtered(lambda move: move.integration_allocation_id and move.state not in ("done", "cancel"))

    def _integration_wait_no_more(self):
        """Take from stock what nobody brings any more, now; what is not there is put to a person."""
        left = self.filtered(lambda move: move.state == "waiting" and move.procure_method == "make_to_stock")
        if left:
            left.date = fields.Datetime.now()
            left._recompute_state()
            left._integration_defer()
            self.env.ref("connector_oms.cron_shortages").sudo()._trigger()
