from odoo import api, models

from .integration_order_rule import KINDS

#: orders looked at again in one run
BATCH = 500


class SaleOrder(models.Model):
    """Orders that a rule holds are looked at again: what is put right goes on by itself."""

    _inherit = "sale.order"

    def action_integration_recheck(self):
        """Button “Check again”."""
        self.check_access("read")
        self.sudo()._integration_recheck()

    def _integration_recheck(self):
        """Judge these orders anew; those that pass are confirmed."""
        kinds = {kind for kind, __ in KINDS}
        for backend, orders in (
            self.filtered(lambda order: order.state in ("draft", "sent")).grouped("integration_backend_id").items()
        ):
            failed = self.env["integration.order.rule"]._judge(backend, orders)
            for order in orders:
                standing = order.integration_hold_ids.filtered(lambda hold: not hold.released_at and hold.kind in kinds)
                over = standing.filtered(lambda hold, wrong=failed[order]: hold.kind not in wrong)
                over._release(self.env._("The check passes now."))
                order._integration_show_hold()
                if over:
                    self.env["integration.exception"]._heal(record=order, categories=over.mapped("kind"))
            if backend.confirm_policy != "manual":
                self.env["integration.order.confirmer"]._confirm(
                    orders.filtered(lambda order: not order.integration_hold)
                )

    @api.model
    def _cron_integration_recheck(self):
        """Look again at orders that a rule holds: credit was paid, stock has come."""
        kinds = [kind for kind, __ in KINDS]
        held = self.env["integration.order.hold"].search(
            [("released_at", "=", False), ("kind", "in", kinds), ("order_id.state", "in", ("draft", "sent"))],
            limit=BATCH,
        )
        for order in held.order_id:
            order.with_context(tracking_disable=True)._integration_recheck()
