from odoo import models


class SaleOrderLine(models.Model):
    """Channels are told of kits, not of their parts."""

    _inherit = "sale.order.line"

    def _integration_kits_in(self, moves):
        """Whole kits of this line that moves to the customer come to, in the line's unit."""
        self.ensure_one()
        bom = moves.bom_line_id.bom_id.filtered(
            lambda bom: bom.type == "phantom" and self.product_id in bom._integration_products()
        )[:1]
        # a kit of kits: its parts name the bills of the inner ones
        bom = (
            bom
            or self.env["mrp.bom"]
            .sudo()
            ._bom_find(self.product_id, bom_type="phantom", company_id=self.company_id.id)[self.product_id]
        )
        if not bom:
            return super()._integration_kits_in(moves)
        ordered = self.product_uom_id._compute_quantity(self.product_uom_qty, bom.product_uom_id)
        there = {"incoming_moves": lambda move: move in moves, "outgoing_moves": lambda move: False}
        whole = moves._compute_kit_quantities(self.product_id, ordered, bom, there)
        return bom.product_uom_id._compute_quantity(whole, self.product_uom_id)
