"""Goods that a supplier sends, for stock or for one customer's order."""

from datetime import timedelta

from odoo import fields

from .builder import line, order
from .desk_case import DeskOrderCase


class PurchaseCase(DeskOrderCase):
    """A supplier, and products bought from it to order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create({"name": "Lamp Works"})
        cls.buy = cls.warehouse.buy_pull_id.route_id
        cls.to_order = cls.warehouse.mto_pull_id.route_id
        cls.to_order.active = True

    @classmethod
    def make_bought(cls, sku, **values):
        """A product that is bought when a customer orders it."""
        return cls.make_product(
            sku,
            stock=0,
            route_ids=[(6, 0, (cls.buy + cls.to_order).ids)],
            seller_ids=[(0, 0, {"partner_id": cls.supplier.id, "price": 4, "delay": 1})],
            **values,
        )

    def buy_for_order(self, number=1, sku="RARE", quantity=5):
        """An order of a channel, and the purchase order that it led to."""
        product = self.env["product.product"].search([("default_code", "=", sku)]) or self.make_bought(sku)
        sale = self.bring(order(number, [line(sku, quantity, "50.00")]))
        return sale, sale.stock_reference_ids.purchase_ids.filtered(lambda p: product in p.order_line.product_id)

    def purchase(self, product=None, quantity=10, days=-3, **values):
        """A confirmed purchase order for stock, due ``days`` from now."""
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "order_line": [
                    (0, 0, {"product_id": (product or self.product_a).id, "product_qty": quantity, "price_unit": 4})
                ],
                **values,
            }
        )
        purchase.button_confirm()
        self.plan(purchase, days)
        return purchase

    def plan(self, purchase, days):
        """The supplier names another day."""
        purchase.order_line.date_planned = fields.Datetime.now() + timedelta(days=days)

    def take_in(self, receipt, quantity=None):
        """Receive goods, all of them unless ``quantity`` says how many."""
        for move in receipt.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        receipt.with_context(skip_backorder=True).button_validate()
