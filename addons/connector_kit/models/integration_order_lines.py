from odoo import models


class IntegrationOrderLines(models.AbstractModel):
    """Fewer kits are fewer of each of their parts."""

    _inherit = "integration.order.lines"

    def _is_move_of(self, move, line):
        """A part of a kit follows from the line of the kit."""
        return super()._is_move_of(move, line) or move.bom_line_id.bom_id.type == "phantom"

    def _open_units(self, line, moves):
        """Of a kit, as many as its parts come to."""
        parts = moves.filtered("bom_line_id")
        if not parts:
            return super()._open_units(line, moves)
        return line._integration_kits_in(parts.filtered(lambda move: move.location_dest_id.usage == "customer"))

    def _cut_moves(self, line, surplus, whole=None):
        """Take off the parts of so many kits, as they were when the kit was confirmed."""
        moves = line.sudo().move_ids.filtered(lambda move: move.state != "cancel")
        parts = moves.filtered("bom_line_id")
        if not parts:
            return super()._cut_moves(line, surplus, whole)
        share = surplus / (whole or line.product_uom_qty)
        for part in parts.grouped("product_id").values():
            own = part.product_id.uom_id
            units = sum(move.product_uom._compute_quantity(move.product_uom_qty, own, round=False) for move in part)
            self._cut(part.filtered(lambda move: move.state != "done"), own.round(units * share))
        return None
