from odoo import api, fields, models
from odoo.exceptions import UserError

REASONS = [
    ("unwanted", "Changed their mind"),
    ("defective", "Damaged or defective"),
    ("wrong_item", "Wrong product received"),
    ("not_as_described", "Not as described"),
    ("size_too_small", "Too small"),
    ("size_too_large", "Too large"),
    ("color", "Colour"),
    ("style", "Style"),
    ("other", "Other"),
]


class IntegrationReturnStart(models.TransientModel):
    """Enters a return for a customer: its receipt is prepared, and the channel is told."""

    _name = "integration.return.start"
    _description = "Enter a return"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    line_ids = fields.One2many("integration.return.start.line", "start_id", "Goods")

    @api.model
    def default_get(self, names):
        """One line for each product that has left and may still come back."""
        values = super().default_get(names)
        order = self.env["sale.order"].browse(values.get("order_id"))
        values["line_ids"] = [
            fields.Command.create(
                {"order_line_id": line.id, "product_id": line.product_id.id, "left": left, "quantity": 0}
            )
            for line, left in self._returnable(order).items()
        ]
        return values

    @api.model
    def _returnable(self, order):
        """{order line: units that were delivered and are not announced to come back}"""
        returns = self.env["integration.return"].sudo().search([("order_id", "=", order.id)])
        live = returns.filtered(lambda entry: entry.state not in ("declined", "cancelled")).line_ids
        found = {}
        for line in order.order_line.filtered("integration_external_id"):
            back = sum(live.filtered(lambda one, line=line: one.order_line_id == line).mapped("quantity"))
            if line.product_id.type != "service" and line.qty_delivered - back >= 1:
                found[line] = int(line.qty_delivered - back)
        return found

    def action_apply(self):
        """Button “Enter”: keep the return, prepare its receipt, tell the channel."""
        self.ensure_one()
        self.order_id.check_access("write")
        left = self._returnable(self.order_id)
        chosen = self.line_ids.filtered(lambda line: line.quantity > 0)
        if not chosen:
            raise UserError(self.env._("Say how many units come back."))
        for line in chosen:
            if line.quantity > left.get(line.order_line_id, 0):
                raise UserError(
                    self.env._(
                        "Of “%(product)s” at most %(left)s can come back.",
                        product=line.product_id.display_name,
                        left=left.get(line.order_line_id, 0),
                    )
                )
        instead = chosen.filtered("exchange_product_id")
        self._check_listed(instead.exchange_product_id)
        entry = self.env["integration.return"]._start(
            self.order_id,
            [(line.order_line_id, line.quantity, line.reason, line.note or "") for line in chosen],
            [(line.exchange_product_id, line.quantity) for line in instead],
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "integration.return",
            "res_id": entry.id,
            "views": [(False, "form")],
        }

    def _check_listed(self, products):
        """The channel puts the replacement on the order, so it has to sell it."""
        backend = self.order_id.sudo().integration_backend_id
        for product in products:
            if not self.env["integration.product.binding"]._sold(backend, product):
                raise UserError(
                    self.env._(
                        "“%(product)s” is not linked to anything that %(channel)s sells. Choose another product.",
                        product=product.display_name,
                        channel=backend.name,
                    )
                )


class IntegrationReturnStartLine(models.TransientModel):
    """A product of the order, and how much of it comes back."""

    _name = "integration.return.start.line"
    _description = "Goods of a return to be entered"

    start_id = fields.Many2one("integration.return.start", required=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", required=True)
    product_id = fields.Many2one("product.product", readonly=True)
    left = fields.Integer("Delivered", readonly=True, help="And not announced to come back yet.")
    quantity = fields.Integer("Units", help="So many come back.")
    reason = fields.Selection(REASONS, default="unwanted", required=True)
    note = fields.Char("What the customer says")
    exchange_product_id = fields.Many2one(
        "product.product",
        "Send instead",
        domain=[("sale_ok", "=", True)],
        help="As many units of it. The channel puts them on the order when the replacement is sent.",
    )
