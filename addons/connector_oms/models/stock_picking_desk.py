from odoo import api, models

from ..lib.reports import LOST
from ..stock.goods import goods_text

#: what a transfer that has left or was called off is no longer in trouble with
WAITING = ("backorder", "partial", "allocation", "pick")
#: transfers looked at in one run of the cron
BATCH = 500

#: Due deliveries of channels' orders of which something is not reserved, and how much is.
#: What waits for a transfer or purchase made for it counts, too: it should be there by then.
SHORTAGES = """
SELECT p.id, bool_or(m.state = 'partially_available' OR r.some)
  FROM stock_picking p
  JOIN stock_move m ON m.picking_id = p.id
  LEFT JOIN LATERAL (
       SELECT TRUE AS some FROM stock_move o
        WHERE o.picking_id = p.id AND o.state = 'assigned' LIMIT 1) r ON TRUE
 WHERE p.integration_backend_id IS NOT NULL
   AND p.state IN ('waiting', 'confirmed', 'assigned')
   AND p.scheduled_date <= now() AT TIME ZONE 'UTC'
   AND (m.state IN ('confirmed', 'partially_available')
        OR m.state = 'waiting' AND m.integration_allocation_id IS NOT NULL)
   AND m.integration_reserve_pending IS NOT TRUE
"""
#: that nobody has been asked about: neither about the transfer, nor about its order
NEW = """
   AND NOT EXISTS (
       SELECT 1 FROM integration_exception e
        WHERE e.state = 'open'
          AND (e.res_model = 'stock.picking' AND e.res_id = p.id
               AND e.category IN ('backorder', 'partial', 'allocation', 'pick')
               OR e.res_model = 'sale.order' AND e.res_id = p.sale_id AND e.category = 'allocation'))
"""
#: orders that nothing had in stock, and of which everything is reserved or gone by now
SERVED = """
SELECT e.res_id FROM integration_exception e
 WHERE e.res_model = 'sale.order' AND e.category = 'allocation' AND e.state = 'open'
   AND EXISTS (SELECT 1 FROM stock_move m JOIN sale_order_line l ON l.id = m.sale_line_id
                WHERE l.order_id = e.res_id AND m.state IN ('assigned', 'done'))
   AND NOT EXISTS (SELECT 1 FROM stock_move m JOIN sale_order_line l ON l.id = m.sale_line_id
                    WHERE l.order_id = e.res_id AND m.state IN ('waiting', 'confirmed', 'partially_available'))
"""


class StockPicking(models.Model):
    """Deliveries that cannot leave, or left short, are put to a person."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "integration.exception.mixin"]

    def _integration_exceptions_by_record(self):
        """Those about the messages that tell the channel of a transfer, too."""
        found = super()._integration_exceptions_by_record()
        exceptions = self.env["integration.exception"].sudo()
        told = exceptions.search(
            [
                ("state", "=", "open"),
                ("res_id", "=", False),
                ("message_id.res_model", "=", self._name),
                ("message_id.res_id", "in", self.ids),
            ]
        )
        for exception in told:
            key = exception.message_id.res_id
            found[key] = found.get(key, exceptions) | exception
        return found

    # left short

    def _action_done(self):
        """See whether all that was ordered has left."""
        result = super()._action_done()
        channel = self.sudo().filtered(lambda picking: picking.integration_backend_id and picking.state == "done")
        if channel:
            channel._integration_heal_waiting()
            channel.filtered(lambda picking: picking._integration_is_shipment())._integration_report_rest()
        return result

    def action_cancel(self):
        """What is called off waits for nothing any more."""
        result = super().action_cancel()
        self.sudo().filtered("integration_backend_id")._integration_heal_waiting()
        return result

    def _integration_heal_waiting(self):
        if self:
            self.env["integration.exception"]._heal(record=self, categories=WAITING)

    def _integration_report_rest(self):
        rests = self.search([("backorder_id", "in", self.ids), ("state", "not in", ("done", "cancel"))])
        for rest in rests:
            rest._integration_report(
                "backorder",
                self.env._(
                    "%(order)s has left in part. Still to come with %(transfer)s: %(goods)s.",
                    order=rest.sale_id.name,
                    transfer=rest.name,
                    goods=goods_text({move: move.product_uom_qty for move in rest.move_ids}),
                ),
            )
        for picking in self - rests.backorder_id:
            dropped = _missing(picking.move_ids)
            waiting = picking.sale_id.order_line.move_ids.filtered(lambda m: m.state not in ("done", "cancel"))
            if dropped and not waiting:
                picking._integration_close_short(dropped)
                picking._integration_report(
                    "short",
                    self.env._(
                        "%(order)s was shipped short, and nothing follows. Missing: %(goods)s.",
                        order=picking.sale_id.name,
                        goods=goods_text(dropped),
                    ),
                    dropped,
                )

    def _integration_close_short(self, dropped):
        """Note on the order's lines what nobody is going to deliver.

        :param dropped: {stock.move: units}
        """
        for move, units in dropped.items():
            line = move.sale_line_id
            if line and line.product_id == move.product_id:
                line.integration_short_closed += move.product_uom._compute_quantity(units, line.product_uom_id)

    def _integration_report(self, category, cause, missing=None, prefix=""):
        """Open an exception about this transfer, grouped by the product that is missing.

        :param missing: {stock.move: units}
        :param prefix: what tells reports of this kind from those of other addons
        """
        missing = missing or {move: move.product_uom_qty for move in self.move_ids}
        product = max(missing, key=missing.get, default=self.move_ids).product_id
        self.env["integration.exception"]._report(
            self.integration_backend_id,
            category,
            cause,
            group_key=f"{prefix}{product.default_code or product.name or ''}",
            record=self,
            amount=self.sale_id._integration_worth() if self.sale_id else 0.0,
        )

    def _integration_report_lost(self, lost):
        """Somebody must look: what was to be picked is not there.

        :param lost: {stock.move: units}
        """
        self._integration_report(
            "pick",
            self.env._(
                "%(transfer)s of %(order)s cannot be picked in full: %(goods)s were reserved, and were counted, "
                "scrapped or taken away since.",
                transfer=self.name,
                order=self.sale_id.name or self.origin or "",
                goods=goods_text(lost),
            ),
            lost,
            prefix=LOST,
        )

    # not in stock

    @api.model
    def _cron_integration_shortages(self):
        """Put due deliveries to a person of which goods are missing; close what is mended."""
        self._integration_close_mended()
        self._integration_close_returns()
        self.flush_model()
        self.env["stock.move"].flush_model()
        self.env.cr.execute(f"{SHORTAGES}{NEW} GROUP BY p.id ORDER BY p.id LIMIT %s", (BATCH,))
        rows = self.env.cr.fetchall()
        for picking_id, some in rows:
            self.browse(picking_id)._integration_report_shortage(some)
        if len(rows) == BATCH:
            self.env.ref("connector_oms.cron_shortages")._trigger()

    def _integration_report_shortage(self, some):
        missing = _missing(self.move_ids)
        texts = {
            True: self.env._("%(transfer)s of %(order)s is due and only partly in stock. Missing: %(goods)s."),
            False: self.env._("%(transfer)s of %(order)s is due and not in stock: %(goods)s."),
        }
        cause = texts[bool(some)] % {
            "transfer": self.name,
            "order": self.sale_id.name or self.origin or "",
            "goods": goods_text(missing),
        }
        self._integration_report("partial" if some else "allocation", cause, missing)

    @api.model
    def _integration_close_mended(self):
        """Close shortages of transfers that have everything now."""
        open_ones = self.env["integration.exception"].sudo()
        open_ones = open_ones.search(
            [("res_model", "=", self._name), ("state", "=", "open"), ("category", "in", ("partial", "allocation"))]
        )
        open_ones |= open_ones._of_prefix("pick", LOST)
        pickings = self.browse(open_ones.mapped("res_id")).exists()
        pickings._integration_check_reserved()
        self.env["stock.move"].flush_model()
        self.env.cr.execute(SERVED)
        orders = self.env["sale.order"].browse([row[0] for row in self.env.cr.fetchall()])
        if orders:
            self.env["integration.exception"]._heal(record=orders, categories=("allocation",))

    def _integration_check_reserved(self):
        """Close the shortages of those of these transfers that lack nothing any more."""
        if not self:
            return
        self.flush_recordset()
        self.env["stock.move"].flush_model()
        self.env.cr.execute(f"{SHORTAGES} AND p.id = ANY(%s) GROUP BY p.id", (self.ids,))
        short = {row[0] for row in self.env.cr.fetchall()}
        mended = self.filtered(lambda picking: picking.id not in short)
        if mended:
            self.env["integration.exception"]._heal(record=mended, categories=("partial", "allocation"))
        whole = self.filtered(lambda picking: not _missing(picking.move_ids))
        lost = self.env["integration.exception"].sudo()._of_prefix("pick", LOST, whole)
        lost._resolve(self.env._("Mended by a later event."))


def _missing(moves):
    """{move: units that it lacks}, of those that lack some."""
    found = {}
    for move in moves:
        units = move.product_uom_qty - (0 if move.state == "cancel" else move.quantity)
        if move.product_uom.compare(units, 0) > 0:
            found[move] = units
    return found
