from collections import defaultdict

from odoo import models

from .batch_memo import CONTEXT_KEY


class StockMove(models.Model):
    """Questions whose answer is known for new orders are not asked."""

    _inherit = "stock.move"

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        """Know which moves come, before their transfers are made one by one."""
        memo = self.env.context.get(CONTEXT_KEY)
        if memo:
            memo.coming.update(self.ids)
        return super()._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)

    def _assign_picking(self):
        """Make the transfers of all new orders at once."""
        memo = self.env.context.get(CONTEXT_KEY)
        if not memo:
            return super()._assign_picking()
        coming, memo.coming = memo.coming, set()
        if coming:
            self.browse(sorted(coming))._make_transfers(memo)
        rest = self.filtered(lambda move: move.id not in memo.placed)
        return super(StockMove, rest)._assign_picking() if rest else True

    def _make_transfers(self, memo):
        """Make one transfer for each key of new moves, as ``_assign_picking`` does.

        Only for moves of a reference made a moment ago, for which no transfer can be
        there, and not for negative ones, which go back into others.
        """
        groups = defaultdict(list)
        for move in self:
            if (
                move._should_be_assigned()
                and move.reference_ids
                and memo.references.issuperset(move.reference_ids.ids)
                and move.product_uom.compare(move.product_uom_qty, 0.0) >= 0
            ):
                groups[move._key_assign_picking()].append(move.id)
        groups = {key: self.browse(ids) for key, ids in groups.items() if key not in memo.transfers}
        transfers = self.env["stock.picking"].create([moves._get_new_picking_values() for moves in groups.values()])
        for (key, moves), transfer in zip(groups.items(), transfers, strict=True):
            moves.write({"picking_id": transfer.id})
            moves._assign_picking_post_process(new=True)
            memo.transfers.add(key)
            memo.placed.update(moves.ids)

    def _trigger_scheduler(self):
        """Ask for reordering rules only for products that have one."""
        moves = self
        memo = self.env.context.get(CONTEXT_KEY)
        if memo:
            moves = self.filtered(
                lambda move: move.product_id.id not in memo.products or move.product_id.id in memo.replenished
            )
        return super(StockMove, moves)._trigger_scheduler()
