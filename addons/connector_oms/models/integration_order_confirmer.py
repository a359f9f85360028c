import logging

from odoo import models
from odoo.exceptions import UserError

from .batch_memo import CONTEXT_KEY, BatchMemo

_logger = logging.getLogger(__name__)

#: no e-mails and field history; reservation has a lane of its own; the day stays
CONFIRM_CONTEXT = {
    "tracking_disable": True,
    "mail_notrack": True,
    "integration_defer_reservation": True,
    "integration_keep_date": True,
}


class IntegrationOrderConfirmer(models.AbstractModel):
    """Confirms orders as one record set; one that cannot be does not stop the others."""

    _name = "integration.order.confirmer"
    _description = "Confirms orders"

    def _confirm(self, orders):
        """Confirm what nothing stands against.

        :return: {order: text} of those that Odoo would not confirm
        """
        orders = orders.filtered(lambda order: not order.integration_hold)
        if not orders:
            return {}
        try:
            with self.env.cr.savepoint():
                self._confirm_all(orders)
                self.env.flush_all()
            return {}
        except UserError as error:
            if len(orders) == 1:
                _logger.info("order %s cannot be confirmed: %s", orders.id, error)
                return {orders: str(error)}
        failed = {}
        middle = len(orders) // 2
        for half in (orders[:middle], orders[middle:]):
            failed.update(self._confirm(half))
        return failed

    def _confirm_all(self, orders):
        orders = orders.with_context(**CONFIRM_CONTEXT)
        self.env["integration.router"].sudo()._route(orders.sudo())
        references = self._refer(orders)
        products = orders.order_line.product_id
        replenished = self.env["stock.warehouse.orderpoint"].search(
            [("product_id", "in", products.ids), ("trigger", "=", "auto")]
        )
        memo = BatchMemo(references.ids, products.ids, replenished.product_id.ids)
        orders.with_context(**{CONTEXT_KEY: memo}).action_confirm()

    def _refer(self, orders):
        """Make the stock references of all orders at once; Odoo makes one at a time."""
        orders = orders.filtered(
            lambda order: (
                not order.stock_reference_ids and any(line.product_id.type == "consu" for line in order.order_line)
            )
        )
        return self.env["stock.reference"].create(
            [{"name": order.name, "sale_ids": [(4, order.id)]} for order in orders]
        )
