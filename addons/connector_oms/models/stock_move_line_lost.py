from odoo import models


class StockMoveLine(models.Model):
    """Goods that were reserved and are gone: the warehouse cannot pick what was promised."""

    _inherit = "stock.move.line"

    def _free_reservation(self, product_id, location_id, quantity, **options):
        """See which channels' deliveries pay for what was counted, scrapped or taken.

        Core gets here only when more was taken than was free; it looks for other stock
        first, so that what lacks afterwards is really gone.
        """
        before = self._integration_reserved(product_id, location_id)
        result = super()._free_reservation(product_id, location_id, quantity, **options)
        lost = {}
        for move, units in before.items():
            gone = units - move.quantity if move.exists() else 0.0
            if move.product_uom.compare(gone, 0) > 0:
                lost[move] = gone
        self.env.context.get("integration_lost", []).extend(lost.items())
        for move, gone in lost.items():
            if move.picking_id._integration_is_released():
                move.picking_id._integration_report_lost({move: gone})
        return result

    def _integration_reserved(self, product, location):
        """{move of a channel's delivery: units reserved}, of those that this line's move may take from."""
        lines = self.sudo().search(
            [
                ("product_id", "=", product.id),
                ("location_id", "=", location.id),
                ("state", "in", ("partially_available", "assigned")),
                ("picked", "=", False),
                ("quantity_product_uom", ">", 0),
                ("picking_id.integration_backend_id", "!=", False),
            ]
        )
        return {move: move.quantity for move in lines.move_id - self.move_id.sudo()}
