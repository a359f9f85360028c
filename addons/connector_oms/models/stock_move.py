from odoo import api, fields, models

from ..stock.bulk_reserve import BulkReserve
from ..stock.dirty import mark_places

#: fields of a move that the demand it stands for depends on; its date only where what is
#: still to arrive is sold: what was promised is promised
WATCHED = {
    "state",
    "product_uom_qty",
    "product_uom",
    "quantity",
    "product_id",
    "location_id",
    "location_dest_id",
    "location_final_id",
}
OPEN_STATES = ("waiting", "confirmed", "partially_available", "assigned")


class StockMove(models.Model):
    """Reserving: never more than there is, later where asked, and in bulk."""

    _inherit = "stock.move"

    integration_reserve_pending = fields.Boolean(
        "Waits to be reserved", copy=False, readonly=True, export_string_translation=False
    )

    _integration_reserve_idx = models.Index(
        "(picking_type_id, priority DESC, date, id) WHERE integration_reserve_pending"
    )
    _integration_demand_idx = models.Index(
        "(product_id, location_id) WHERE state IN ('waiting', 'confirmed', 'partially_available')"
    )

    def _action_assign(self, force_qty=False):
        """Reserve, with the products locked.

        Core alone over-reserves: two transactions that reserve the last units of a
        product at the same time both get them (it skips quants that another
        transaction has locked, and makes new ones). The lock lets one of them wait;
        it then meets a quant that is newer than its snapshot, fails with a
        serialization error, and is tried again by Odoo with fresh figures.

        Context key ``integration_defer_reservation``: outgoing moves of sales orders
        are only marked, and reserved by the warehouse's lane after the commit.
        Context key ``integration_bulk_reservation``: simple moves are reserved all
        at once (``stock.bulk_reserve``), the others as core does.
        """
        moves = self
        if self.env.context.get("integration_defer_reservation") and not force_qty:
            deferred = self.filtered(lambda move: move._integration_may_defer())
            deferred._integration_defer()
            moves = self - deferred
            if deferred and not moves:
                return None
        moves._integration_lock_products()
        if self.env.context.get("integration_bulk_reservation") and not force_qty:
            moves = BulkReserve(moves).run()
        result = super(StockMove, moves)._action_assign(force_qty=force_qty)
        moves.filtered("integration_reserve_pending").integration_reserve_pending = False
        return result

    def _integration_lock_products(self):
        """Lock the products that these moves take from stock, in one order for all.

        ``NO KEY``: rows that reference the products may still be inserted meanwhile.
        """
        product_ids = {
            move.product_id.id for move in self if move.state in OPEN_STATES and not move._should_bypass_reservation()
        }
        if product_ids:
            self.env.cr.execute(
                "SELECT id FROM product_product WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                (tuple(product_ids),),
            )

    def _integration_may_defer(self):
        """Whether this is a delivery (or its first step) that takes from stock."""
        self.ensure_one()
        return (
            self.sale_line_id
            and self.location_id.usage == "internal"
            and self.picking_type_id.warehouse_id
            and not self.picked
            and not self._should_bypass_reservation()
        )

    def _integration_defer(self):
        """Mark these moves and have the lanes of their warehouses reserve them."""
        if not self:
            return
        waiting = self.filtered(lambda move: move.state in OPEN_STATES and not move.integration_reserve_pending)
        waiting.integration_reserve_pending = True
        self.picking_type_id.warehouse_id._integration_request_reserve()

    @api.model_create_multi
    def create(self, vals_list):
        """Mark the demand of moves that are open from the start."""
        moves = super().create(vals_list)
        moves._integration_mark()
        return moves

    def write(self, vals):
        """Mark the demand before and after."""
        watched = not WATCHED.isdisjoint(vals) or (
            "date" in vals and self.env["integration.stock.rule"]._sells_incoming()
        )
        if watched:
            self._integration_mark()
        result = super().write(vals)
        if watched:
            self._integration_mark()
        return result

    def unlink(self):
        """Mark the demand that goes."""
        self._integration_mark()
        return super().unlink()

    def _integration_mark(self):
        moves = self.filtered(lambda move: move.state in OPEN_STATES)
        mark_places(self.env, ((move.product_id.id, move.location_id.id) for move in moves))
        if self.env["integration.stock.rule"]._sells_incoming():
            places = [(move.product_id, move.location_final_id or move.location_dest_id) for move in moves]
            mark_places(self.env, ((product.id, place.id) for product, place in places))
