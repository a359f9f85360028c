from odoo import models

#: the channel has paid back, or stopped the order
REFUNDED = ("partially_refunded", "refunded", "voided")


class SaleOrder(models.Model):
    """What of an order came back."""

    _inherit = "sale.order"

    def _integration_surplus(self):
        """{a move that came back: units more than were shipped}, by product."""
        self.ensure_one()
        shipped, back, last = {}, {}, {}
        for move in self.order_line.move_ids.filtered(lambda move: move.state == "done"):
            product, units = move.product_id, move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id)
            if move.location_dest_id.usage == "customer":
                shipped[product] = shipped.get(product, 0.0) + units
            elif move.location_id.usage == "customer":
                back[product] = back.get(product, 0.0) + units
                last[product] = move
        more = {product: units - shipped.get(product, 0.0) for product, units in back.items()}
        return {last[product]: units for product, units in more.items() if product.uom_id.compare(units, 0) > 0}

    def _integration_return_is_announced(self):
        """Whether the channel knows that goods came back, or nothing is here any more that did."""
        self.ensure_one()
        if self.integration_refunded or self.integration_financial_status in REFUNDED or self.state == "cancel":
            return True
        moves = self.order_line.move_ids.filtered(lambda move: move.state == "done")
        back = moves.filtered(lambda move: move.location_id.usage == "customer")
        again = moves.filtered(lambda move: move.location_dest_id.usage == "customer" and move.origin_returned_move_id)
        if sum(back.mapped("product_qty")) <= sum(again.mapped("product_qty")):
            return True
        exceptions = self.env["integration.exception"].sudo()
        return bool(
            exceptions.search_count(
                [("res_model", "=", self._name), ("res_id", "=", self.id), ("category", "in", ("cancel", "change"))],
                limit=1,
            )
        )
