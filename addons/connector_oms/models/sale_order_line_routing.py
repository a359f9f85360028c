from odoo import models


class SaleOrderLine(models.Model):
    """A line that several warehouses ship asks each of them for its part."""

    _inherit = "sale.order.line"

    def _integration_parts(self):
        """The allocations in force, in their order."""
        self.ensure_one()
        decision = self.order_id.sudo().integration_decision_id
        return decision.allocation_ids.filtered(lambda part: part.order_line_id == self)

    def _create_procurements(self, product_qty, procurement_uom, values):
        """One procurement for each warehouse that ships a part.

        Of what comes later (the ordered quantity was raised) each warehouse gets what it
        still lacks of its part; the rest goes to the first.
        """
        parts = self._integration_parts()
        if not parts or product_qty <= 0 or self.route_ids:
            return super()._create_procurements(product_qty, procurement_uom, values)
        procurements = []
        for warehouse, units in self._integration_split(parts, product_qty, procurement_uom).items():
            procurements += super()._create_procurements(units, procurement_uom, {**values, "warehouse_id": warehouse})
        return procurements

    def _integration_split(self, parts, quantity, uom):
        """{warehouse: units in ``uom``} that come to ``quantity``."""
        own = self.product_id.uom_id
        moves = self.move_ids.filtered(
            lambda move: move.state != "cancel" and move.location_id.usage != "customer" and not move.move_orig_ids
        )
        split, left = {}, quantity
        for part in parts:
            asked = sum(
                move.product_qty
                for move in moves
                if move.product_id == self.product_id and move.warehouse_id == part.warehouse_id
            )
            units = own._compute_quantity(max(0.0, part.units - asked), uom, rounding_method="HALF-UP")
            units = min(left, units)
            if uom.compare(units, 0) > 0:
                split[part.warehouse_id] = units
                left -= units
        if uom.compare(left, 0) > 0:
            first = parts[0].warehouse_id
            split[first] = split.get(first, 0.0) + left
        return split
