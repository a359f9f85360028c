from odoo import models

from .batch_memo import CONTEXT_KEY


class StockMove(models.Model):
    """Questions whose answer is known for new orders are not asked."""

    _inherit = "stock.move"

    def _search_picking_for_assignation(self):
        """No transfer can wait for the moves of a reference made a moment ago."""
        memo = self.env.context.get(CONTEXT_KEY)
        if memo and self.reference_ids and memo.references.issuperset(self.reference_ids.ids):
            key = self._key_assign_picking()
            if key not in memo.transfers:
                memo.transfers.add(key)
                return self.env["stock.picking"]
        return super()._search_picking_for_assignation()

    def _trigger_scheduler(self):
        """Ask for reordering rules only for products that have one."""
        moves = self
        memo = self.env.context.get(CONTEXT_KEY)
        if memo:
            moves = self.filtered(
                lambda move: move.product_id.id not in memo.products or move.product_id.id in memo.replenished
            )
        return super(StockMove, moves)._trigger_scheduler()
