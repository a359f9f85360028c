from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from odoo.addons.connector_base.lib.ids import new_correlation_id


class PurchaseOrder(models.Model):
    """Purchase orders belong to the chain of the order they are made for, else to one of their own."""

    _inherit = "purchase.order"

    integration_correlation = fields.Char("Correlation ID", index="btree_not_null", copy=False, readonly=True)

    _integration_name_idx = models.Index("(name) WHERE integration_correlation IS NOT NULL")
    _integration_ref_idx = models.Index(
        "(partner_ref) WHERE partner_ref IS NOT NULL AND integration_correlation IS NOT NULL"
    )

    def _auto_init(self):
        """Add the column filled: one chain for each order that was made before."""
        fresh = not column_exists(self.env.cr, "purchase_order", "integration_correlation")
        if fresh:
            create_column(self.env.cr, "purchase_order", "integration_correlation", "varchar")
            self.env.cr.execute("UPDATE purchase_order SET integration_correlation = gen_random_uuid()::text")
        return super()._auto_init()

    @api.model_create_multi
    def create(self, vals_list):
        """Begin a chain for each that is not made for one order of a channel."""
        vals_list = [{"integration_correlation": new_correlation_id(), **vals} for vals in vals_list]
        purchases = super().create(vals_list)
        for purchase in purchases:
            chain = purchase._integration_chain()
            if chain != purchase.integration_correlation:
                # kept: Odoo forgets what it was made for when it is cancelled
                purchase.sudo().integration_correlation = chain
        return purchases

    def _integration_sale_orders(self):
        """The channels' orders that led to these, in sudo: to order made, or sent by the supplier."""
        return self.sudo().reference_ids.sale_ids.filtered("integration_correlation")

    def _integration_chain(self):
        """The correlation id its story is told under: of the one order it was made for, else its own."""
        self.ensure_one()
        orders = self._integration_sale_orders()
        return orders.integration_correlation if len(orders) == 1 else self.integration_correlation

    def _prepare_picking(self):
        """Receipts belong to the order's chain; what goes straight to a customer, to that customer's."""
        values = super()._prepare_picking()
        chain = self._integration_chain() if self.dest_address_id else self.integration_correlation
        return {**values, "integration_correlation": chain}

    def action_open_integration_story(self):
        """Button “Story”: everything that happened to the order, and to the one it was made for."""
        self.ensure_one()
        return self.env["integration.timeline"]._open(self._integration_chain(), self.name)
