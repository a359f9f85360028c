from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrderLine(models.Model):
    """A line that several warehouses ship asks each of them for its part."""

    _inherit = "sale.order.line"

    integration_short_closed = fields.Float(
        "Closed short",
        digits="Product Unit",
        copy=False,
        readonly=True,
        help="Units that were ordered, and that the warehouse will not deliver any more.",
    )

    def _get_qty_procurement(self, previous_product_uom_qty=False):
        """What was closed short is not asked for again when the order is written to."""
        quantity = super()._get_qty_procurement(previous_product_uom_qty=previous_product_uom_qty)
        return quantity + self.integration_short_closed

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
        if product_qty < 0 and self.order_id.integration_backend_id:
            self._integration_take_off(-product_qty, procurement_uom)
            return []
        parts = self._integration_parts()
        if not parts or product_qty <= 0 or self.route_ids:
            return super()._create_procurements(product_qty, procurement_uom, values)
        procurements = []
        for part, units in self._integration_split(parts, product_qty, procurement_uom).items():
            own = {**values, **part._procurement_values(values)}
            procurements += super()._create_procurements(units, procurement_uom, own)
        return procurements

    def _integration_take_off(self, units, uom):
        """Cut open deliveries down. Odoo would make a receipt for goods that never left.

        :raises UserError: so much is not open any more
        """
        units = uom._compute_quantity(units, self.product_uom_id, round=False)
        still = sum(
            move.product_uom._compute_quantity(move.product_uom_qty, self.product_uom_id, round=False)
            for move in self.move_ids
            if move.state not in ("done", "cancel") and move.location_dest_id.usage == "customer" and not move.picked
        )
        if self.product_uom_id.compare(units, still) > 0:
            raise UserError(
                self.env._(
                    "Only %(units)s of “%(product)s” have not been picked. Take the rest back as a return.",
                    units=f"{still:g}",
                    product=self.product_id.display_name,
                )
            )
        self.env["integration.order.lines"]._cut_moves(self, units)

    def _integration_split(self, parts, quantity, uom):
        """{allocation: units in ``uom``} that come to ``quantity``."""
        own = self.product_id.uom_id
        moves = self.move_ids.filtered(
            lambda move: (
                move.state != "cancel"
                and move.location_id.usage != "customer"
                and (move.integration_allocation_id or not move.move_orig_ids)
                and move.product_id == self.product_id
            )
        )
        split, left = {}, quantity
        for part in parts:
            asked = sum(moves.filtered(lambda move, part=part: part._is_served_by(move)).mapped("product_qty"))
            units = own._compute_quantity(max(0.0, part.units - asked), uom, rounding_method="HALF-UP")
            units = min(left, units)
            if uom.compare(units, 0) > 0:
                split[part] = units
                left -= units
        if uom.compare(left, 0) > 0:
            split[parts[0]] = split.get(parts[0], 0.0) + left
        return split
