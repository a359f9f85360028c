from decimal import Decimal

from odoo import fields, models
from odoo.tools import float_compare

from ..lib.money import share, to_decimal

#: amounts of ``extra_tax_data`` per tax that a partial invoice takes its share of
_TAX_AMOUNTS = ("tax_amount_currency", "base_amount_currency")


class SaleOrderLine(models.Model):
    """Lines of a channel, and their exact amounts on partial invoices."""

    _inherit = "sale.order.line"

    integration_external_id = fields.Char("Channel's line ID", index="btree_not_null", copy=False, readonly=True)
    integration_list_price = fields.Float(
        "Price before discounts", copy=False, readonly=True, min_display_digits="Product Price"
    )
    integration_discount = fields.Monetary("Discount at the channel", copy=False, readonly=True)

    _integration_line_uniq = models.UniqueIndex(
        "(order_id, integration_external_id) WHERE integration_external_id IS NOT NULL",
        "The order has this line of the channel already.",
    )

    def _prepare_invoice_line(self, **optional_values):
        """Give a partial invoice its share of the channel's exact amounts.

        Odoo takes the amounts of ``extra_tax_data`` only for the quantity they were
        made for. Shares are reckoned from the running total, so that all invoices
        together come to the order's amounts and the last one takes the remainder.
        """
        values = super()._prepare_invoice_line(**optional_values)
        if not self.integration_external_id or self.display_type or not values.get("quantity"):
            return values
        if values.get("extra_tax_data"):
            values["extra_tax_data"] = self._integration_share(values["quantity"])
        elif not self.tax_ids and not self.discount:
            # without a tax Odoo takes no manual amounts: the unit price carries the share
            subtotal = self._integration_part(values["quantity"], self.product_uom_qty)(self.price_subtotal)
            values["price_unit"] = subtotal / values["quantity"]
        return values

    def _integration_part(self, quantity, whole):
        """A function that takes the share of ``quantity`` units out of an amount.

        :param whole: units that the amount stands for
        """
        digits = self.currency_id.decimal_places
        before, now, total = (Decimal(repr(float(value))) for value in (self.qty_invoiced, quantity, whole))

        def part(amount):
            return float(share(to_decimal(amount, digits), before, now, total, digits))

        return part

    def _integration_share(self, quantity):
        """The manual amounts for ``quantity`` units of the line, after those invoiced."""
        data = dict(self.extra_tax_data)
        whole = data.get("quantity")
        if not whole or not data.get("manual_tax_amounts"):
            return data
        if float_compare(whole, self.product_uom_qty, precision_digits=6):
            return data  # a person changed the quantity: the order's amounts are Odoo's own
        part = self._integration_part(quantity, whole)
        data["quantity"] = quantity
        data["manual_total_excluded_currency"] = part(data["manual_total_excluded_currency"])
        data["manual_tax_amounts"] = {
            tax: {name: part(amounts[name]) for name in _TAX_AMOUNTS if name in amounts}
            for tax, amounts in data["manual_tax_amounts"].items()
        }
        return data

    def _integration_kits_in(self, moves):
        """Whole kits of this line that moves to the customer come to.

        :param moves: done stock.move of parts
        :return: units of the line, or None where nobody knows what is in the kit
        """
        return
