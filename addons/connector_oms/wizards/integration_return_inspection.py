from odoo import api, fields, models
from odoo.exceptions import UserError

#: field of a line -> field of the return's line
FATES = {
    "restock": "restocked",
    "quarantine": "quarantined",
    "refurbish": "refurbished",
    "scrap": "scrapped",
    "vendor": "to_vendor",
}


class IntegrationReturnInspection(models.TransientModel):
    """What becomes of goods that came back."""

    _name = "integration.return.inspection"
    _description = "Inspect a return"

    return_id = fields.Many2one("integration.return", required=True, readonly=True)
    line_ids = fields.One2many("integration.return.inspection.line", "inspection_id", "Goods")

    @api.model
    def default_get(self, names):
        """One line for each product that came back, all of it to be sold again."""
        values = super().default_get(names)
        entry = self.env["integration.return"].browse(values.get("return_id"))
        values["line_ids"] = [
            fields.Command.create(
                {
                    "return_line_id": line.id,
                    "received": line.received,
                    "restock": line.received,
                    "product_id": line.product_id.id,
                }
            )
            for line in entry.line_ids
            if line.received
        ]
        return values

    def action_apply(self):
        """Button “Done”: move the goods to where they belong.

        :raises UserError: a line does not come to what was received
        """
        self.ensure_one()
        entry = self.return_id
        entry.check_access("read")
        if entry.state != "received":
            raise UserError(self.env._("%s was inspected already.", entry.name))
        for line in self.line_ids:
            line._check()
        for line in self.line_ids:
            line._apply()
        entry.sudo().state = "inspected"
        entry.sudo()._check_mismatch()
        entry._close_when_settled()
        entry.sudo().message_post(
            body=self.env._("Inspected by %s.", self.env.user.name), author_id=self.env.user.partner_id.id
        )
        return {"type": "ir.actions.act_window_close"}


class IntegrationReturnInspectionLine(models.TransientModel):
    """A product that came back, and how much of it goes where."""

    _name = "integration.return.inspection.line"
    _description = "Inspected goods"

    inspection_id = fields.Many2one("integration.return.inspection", required=True, ondelete="cascade")
    return_line_id = fields.Many2one("integration.return.line", required=True)
    product_id = fields.Many2one("product.product", readonly=True)
    received = fields.Float(digits="Product Unit", readonly=True)
    restock = fields.Float("Sell again", digits="Product Unit")
    quarantine = fields.Float(digits="Product Unit")
    refurbish = fields.Float(digits="Product Unit")
    scrap = fields.Float(digits="Product Unit")
    vendor = fields.Float("Back to the vendor", digits="Product Unit")

    def _check(self):
        units = sum(self[name] for name in FATES)
        if any(self[name] < 0 for name in FATES) or self.product_id.uom_id.compare(units, self.return_line_id.received):
            raise UserError(
                self.env._(
                    "%(units)s of “%(product)s” came back. Say of all of them what becomes of them.",
                    units=f"{self.return_line_id.received:g}",
                    product=self.product_id.display_name,
                )
            )

    def _apply(self):
        line = self.return_line_id.sudo()
        moves = line.return_id.picking_ids.move_ids.filtered(
            lambda move: move.state == "done" and move.sale_line_id == line.order_line_id
        )
        left = {name: self[name] for name in FATES}
        for move in moves:
            there = move.quantity
            for name in FATES:
                units = min(there, left[name])
                if units > 0:
                    self._send(move, name, units)
                    there -= units
                    left[name] -= units
        line.write({FATES[name]: self[name] for name in FATES})

    def _send(self, received, fate, units):
        """Move units of what a receipt brought to where they belong.

        :param received: the receipt's stock.move
        """
        warehouse = received.picking_type_id.warehouse_id
        if fate == "scrap":
            scrap = self.env["stock.scrap"].sudo().with_company(received.company_id)
            scrap.create(
                {
                    "product_id": received.product_id.id,
                    "scrap_qty": units,
                    "product_uom_id": received.product_uom.id,
                    "location_id": received.location_dest_id.id,
                    "lot_id": received.move_line_ids.lot_id[:1].id,
                    "origin": self.return_line_id.return_id.name,
                }
            ).do_scrap()
            return
        places = {
            "restock": lambda: warehouse.lot_stock_id,
            "quarantine": lambda: warehouse._integration_place("integration_quarantine_location_id"),
            "refurbish": lambda: warehouse._integration_place("integration_refurbish_location_id"),
            "vendor": lambda: self.env.ref("stock.stock_location_suppliers"),
        }
        place = places[fate]()
        move = (
            self.env["stock.move"]
            .sudo()
            .with_company(received.company_id)
            .create(
                {
                    "product_id": received.product_id.id,
                    "product_uom_qty": units,
                    "product_uom": received.product_uom.id,
                    "location_id": received.location_dest_id.id,
                    "location_dest_id": place.id,
                    "company_id": received.company_id.id,
                    "origin": self.return_line_id.return_id.name,
                }
            )
        )
        move._action_confirm(merge=False)
        move._action_assign()
        if not move.move_line_ids:
            move.quantity = units
        move.picked = True
        move._action_done()
