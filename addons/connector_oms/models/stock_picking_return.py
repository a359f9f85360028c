from odoo import api, fields, models

from ..lib.reports import BACK
from ..stock.goods import goods_text


class StockPicking(models.Model):
    """Goods that a channel's customer sent back without anybody knowing are put to a person."""

    _inherit = "stock.picking"

    integration_return_id = fields.Many2one(
        "integration.return", "Return", index="btree_not_null", copy=False, readonly=True
    )

    def _action_done(self):
        """Look at what came back, and at what went out to make up for it."""
        result = super()._action_done()
        self.sudo().integration_return_id._received()
        channel = self.sudo().filtered(lambda picking: picking.integration_backend_id and picking.state == "done")
        for picking in channel.filtered(lambda picking: picking._integration_is_return()):
            picking._integration_report_return()
        again = channel.filtered(lambda picking: picking.move_ids.origin_returned_move_id)
        again.sale_id.picking_ids._integration_check_returns()
        return result

    def _integration_is_return(self):
        """Whether this transfer brought goods of a channel's order back."""
        self.ensure_one()
        return self.state == "done" and self.integration_backend_id and self.location_id.usage == "customer"

    def _integration_is_shipment(self):
        """What goes back to its customer was told when it left for the first time."""
        return super()._integration_is_shipment() and any(not move.origin_returned_move_id for move in self.move_ids)

    def _integration_report_return(self):
        surplus = self.sale_id._integration_surplus()
        facts = {"transfer": self.name, "order": self.sale_id.name}
        if surplus:
            cause = self.env._(
                "More of %(order)s came back with %(transfer)s than was shipped: %(goods)s.",
                goods=goods_text(surplus),
                **facts,
            )
            advice = self.env._("Look whose goods these are. Send them back, or agree with the customer.")
        elif self.integration_return_id or self.sale_id._integration_return_is_announced():
            return
        else:
            came = {move: move.quantity for move in self.move_ids if move.state == "done"}
            cause = self.env._(
                "%(transfer)s brought goods of %(order)s back, and the channel has refunded nothing: %(goods)s.",
                goods=goods_text(came),
                **facts,
            )
            advice = self.env._(
                "Refund the customer at the channel: this closes by itself then. Or send the goods back."
            )
        product = self.move_ids.product_id[:1]
        self.env["integration.exception"]._report(
            self.integration_backend_id,
            "return",
            cause,
            advice,
            group_key=f"{BACK}{product.default_code or product.name}",
            record=self,
            amount=self._integration_return_worth(),
        )

    def _integration_return_worth(self):
        """What the customer paid for the goods of this return, in the company's currency."""
        total = 0.0
        for move in self.move_ids.filtered(lambda move: move.state == "done" and move.sale_line_id.product_uom_qty):
            line = move.sale_line_id
            units = move.product_uom._compute_quantity(move.quantity, line.product_uom_id, round=False)
            total += line.price_total * units / line.product_uom_qty / (line.order_id.currency_rate or 1.0)
        return self.company_id.currency_id.round(total)

    @api.model
    def _integration_close_returns(self):
        """Close reports of returns that the channel has refunded since."""
        found = self.env["integration.exception"].sudo()._of_prefix("return", BACK)
        self.browse(found.mapped("res_id")).exists()._integration_check_returns()

    def _integration_check_returns(self):
        """Close the reports of those of these returns that nothing is wrong with any more."""
        reported = self.env["integration.exception"].sudo()._of_prefix("return", BACK, self)
        for exception in reported:
            order = self.browse(exception.res_id).sale_id
            announced = self.browse(exception.res_id).integration_return_id or order._integration_return_is_announced()
            if announced and not order._integration_surplus():
                exception._resolve(self.env._("Mended by a later event."))
