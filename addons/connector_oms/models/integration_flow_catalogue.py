from odoo import api, models


class IntegrationFlow(models.Model):
    """The flows of orders, stock and shipments in the catalogue."""

    _inherit = "integration.flow"

    @api.model
    def _catalogue(self):
        sales, warehouse = self.env._("Sales"), self.env._("Warehouse")
        support, books = self.env._("Customer service"), self.env._("Accounting")
        return {
            **super()._catalogue(),
            "order.in": (
                self.env._("Orders of the channel become sales orders."),
                f"{sales}, {warehouse}, {books}",
                ("sale.order", "res.partner"),
            ),
            "product.in": (
                self.env._("Products of the channel are linked to Odoo's."),
                sales,
                ("product.product",),
            ),
            "payout.in": (
                self.env._("What the payment provider pays out is matched with payments, and booked."),
                books,
                ("integration.payout",),
            ),
            "stock.out": (
                self.env._("The channel sells only what is there."),
                f"{sales}, {warehouse}",
                ("integration.stock.level",),
            ),
            "catalogue.out": (
                self.env._("Prices and product data are the same in Odoo and at the channel."),
                sales,
                ("integration.catalogue.value", "product.product"),
            ),
            "shipment.out": (
                self.env._("Customers learn that their parcel has left."),
                f"{support}, {warehouse}",
                ("stock.picking",),
            ),
            "return.out": (
                self.env._("Returns and refunds decided here happen at the channel."),
                f"{support}, {books}",
                ("integration.return", "integration.refund.request"),
            ),
            "cancel.out": (
                self.env._("Orders cancelled here are cancelled at the channel."),
                f"{support}, {sales}",
                ("sale.order",),
            ),
            "privacy.in": (
                self.env._("Customers' requests about their data."),
                support,
                ("integration.exception",),
            ),
            "backend.in": (
                self.env._("News of the app and the channel itself."),
                self.env._("IT"),
                ("integration.backend",),
            ),
        }
