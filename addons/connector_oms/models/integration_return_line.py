from odoo import api, fields, models


class IntegrationReturnLine(models.Model):
    """Units of one order line that are to come back."""

    _name = "integration.return.line"
    _description = "Goods of a return"
    _rec_name = "product_id"

    return_id = fields.Many2one("integration.return", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="return_id.company_id", store=True, index=True)
    external_id = fields.Char("Channel's ID", required=True)
    order_line_id = fields.Many2one("sale.order.line", "Order line", ondelete="set null")
    product_id = fields.Many2one(related="order_line_id.product_id")
    quantity = fields.Float("Announced", digits="Product Unit")
    received = fields.Float(digits="Product Unit", compute="_compute_received")
    reason = fields.Char()
    note = fields.Char("What the customer says")
    restocked = fields.Float(digits="Product Unit", readonly=True)
    quarantined = fields.Float(digits="Product Unit", readonly=True)
    refurbished = fields.Float("To be refurbished", digits="Product Unit", readonly=True)
    scrapped = fields.Float(digits="Product Unit", readonly=True)
    to_vendor = fields.Float("Back to the vendor", digits="Product Unit", readonly=True)

    _line_uniq = models.Constraint("UNIQUE (return_id, external_id)", "This line is known already.")

    @api.depends("return_id.picking_ids.move_ids.state", "return_id.picking_ids.move_ids.quantity")
    def _compute_received(self):
        for line in self:
            moves = line.return_id.sudo().picking_ids.move_ids.filtered(
                lambda move, line=line: move.state == "done" and move.sale_line_id == line.order_line_id
            )
            line.received = sum(moves.mapped("quantity"))
